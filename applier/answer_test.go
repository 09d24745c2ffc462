package applier

import (
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// A network in use is worth another try if what uses it is about to go: a service
// that the plan takes off it, or a task that stops, such as one of a service that
// was removed before.
func TestLeaving(t *testing.T) {
	on := swarm.TaskSpec{Networks: []swarm.NetworkAttachmentConfig{{Target: "id-net"}}}
	task := func(wanted swarm.TaskState, node string) swarm.Task {
		return swarm.Task{Spec: on, NodeID: node, DesiredState: wanted, Status: swarm.TaskStatus{State: swarm.TaskStateRunning}}
	}
	for name, c := range map[string]struct {
		plan, spec string
		tasks      []swarm.Task
		want       bool
	}{
		"nothing uses it":       {"", "", nil, false},
		"a task stops":          {"", "", []swarm.Task{task(swarm.TaskStateRemove, "n1")}, true},
		"a task runs":           {"", "", []swarm.Task{task(swarm.TaskStateRunning, "n1")}, false},
		"its node is down":      {"", "", []swarm.Task{task(swarm.TaskStateRemove, "n3")}, false},
		"a service is updated":  {"update service web", "id-net", nil, true},
		"a service is removed":  {"delete service web", "id-net", nil, true},
		"a service stays":       {"keep service web", "id-net", nil, false},
		"another is on another": {"update service web", "id-other", nil, false},
	} {
		p := parsePlan(t, c.plan)
		for i := range p.Changes {
			p.Changes[i].Have.Service.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: c.spec}}
		}
		r, err := newRun(newFake(), p, nodes(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		r.poll.last.Tasks = c.tasks
		net := &change{Change: stack.Change{Ref: stack.Ref{Kind: stack.KindNetwork, Name: "net"}}, id: "id-net"}
		if got := r.leaving(net); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
