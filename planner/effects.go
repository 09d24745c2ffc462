package planner

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// effects says what a changed service causes. want is a normal form.
func (m *maker) effects(c *stack.Change, want swarm.ServiceSpec, turn turnover) {
	if isJob(want.Mode) {
		// Every write starts a new iteration (swarmkit
		// manager/controlapi/service.go, UpdateService).
		setEffects(c.Fields, func(stack.FieldChange) stack.Effect { return stack.RunsJob })
		c.Effect, c.Impact = stack.RunsJob, ""
		return
	}
	if !turn.restarts {
		setEffects(c.Fields, func(f stack.FieldChange) stack.Effect {
			if f.Effect == stack.Restarts {
				return stack.InPlace
			}
			return f.Effect
		})
	}
	c.Effect = stack.InPlace
	for _, f := range c.Fields {
		if gravity(f.Effect) > gravity(c.Effect) {
			c.Effect = f.Effect
		}
	}
	leftover := turn.restarts && c.Effect != stack.Restarts
	if leftover {
		c.Effect = stack.Restarts
	}
	c.Impact = impact(c, want, turn)
	if leftover {
		c.Impact += ", to end an earlier update"
	}
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

// impact says what the effect means for this service: how many tasks, how many
// at a time, in which order.
func impact(c *stack.Change, want swarm.ServiceSpec, turn turnover) string {
	var out []string
	if c.Effect == stack.Restarts {
		out = append(out, restarts(want.UpdateConfig, turn))
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

func restarts(u *swarm.UpdateConfig, turn turnover) string {
	tasks := count(turn.replaced, "task")
	if turn.replaced < turn.tasks {
		tasks = fmt.Sprintf("%d of %s", turn.replaced, count(turn.tasks, "task"))
	}
	switch {
	case turn.tasks == 0:
		return "restarts no task: none runs"
	case turn.replaced == 1:
		return fmt.Sprintf("restarts %s, %s", tasks, u.Order)
	case u.Parallelism == 0 || int(u.Parallelism) >= turn.replaced:
		return fmt.Sprintf("restarts %s, all at once, %s", tasks, u.Order)
	}
	return fmt.Sprintf("restarts %s, %d at a time, %s", tasks, u.Parallelism, u.Order)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
