package swarm

import (
	gogotypes "github.com/gogo/protobuf/types"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/identity"
	"github.com/moby/swarmkit/v2/manager/allocator/networkallocator"
	"github.com/moby/swarmkit/v2/manager/state/store"
)

// seed puts into an empty store what docker swarm init leaves there, and the
// nodes.
func (s *Swarm) seed(c Cluster) error {
	c, err := c.complete()
	if err != nil {
		return err
	}
	return s.store.Update(func(tx store.Tx) error {
		if err := store.CreateCluster(tx, clusterObject(c.ID)); err != nil {
			return err
		}
		for _, n := range initialNetworks() {
			if err := store.CreateNetwork(tx, n); err != nil {
				return err
			}
		}
		leader := true
		for i, n := range c.Nodes {
			o, err := n.object(identity.NewID(), i)
			if err != nil {
				return err
			}
			if o.ManagerStatus != nil {
				o.ManagerStatus.Leader, leader = leader, false
			}
			if err := store.CreateNode(tx, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// heartbeat is how often nodes would report, in seconds.
const heartbeat = 5

// clusterObject is manager/manager.go, defaultClusterObject, without what
// belongs to certificates.
func clusterObject(id string) *api.Cluster {
	return &api.Cluster{
		ID: id,
		Spec: api.ClusterSpec{
			Annotations:   api.Annotations{Name: store.DefaultClusterName},
			Orchestration: api.OrchestrationConfig{TaskHistoryRetentionLimit: 5},
			Dispatcher:    api.DispatcherConfig{HeartbeatPeriod: &gogotypes.Duration{Seconds: heartbeat}},
			Raft:          api.RaftConfig{SnapshotInterval: 10000, LogEntriesForSlowFollowers: 500, HeartbeatTick: 1, ElectionTick: 10},
			CAConfig:      api.CAConfig{NodeCertExpiry: &gogotypes.Duration{Seconds: 90 * 24 * 3600}},
		},
		DefaultAddressPool: []string{"10.0.0.0/8"},
		SubnetSize:         24,
	}
}

// initialNetworks are the ingress network and the swarm's stand-ins for the
// networks that every node has (manager/manager.go).
func initialNetworks() []*api.Network {
	networks := []*api.Network{{
		ID: identity.NewID(),
		Spec: api.NetworkSpec{
			Annotations:  api.Annotations{Name: "ingress"},
			Ingress:      true,
			DriverConfig: &api.Driver{},
			IPAM:         &api.IPAMOptions{Driver: &api.Driver{}},
		},
	}}
	for _, name := range []string{"bridge", "host"} {
		networks = append(networks, &api.Network{
			ID: identity.NewID(),
			Spec: api.NetworkSpec{
				Annotations:  api.Annotations{Name: name, Labels: map[string]string{networkallocator.PredefinedLabel: "true"}},
				DriverConfig: &api.Driver{Name: name},
			},
		})
	}
	return networks
}
