package e2e

import (
	"cmp"
	"context"
	"slices"
	"testing"

	apiswarm "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

// cluster is a swarm of three managers, in which a node is told by its index.
type cluster struct{ *throwaway.Swarm }

// lose kills a node until the test ends.
func (c *cluster) lose(t *testing.T, node int) {
	t.Helper()
	c.must(t, c.Kill, node)
	t.Cleanup(func() { c.must(t, c.Revive, node) })
}

func (c *cluster) must(t *testing.T, do func(context.Context, int) error, node int) {
	t.Helper()
	if err := do(context.WithoutCancel(t.Context()), node); err != nil {
		t.Fatal(err)
	}
}

// nodes is the swarm's nodes as the manager on one of them sees them, in the
// order of Hosts. It is nil while that manager cannot say.
func (c *cluster) nodes(t *testing.T, through int) []apiswarm.Node {
	t.Helper()
	r, err := apiOf(t, c.Hosts[through]).NodeList(context.WithoutCancel(t.Context()), client.NodeListOptions{})
	if err != nil || len(r.Items) != 3 {
		return nil
	}
	slices.SortFunc(r.Items, func(a, b apiswarm.Node) int {
		return cmp.Compare(a.Description.Hostname, b.Description.Hostname)
	})
	return r.Items
}

// whole waits until every node is ready and every manager reachable.
func (c *cluster) whole(t *testing.T) {
	t.Helper()
	for i := range c.Hosts {
		eventually(t, "the swarm is whole again", func() bool {
			nodes := c.nodes(t, i)
			return nodes != nil && !slices.ContainsFunc(nodes, func(n apiswarm.Node) bool {
				return n.Status.State != apiswarm.NodeStateReady || n.ManagerStatus == nil || n.ManagerStatus.Reachability != apiswarm.ReachabilityReachable
			})
		})
	}
}

func (c *cluster) leader(t *testing.T) int {
	t.Helper()
	c.whole(t)
	i := slices.IndexFunc(c.nodes(t, 0), func(n apiswarm.Node) bool { return n.ManagerStatus.Leader })
	if i < 0 {
		t.Fatal("no leader")
	}
	return i
}

func (c *cluster) downs(t *testing.T, through int) (n int) {
	t.Helper()
	for _, node := range c.nodes(t, through) {
		if node.Status.State == apiswarm.NodeStateDown {
			n++
		}
	}
	return n
}

func (c *cluster) hostname(t *testing.T, node int) string {
	t.Helper()
	return c.nodes(t, node)[node].Description.Hostname
}

// tasks is what is meant to run of a service.
func (c *cluster) tasks(t *testing.T, through int, service string) []apiswarm.Task {
	t.Helper()
	r, err := apiOf(t, c.Hosts[through]).TaskList(t.Context(), client.TaskListOptions{
		Filters: make(client.Filters).Add("service", service).Add("desired-state", "running"),
	})
	if err != nil {
		return nil
	}
	return r.Items
}

// onlyOn demands that a service runs with so many tasks on these nodes, which
// can be asked.
func (c *cluster) onlyOn(t *testing.T, service string, n int, on ...int) {
	t.Helper()
	nodes := c.nodes(t, on[0])
	tasks := c.tasks(t, on[0], service)
	for _, task := range tasks {
		if !slices.ContainsFunc(on, func(i int) bool { return nodes[i].ID == task.NodeID }) || task.Status.State != apiswarm.TaskStateRunning {
			t.Errorf("task %s is %s on %s", task.ID, task.Status.State, task.NodeID)
		}
	}
	if len(tasks) != n {
		t.Errorf("%d tasks of %s, want %d", len(tasks), service, n)
	}
}
