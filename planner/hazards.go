package planner

import (
	"slices"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// hazards names what each change puts at risk.
func (m *maker) hazards() {
	for i := range m.changes {
		c := &m.changes[i]
		switch s, isService := c.Want.(stack.Service); {
		case c.Action == stack.Keep:
		case c.Action == stack.Delete && c.Ref.Kind == stack.KindService:
			c.Hazards = append(c.Hazards, stack.DeletesService)
		case c.Action == stack.Delete && c.Ref.Kind == stack.KindNetwork:
			c.Hazards = append(c.Hazards, stack.DeletesNetwork)
		case c.Action == stack.Replace && c.Ref.Kind == stack.KindNetwork:
			c.Hazards = append(c.Hazards, stack.ReplacesNetwork)
		case isService:
			c.Hazards = m.serviceHazards(*c, stack.Normal(s.Spec))
		}
		if _, live := m.live[c.Ref.Name]; live && c.Action != stack.Keep && m.interrupts(*c) {
			c.Hazards = append(c.Hazards, stack.InterruptsUpdate)
		}
		slices.Sort(c.Hazards)
	}
}

func (m *maker) serviceHazards(c stack.Change, want swarm.ServiceSpec) []stack.Hazard {
	var out []stack.Hazard
	add := func(h stack.Hazard, is bool) {
		if is {
			out = append(out, h)
		}
	}
	tasks := len(m.tasks[c.Ref.Name])
	u := want.UpdateConfig
	allAtOnce := u.Parallelism == 0 || int(u.Parallelism) >= tasks
	restarts := c.Effect == stack.Restarts && tasks > 1
	add(stack.RestartsAllAtOnce, restarts && allAtOnce && u.Order == swarm.UpdateOrderStopFirst)
	add(stack.PausesOnFailure, restarts && u.FailureAction == swarm.UpdateFailureActionPause)
	add(stack.ScalesToZero, want.Mode.Replicated != nil && *want.Mode.Replicated.Replicas == 0 && m.hadReplicas(c))
	add(stack.RunsAJob, isJob(want.Mode))
	add(stack.ReplacesService, c.Action == stack.Replace)
	add(stack.UnpinnedImage, m.unpinned(want))
	add(stack.AdoptsService, c.Action == stack.Adopt)
	add(stack.Unschedulable, wantsTasks(want.Mode) && m.placeable(want.TaskTemplate.Placement.Constraints) == 0)
	return out
}

// wantsTasks says whether a service waits for nodes in vain when there are none
// for it. A global one just has no tasks then. The mode is a normal form.
func wantsTasks(mode swarm.ServiceMode) bool {
	return mode.ReplicatedJob != nil || mode.Replicated != nil && *mode.Replicated.Replicas > 0
}

func (m *maker) hadReplicas(c stack.Change) bool {
	if c.Have == nil || c.Have.Service == nil {
		return false
	}
	r := stack.Normal(c.Have.Service.Spec).Mode.Replicated
	return r != nil && *r.Replicas > 0
}

// placeable is how many nodes may take a task: they are up, take tasks, and
// satisfy the constraints (swarmkit manager/scheduler/filter.go, ReadyFilter
// and ConstraintFilter). Resources and ports are not looked at.
func (m *maker) placeable(constraints []string) int {
	n := 0
	for _, node := range m.have.Nodes {
		up := node.Status.State != swarm.NodeStateDown && !slices.Contains([]swarm.NodeAvailability{swarm.NodeAvailabilityDrain, swarm.NodeAvailabilityPause}, node.Spec.Availability)
		if up && nodeMatches(constraints, node) {
			n++
		}
	}
	return n
}

// interrupts says whether a change breaks off an update that the engine is still
// rolling out. One that is removed has nothing to lose; and what an apply left
// half-way that did not come to its end is what the next one is to mend.
func (m *maker) interrupts(c stack.Change) bool {
	return c.Action != stack.Delete && Unfinished(m.have).IsZero() && m.updating(c.Ref)
}

// updating says whether the engine is still rolling out the last change of a
// service.
func (m *maker) updating(ref stack.Ref) bool {
	if ref.Kind != stack.KindService {
		return false
	}
	u := m.live[ref.Name].UpdateStatus
	return u != nil && (u.State == swarm.UpdateStateUpdating || u.State == swarm.UpdateStateRollbackStarted)
}
