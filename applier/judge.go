package applier

import (
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// stable is how long new tasks must have been running, where the file does not
// say. After an update that replaces tasks the engine itself watches them.
const stable = 2 * time.Second

// trial is how long new tasks of this service must have been running.
func (c *change) trial() time.Duration {
	if s, ok := c.Want.(stack.Service); ok && s.Settings.Stable > 0 {
		return s.Settings.Stable
	}
	return stable
}

// judgeAll decides about everything that is waited for, from one poll.
func (r *run) judgeAll(a answer) {
	services := make(map[string]*swarm.Service, len(a.status.Services))
	for i := range a.status.Services {
		services[a.status.Services[i].ID] = &a.status.Services[i]
	}
	for _, c := range r.changes {
		if c.phase != waiting || a.number < c.from {
			continue
		}
		s := services[c.id]
		switch {
		case c.Action == stack.Delete:
			r.judgeRemoval(c, s)
		case s == nil:
			r.fail(c, verdict{cause: stack.CauseInterfered, why: removedMeanwhile})
		case s.Version.Index > c.version || !c.Action.Updates():
			r.judge(c, s)
		}
	}
}

// judgeRemoval waits for the tasks, because networks go only after them. A task
// that has no node needs none, and some engines never take it away when it is
// one of a job (https://github.com/moby/moby/issues/44312).
func (r *run) judgeRemoval(c *change, s *swarm.Service) {
	w := &c.watch
	w.census, w.reason = census{}, "stopping"
	for _, t := range w.tasks {
		if t.NodeID != "" && !isOver(t) && !r.isGone(t) {
			w.census.running++
		}
	}
	if s == nil && w.census.running == 0 {
		r.end(c, stack.Outcome{State: stack.Done})
	}
}

// judge decides about a service that has been written, or is kept.
func (r *run) judge(c *change, s *swarm.Service) {
	w := &c.watch
	meddled := c.meddled(s)
	switch {
	case rollingBack(s) && (meddled || c.Action != stack.Keep || r.Attach):
		r.judgeRollback(c, s)
		return
	case meddled:
		r.fail(c, verdict{cause: stack.CauseInterfered, why: changedMeanwhile})
		return
	}
	current := r.current(s)
	if w.reverted(current) {
		return // the next poll will show more
	}
	w.census = count(s.Spec, w.tasks, current, r.isGone)
	v := r.doomed(c, s, current)
	r.reach(c, s)
	switch {
	case r.succeeded(c, s):
		r.end(c, stack.Outcome{State: stack.Done})
	case v.task != nil || v.cause != stack.CauseUnknown:
		r.fail(c, v)
	case c.limit() > 0:
		r.overdue(c)
	default:
		r.stalled(c, s)
	}
}

// judgeRollback waits for the end of a rollback, which is a failure however well
// it goes. What runs now is of the old spec.
func (r *run) judgeRollback(c *change, s *swarm.Service) {
	w := &c.watch
	w.back, w.reason = true, "the swarm rolls it back"
	w.census.running, w.census.completed = 0, 0
	w.blamed = r.culprit(c, s)
	switch {
	case hasState(s, swarm.UpdateStateRollbackCompleted):
		r.fail(c, verdict{stack.CauseRolledBack, "the swarm rolled the update back", w.blamed})
	case halted(s):
		r.fail(c, verdict{stack.CausePaused, "the swarm paused while it rolled the update back", w.blamed})
	default:
		r.stalled(c, s)
	}
}

// current tells the tasks of the service's present spec. The engine does not
// look at the iteration of a job when it judges that.
func (r *run) current(s *swarm.Service) func(swarm.Task) bool {
	ids := r.poll.last.Current
	return func(t swarm.Task) bool {
		return ids[t.ID] && (s.JobStatus == nil || iteration(t.JobIteration) == s.JobStatus.JobIteration.Index)
	}
}

func iteration(v *swarm.Version) uint64 {
	if v == nil {
		return 0
	}
	return v.Index
}

// reach opens the gates that wait for the service.
func (r *run) reach(c *change, s *swarm.Service) {
	n := &c.watch.census
	if isGlobal(s.Spec.Mode) && n.wanted == 0 && c.Action != stack.Keep {
		return // its tasks may just not have been made yet
	}
	c.started = c.started || n.enough(n.started)
	c.running = c.running || n.enough(n.running)
	c.completed = c.completed || n.enough(0)
}

// succeeded says that the service does what it is to do, and goes on doing it.
func (r *run) succeeded(c *change, s *swarm.Service) bool {
	w, n, kept := &c.watch, &c.watch.census, c.Action == stack.Keep && !r.Attach
	w.reason = why(c, s)
	if n.wanted > 0 && n.enough(0) && n.meant+n.outdated == 0 {
		return true // also when the engine takes the end of a task for a failure
	}
	up := n.enough(n.running) && n.outdated == 0 && n.stopping == 0 && n.meant+n.completed <= n.wanted
	if isJob(s.Spec) && n.wanted > 0 {
		up = n.running > 0
	}
	if !up || c.finite && n.wanted > 0 || !kept && (updating(s) || halted(s)) {
		w.up = time.Time{}
		return false
	}
	if w.up.IsZero() {
		w.up = time.Now()
	}
	trial := c.trial()
	if r.proven(c, s) || time.Since(w.up) >= trial {
		c.started, c.running, c.completed = true, true, c.completed || n.wanted == 0
		return true
	}
	if n.wanted > 0 {
		w.reason = "running for less than " + trial.String()
	}
	r.poll.by(w.up.Add(trial))
	return false
}

// proven says that running tasks need no time of trial: the engine has watched
// the update, or none of them is new.
func (r *run) proven(c *change, s *swarm.Service) bool {
	n := c.watch.census
	switch {
	case c.Action == stack.Keep && !r.Attach:
	case hasState(s, swarm.UpdateStateCompleted):
		return !c.faltered() // the engine's watch may have ended before that
	case n.wanted == 0 && isGlobal(s.Spec.Mode):
		return false // its tasks may just not have been made yet
	}
	return !slices.ContainsFunc(c.watch.tasks, func(t swarm.Task) bool {
		_, old := c.watch.before[t.ID]
		return isMeant(t) && (!old || r.attached(c))
	})
}

// faltered says that a task has failed since the service was written.
func (c *change) faltered() bool {
	return slices.ContainsFunc(c.watch.tasks, func(t swarm.Task) bool {
		_, old := c.watch.before[t.ID]
		return !old && (t.Status.State == swarm.TaskStateFailed || t.Status.State == swarm.TaskStateRejected)
	})
}

// attached says that a kept service is waited for as if it had just been
// written: nothing is known of how long its tasks have been running.
func (r *run) attached(c *change) bool { return r.Attach && c.Action == stack.Keep }

// rollingBack says that the engine undoes, or has undone, an update.
func rollingBack(s *swarm.Service) bool {
	return hasState(s, swarm.UpdateStateRollbackStarted, swarm.UpdateStateRollbackPaused, swarm.UpdateStateRollbackCompleted)
}

// halted says that the engine has given up an update half-way.
func halted(s *swarm.Service) bool {
	return hasState(s, swarm.UpdateStatePaused, swarm.UpdateStateRollbackPaused)
}

func updating(s *swarm.Service) bool { return hasState(s, swarm.UpdateStateUpdating) }

func hasState(s *swarm.Service, states ...swarm.UpdateState) bool {
	return s.UpdateStatus != nil && slices.Contains(states, s.UpdateStatus.State)
}
