package applier

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fail ends a service's change with why, and the task that shows it if there is
// one.
func (r *run) fail(c *change, t *swarm.Task, why string) {
	if t != nil {
		why += ": " + words(*t)
	}
	r.end(c, stack.Outcome{State: stack.Failed, Err: why, Failure: r.failure(c, t)})
}

// failure is what is known of a service that does not run, told by one task.
func (r *run) failure(c *change, t *swarm.Task) *stack.Failure {
	n := c.watch.census
	f := &stack.Failure{Running: n.running + n.completed, Tasks: n.wanted}
	if t == nil {
		return f
	}
	f.Task = c.Ref.Name + "." + place(specOf(c.Change).Mode, *t)
	f.Node = r.nodes[t.NodeID].Description.Hostname
	f.State = string(t.Status.State)
	f.ExitCode = exitCode(*t)
	f.Err = t.Status.Err
	return f
}

// culprit is the task because of which the engine ended an update. Its message
// ends with the task's ID (swarmkit manager/orchestrator/update/updater.go):
//
//	update paused due to failure or early termination of task i0bfdd2es6bom28b5ukpd2q3y
//	update rolled back due to failure or early termination of task e3058p2qbquubiaxe7l25stqv
//	rollback completed
func (w *watch) culprit(s *swarm.Service) *swarm.Task {
	message := s.UpdateStatus.Message
	id := message[strings.LastIndexByte(message, ' ')+1:]
	for _, t := range w.tasks {
		if t.ID == id {
			return &t
		}
	}
	return w.blamed
}

// words is what the engine says of a task.
func words(t swarm.Task) string {
	switch {
	case t.Status.Err != "":
		return t.Status.Err
	case endedByItself(t) && checksHealth(t):
		return fmt.Sprintf("exit code %d (the engine also stops a container whose health check fails)", exitCode(t))
	case endedByItself(t):
		return fmt.Sprintf("exit code %d", exitCode(t))
	}
	return t.Status.Message
}

// checksHealth says that the task's spec has a health check. When it fails and
// the container then ends with 0, engine 20.10.24 calls the task complete and
// gives no reason.
func checksHealth(t swarm.Task) bool {
	c := t.Spec.ContainerSpec
	return c != nil && c.Healthcheck != nil && len(c.Healthcheck.Test) > 0 && c.Healthcheck.Test[0] != "NONE"
}

// exitCode is the container's, or 0 if there was none. The engine says -1 of a
// container that it is stopping.
func exitCode(t swarm.Task) int {
	if t.Status.ContainerStatus == nil {
		return 0
	}
	return max(t.Status.ContainerStatus.ExitCode, 0)
}

// imageMissing says that a node could not get the task's image. Engine 20.10.24
// words it
//
//	rejected: No such image: example/none:1
//
// whether the registry cannot be reached, does not know the image, or refuses
// access (401, 403): it only logs the pull's error and reports that of creating
// the container (controller.go, Prepare). The other texts are those of the
// pull, should an engine report them.
func imageMissing(t swarm.Task) bool {
	text := strings.ToLower(t.Status.Err)
	return t.Status.State == swarm.TaskStateRejected && slices.ContainsFunc([]string{
		"no such image",
		"pull access denied",
		"manifest unknown",
		"repository does not exist",
		"manifest for ",
		"image not found",
	}, func(form string) bool { return strings.Contains(text, form) })
}

// fitsNowhere says that the scheduler finds no place for a task (swarmkit
// manager/scheduler/scheduler.go, noSuitableNode). Engine 20.10.24:
//
//	pending: no suitable node (scheduling constraints not satisfied on 1 node)
//	pending: no suitable node (insufficient resources on 1 node)
func fitsNowhere(t swarm.Task) bool {
	return t.Status.State == swarm.TaskStatePending && strings.HasPrefix(t.Status.Err, "no suitable node")
}

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
	if c.phase == refused {
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
