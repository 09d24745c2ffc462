package applier

import (
	"errors"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// why says in a few words what a service still lacks.
func why(c *change, s *swarm.Service) string {
	w, n := &c.watch, &c.watch.census
	b := n.behind
	switch {
	case b != nil && b.Status.Err != "":
		return b.Status.Err
	case b != nil && w.blamed != nil:
		return words(*w.blamed)
	case b != nil:
		return string(b.Status.State)
	case n.outdated > 0 && c.Action == stack.Create:
		return "pending" // listed before the engine calls them current
	case n.outdated > 0:
		return "old tasks still run"
	case n.stopping > 0 || n.meant+n.completed > n.wanted:
		return "surplus tasks still run"
	case updating(s):
		return "monitored by the swarm"
	case c.finite && n.running > 0:
		return "running, has to end"
	}
	return ""
}

// progress is how far a change is that is waited for.
func (r *run) progress(c *change) stack.Progress {
	n := c.watch.census
	p := stack.Progress{Ref: c.Ref, Running: n.running + n.completed, Tasks: n.wanted, Reason: c.watch.reason}
	switch {
	case c.phase == again && c.Action == stack.Create && errors.Is(c.err, stack.ErrConflict):
		p.Reason = "its name is still taken"
	case c.phase == again:
		p.Reason = r.said(c, c.err)
	}
	return p
}

// inUse says what keeps an object from being removed: the services and tasks of
// the stack that the last poll showed, or the engine's own words.
func (r *run) inUse(c *change, err error) string {
	var users []string
	for _, s := range r.poll.last.Services {
		if uses(s.Spec.TaskTemplate, c.id) {
			users = append(users, stack.Ref{Kind: stack.KindService, Name: s.Spec.Name}.String())
		}
	}
	for _, other := range r.changes {
		attached := slices.ContainsFunc(r.poll.last.Tasks, func(t swarm.Task) bool {
			return t.ServiceID == other.id && !isOver(t) && uses(t.Spec, c.id)
		})
		if name := other.Ref.String(); attached && !slices.Contains(users, name) {
			users = append(users, "a task of "+name)
		}
	}
	if len(users) == 0 {
		return c.own(err)
	}
	return "in use by " + strings.Join(users, ", ")
}

// uses says whether a task refers to the object with this ID.
func uses(t swarm.TaskSpec, id string) bool {
	for _, n := range t.Networks {
		if n.Target == id {
			return true
		}
	}
	if t.ContainerSpec == nil {
		return false
	}
	for _, c := range t.ContainerSpec.Configs {
		if c.ConfigID == id {
			return true
		}
	}
	for _, s := range t.ContainerSpec.Secrets {
		if s.SecretID == id {
			return true
		}
	}
	return false
}
