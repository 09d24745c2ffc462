package swarm

import (
	"fmt"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/state/store"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// SetDown makes a node one that is no longer heard of, or one that is back. Its
// tasks stop where they are; the swarm runs others elsewhere. If it was the
// leader, another manager is.
func (s *Swarm) SetDown(node string, down bool) error {
	return s.store.Update(func(tx store.Tx) error {
		n := store.GetNode(tx, node)
		if n == nil {
			return status.Errorf(codes.NotFound, "node %s not found", node)
		}
		n.Status.State, n.Status.Message = api.NodeStatus_READY, ""
		if down {
			n.Status.State, n.Status.Message = api.NodeStatus_DOWN, "heartbeat failure"
		}
		if n.ManagerStatus != nil {
			n.ManagerStatus.Reachability = api.RaftMemberStatus_REACHABLE
			if down {
				n.ManagerStatus.Reachability = api.RaftMemberStatus_UNREACHABLE
				n.ManagerStatus.Leader = false
			}
		}
		if err := store.UpdateNode(tx, n); err != nil {
			return err
		}
		return electLeader(tx)
	})
}

// electLeader makes the first manager that is there the leader, if there is none.
func electLeader(tx store.Tx) error {
	nodes, err := store.FindNodes(tx, store.All)
	if err != nil {
		return err
	}
	var next *api.Node
	for _, n := range nodes {
		m := n.ManagerStatus
		if m == nil || m.Reachability != api.RaftMemberStatus_REACHABLE {
			continue
		}
		if m.Leader {
			return nil
		}
		if next == nil || m.RaftID < next.ManagerStatus.RaftID {
			next = n
		}
	}
	if next == nil {
		return nil
	}
	next = next.Copy()
	next.ManagerStatus.Leader = true
	return store.UpdateNode(tx, next)
}

// UpdateNode is the control API's, but for the roles: there a change of role goes
// through raft (manager/controlapi/node.go), here it just happens.
func (s *Swarm) UpdateNode(id string, version uint64, spec *api.NodeSpec) error {
	return s.store.Update(func(tx store.Tx) error {
		n := store.GetNode(tx, id)
		if n == nil {
			return status.Errorf(codes.NotFound, "node %s not found", id)
		}
		nodes, err := store.FindNodes(tx, store.All)
		if err != nil {
			return err
		}
		managers, highest := 0, uint64(0)
		for _, other := range nodes {
			if other.ManagerStatus != nil {
				managers++
				highest = max(highest, other.ManagerStatus.RaftID)
			}
		}
		n.Meta.Version.Index = version
		n.Spec = *spec.Copy()
		switch {
		case n.Role == spec.DesiredRole:
		case spec.DesiredRole == api.NodeRoleManager:
			n.Role, n.ManagerStatus = api.NodeRoleManager, managerStatus(int(highest))
			n.ManagerStatus.Addr = n.Status.Addr + ":2377"
		case managers == 1:
			return status.Errorf(codes.FailedPrecondition, "attempting to demote the last manager of the swarm")
		default:
			n.Role, n.ManagerStatus = api.NodeRoleWorker, nil
		}
		if err := store.UpdateNode(tx, n); err != nil {
			return err
		}
		return electLeader(tx)
	})
}

// Self is the manager that is asked: the one the socket belongs to.
func (s *Swarm) Self() (*api.Node, error) {
	var nodes []*api.Node
	var err error
	s.store.View(func(tx store.ReadTx) { nodes, err = store.FindNodes(tx, store.All) })
	var self *api.Node
	for _, n := range nodes {
		if m := n.ManagerStatus; m != nil && (self == nil || m.RaftID < self.ManagerStatus.RaftID) {
			self = n
		}
	}
	if self == nil && err == nil {
		err = fmt.Errorf("the swarm has no manager")
	}
	return self, err
}

// UpdateCluster is the control API's, without what belongs to certificates and
// keys.
func (s *Swarm) UpdateCluster(id string, version uint64, spec api.ClusterSpec) error {
	return s.store.Update(func(tx store.Tx) error {
		c := store.GetCluster(tx, id)
		if c == nil {
			return status.Errorf(codes.NotFound, "cluster %s not found", id)
		}
		c.Meta.Version.Index = version
		c.Spec = spec
		return store.UpdateCluster(tx, c)
	})
}
