package planner

import (
	"reflect"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// turnover is what an update does to the tasks of a service, by the engine's
// own rule (swarmkit manager/orchestrator/task.go, IsTaskDirty). The engine
// compares the new spec with that of each task, which may be older than the
// service's: an update stopped half-way, or only the placement has changed.
type turnover struct {
	tasks    int  // that the service has
	replaced int  // of these
	restarts bool // whether a task is replaced, or would be if there were one
	// deaf says that the engine would leave tasks without the new ports: those
	// of which the placement has changed too, then or before, are not looked at
	// any further.
	deaf bool
}

// turnover judges each task. want and live are normal forms, have is what live
// was made of.
func (m *maker) turnover(have, want, live swarm.ServiceSpec) turnover {
	type place struct { // there may be two tasks in one: the old and the new
		slot int
		node string // of a task of a global service, which has no slot
	}
	endpoint := !reflect.DeepEqual(want.EndpointSpec, live.EndpointSpec)
	var out turnover
	kept := map[place]bool{}
	for _, t := range m.tasks[want.Name] {
		p := place{slot: t.Slot}
		if t.Slot == 0 {
			p.node = t.NodeID
		}
		spec := stack.Normal(swarm.ServiceSpec{TaskTemplate: t.Spec}).TaskTemplate
		forced := t.Spec.ForceUpdate != have.TaskTemplate.ForceUpdate
		same := !forced && reflect.DeepEqual(spec, want.TaskTemplate)
		moved := !forced && m.placedAlready(want.TaskTemplate, spec, t)
		kept[p] = kept[p] || (same || moved) && !endpoint
		out.deaf = out.deaf || moved && endpoint
	}
	for _, k := range kept {
		out.tasks++
		if !k {
			out.replaced++
		}
	}
	out.restarts = out.replaced > 0
	if out.tasks == 0 {
		out.restarts = endpoint || !onlyPlacement(want.TaskTemplate, live.TaskTemplate) && !reflect.DeepEqual(want.TaskTemplate, live.TaskTemplate)
	}
	return out
}

// placedAlready says whether nothing but the placement of a task has changed
// and it is where the new placement wants it: then it stays.
func (m *maker) placedAlready(want, spec swarm.TaskSpec, t swarm.Task) bool {
	return onlyPlacement(want, spec) && nodeMatches(want.Placement.Constraints, m.nodes[t.NodeID])
}

// onlyPlacement says whether two specs differ in the placement and in nothing else
// (IsTaskDirtyPlacementConstraintsOnly).
func onlyPlacement(a, b swarm.TaskSpec) bool {
	if reflect.DeepEqual(a.Placement, b.Placement) {
		return false
	}
	a.Placement = b.Placement
	return reflect.DeepEqual(a, b)
}
