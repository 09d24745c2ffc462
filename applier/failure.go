package applier

import (
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fail ends a service's change with a verdict.
func (r *run) fail(c *change, v verdict) {
	if v.task != nil {
		v.why += ": " + words(*v.task)
	}
	r.end(c, stack.Outcome{State: stack.Failed, Cause: v.cause, Err: v.why, Failure: r.failure(c, v.task)})
}

// failure is what is known of a service that does not run, told by one task.
func (r *run) failure(c *change, t *swarm.Task) *stack.Failure {
	n := c.watch.census
	f := &stack.Failure{Running: n.running + n.completed, Tasks: n.wanted}
	if t == nil {
		return f
	}
	f.TaskID = t.ID
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
func (r *run) culprit(c *change, s *swarm.Service) *swarm.Task {
	w, message := &c.watch, s.UpdateStatus.Message
	id := message[strings.LastIndexByte(message, ' ')+1:]
	for _, t := range w.tasks {
		if t.ID == id {
			return &t
		}
	}
	if w.blamed != nil {
		return w.blamed
	}
	return r.lastDead(c)
}

// lastDead is the last task made after the write that ended badly: all that is
// left to see of an update which the engine has undone between two polls. When
// the wait began long after the write, it is the last of all.
func (r *run) lastDead(c *change) *swarm.Task {
	var last *swarm.Task
	for _, t := range c.watch.tasks {
		_, old := c.watch.before[t.ID]
		bad := t.Status.State == swarm.TaskStateFailed || t.Status.State == swarm.TaskStateRejected
		if bad && (!old || r.attached(c)) && (last == nil || t.CreatedAt.After(last.CreatedAt)) {
			last = &t
		}
	}
	return last
}

// suspect is the task that tells most about why a service is not up yet.
func (r *run) suspect(c *change) *swarm.Task {
	w, n := &c.watch, c.watch.census
	switch {
	case n.behind != nil && (w.blamed == nil || n.behind.Status.Err != ""):
		return n.behind
	case w.blamed != nil || !c.finite:
		return w.blamed
	}
	for _, t := range w.tasks { // it runs, and does not end
		if r.poll.last.Current[t.ID] && isMeant(t) {
			return &t
		}
	}
	return nil
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
