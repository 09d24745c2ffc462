package applier

import (
	"fmt"
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
	if w.blamed == nil {
		return w.newlyDead()
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

// newlyDead is the last task made after the write that ended badly: all that is
// left to see of an update which the engine has undone between two polls.
func (w *watch) newlyDead() *swarm.Task {
	var last *swarm.Task
	for _, t := range w.tasks {
		_, old := w.before[t.ID]
		bad := t.Status.State == swarm.TaskStateFailed || t.Status.State == swarm.TaskStateRejected
		if !old && bad && (last == nil || t.CreatedAt.After(last.CreatedAt)) {
			last = &t
		}
	}
	return last
}
