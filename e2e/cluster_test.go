package e2e

import (
	"slices"
	"testing"

	apiswarm "github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/e2e/throwaway"
	"github.com/stackup-cli/stackup/stack"
)

// TestCluster takes managers and nodes away from a swarm of three in the middle
// of an apply.
func TestCluster(t *testing.T) {
	t.Parallel()
	s, err := throwaway.Start(t.Context(), throwaway.Options{Nodes: 3})
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{Swarm: s}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Run("leader lost", c.leaderLost)
	t.Run("manager restarted", c.managerRestarted)
	t.Run("node lost", c.nodeLost)
	t.Run("only node lost", c.onlyNodeLost)
	t.Run("node cut off", c.nodeCutOff)
}

// spread has a task on each node, none of which is up in less than some
// seconds.
const spread = `
services:
  web:
    image: stackup-test/app:1
    healthcheck: {test: [CMD, /app, check], interval: 5s}
    deploy: {mode: global, restart_policy: {delay: 100ms}}
  free:
    image: stackup-test/app:1
    healthcheck: {test: [CMD, /app, check], interval: 5s}
    deploy: {replicas: 6, restart_policy: {delay: 100ms}}
  last: {image: stackup-test/app:1, depends_on: {web: {condition: service_healthy}, free: {condition: service_healthy}}}
`

// leaderLost kills the leader while an apply through another manager waits. The
// others elect a new one and give the tasks of the lost node to each other.
func (c *cluster) leaderLost(t *testing.T) {
	leader := c.leader(t)
	c.applied(t, "leaderless", (leader+1)%3, spread, 0, func() { c.lose(t, leader) })
	c.onlyOn(t, "leaderless_free", 6, (leader+1)%3, (leader+2)%3)
}

// managerRestarted kills and restarts the manager that stackup talks to.
func (c *cluster) managerRestarted(t *testing.T) {
	through := (c.leader(t) + 1) % 3
	c.applied(t, "restarted", through, spread, 0, func() {
		c.must(t, c.Kill, through)
		c.must(t, c.Revive, through)
	})
}

// nodeLost kills a node on which tasks were about to come up.
func (c *cluster) nodeLost(t *testing.T) {
	leader := c.leader(t)
	lost := (leader + 1) % 3
	c.applied(t, "bereft", leader, spread, 0, func() { c.lose(t, lost) })
	c.onlyOn(t, "bereft_free", 6, leader, (leader+2)%3)
}

// onlyNodeLost kills the one node that may run the service: nothing can be done,
// and the apply says so.
func (c *cluster) onlyNodeLost(t *testing.T) {
	leader := c.leader(t)
	lost := (leader + 1) % 3
	o := c.applied(t, "marooned", leader, `
services:
  web:
    image: stackup-test/app:1
    healthcheck: {test: [CMD, /app, check], interval: 20s}
    deploy: {placement: {constraints: [node.hostname == `+c.hostname(t, lost)+`]}}
`, 7, func() { c.lose(t, lost) })
	if got := o["marooned_web"].Cause; got != stack.CauseUnschedulable {
		t.Errorf("cause %q: %+v", got, o)
	}
}

// nodeCutOff takes a node off the network and puts it back before the apply has
// ended.
func (c *cluster) nodeCutOff(t *testing.T) {
	leader := c.leader(t)
	lost := (leader + 2) % 3
	c.applied(t, "severed", leader, spread, 0, func() {
		c.must(t, c.Cut, lost)
		t.Cleanup(func() { c.whole(t) })
		eventually(t, "the node is down", func() bool { return c.downs(t, leader) == 1 })
		c.must(t, c.Mend, lost)
	})
}

// applied applies a file through one node. When the tasks of its services are
// coming up, the mishap happens.
func (c *cluster) applied(t *testing.T, name string, through int, file string, code int, mishap func()) map[string]outcome {
	t.Helper()
	c.whole(t)
	dir, environ := write(t, "compose.yaml", file), []string{"DOCKER_HOST=" + c.Hosts[through]}
	t.Cleanup(func() {
		c.whole(t)
		start(t, dir, environ, "destroy", name, "-y").ends(t, 0)
	})
	s := start(t, dir, environ, "apply", name, "-c", "compose.yaml", "-y", "--timeout", "5m", "--json-into", "result.json")
	eventually(t, "tasks come up", func() bool {
		tasks := c.tasks(t, through, name+"_web")
		return len(tasks) > 0 && !slices.ContainsFunc(tasks, func(task apiswarm.Task) bool {
			return task.Status.State != apiswarm.TaskStateStarting
		})
	})
	mishap()
	s.ends(t, code)
	if code == 0 {
		settled(t, dir, environ, name, "-c", "compose.yaml")
	}
	return ended(t, dir)
}
