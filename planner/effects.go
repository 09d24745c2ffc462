package planner

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// effects says what a changed service causes, by the engine's own rule
// (swarmkit manager/orchestrator/task.go, IsTaskDirty). want and live are
// normal forms.
func (m *maker) effects(c *stack.Change, want, live swarm.ServiceSpec) {
	switch {
	case isJob(want.Mode):
		// Every write starts a new iteration (swarmkit
		// manager/controlapi/service.go, UpdateService).
		setEffects(c.Fields, func(stack.FieldChange) stack.Effect { return stack.RunsJob })
		c.Effect, c.Impact = stack.RunsJob, ""
		return
	case m.placedAlready(want, live):
		setEffects(c.Fields, func(f stack.FieldChange) stack.Effect {
			if f.Effect == stack.Restarts {
				return stack.InPlace
			}
			return f.Effect
		})
	}
	for _, f := range c.Fields {
		if gravity(f.Effect) > gravity(c.Effect) {
			c.Effect = f.Effect
		}
	}
	if c.Effect == stack.NoEffect {
		c.Effect = stack.InPlace
	}
	c.Impact = m.impact(c, want)
}

func setEffects(fields []stack.FieldChange, effect func(stack.FieldChange) stack.Effect) {
	for i := range fields {
		fields[i].Effect = effect(fields[i])
	}
}

func gravity(e stack.Effect) int {
	switch e {
	case stack.NoEffect:
		return 0
	case stack.InPlace:
		return 1
	case stack.Scales:
		return 2
	case stack.RunsJob:
		return 3
	case stack.Restarts:
		return 4
	case stack.Downtime:
		return 5
	}
	return 0
}

// placedAlready says whether nothing but the placement of tasks has changed
// and every task is where the new placement wants it: then they all stay
// (IsTaskDirtyPlacementConstraintsOnly).
func (m *maker) placedAlready(want, live swarm.ServiceSpec) bool {
	w := want.TaskTemplate
	if reflect.DeepEqual(w.Placement, live.TaskTemplate.Placement) {
		return false
	}
	constraints := w.Placement.Constraints
	w.Placement = live.TaskTemplate.Placement
	if !reflect.DeepEqual(w, live.TaskTemplate) {
		return false
	}
	for _, t := range m.tasks[want.Name] {
		if !nodeMatches(constraints, m.nodes[t.NodeID]) {
			return false
		}
	}
	return true
}

// impact says what the effect means for this service: how many tasks, how many
// at a time, in which order.
func (m *maker) impact(c *stack.Change, want swarm.ServiceSpec) string {
	var out []string
	tasks := len(m.tasks[want.Name])
	if c.Effect == stack.Restarts {
		u := want.UpdateConfig
		pace := fmt.Sprintf("%d at a time", u.Parallelism)
		if u.Parallelism == 0 || int(u.Parallelism) >= tasks {
			pace = "all at once"
		}
		restarts := fmt.Sprintf("restarts %s, %s, %s", count(tasks, "task"), pace, u.Order)
		if tasks == 1 {
			restarts = fmt.Sprintf("restarts 1 task, %s", u.Order)
		}
		if tasks == 0 {
			restarts = "restarts no task: none runs"
		}
		out = append(out, restarts)
	}
	if r := c.Have.Service.Spec.Mode.Replicated; r != nil && r.Replicas != nil && want.Mode.Replicated != nil {
		switch old, now := int(*r.Replicas), int(*want.Mode.Replicated.Replicas); cmp.Compare(now, old) {
		case 1:
			out = append(out, "starts "+count(now-old, "task"))
		case -1:
			out = append(out, "stops "+count(old-now, "task"))
		}
	}
	if c.Effect == stack.Scales {
		out = append(out, "restarts none")
	}
	return strings.Join(out, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
