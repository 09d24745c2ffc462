package applier

import (
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

const (
	// repeated is how often a slot may end in the same way until that counts as
	// a failure of the service.
	repeated = 3
	// hopeless is how long a task may fit no node while nothing else moves.
	hopeless = 10 * time.Second
)

// verdict is why a service cannot succeed any more, and the task that shows it.
// The zero value is none.
type verdict struct {
	cause stack.Cause
	why   string // a sentence without a full stop
	task  *swarm.Task
}

// doomed returns why the service cannot succeed any more. While the engine may
// still roll the update back, it is left to the engine to say so; but it waits
// for ever for a task that fits no node (swarmkit
// manager/orchestrator/update/updater.go, updateTask).
func (r *run) doomed(c *change, s *swarm.Service, current func(swarm.Task) bool) verdict {
	v := r.countFailures(c, s.Spec, current)
	if halted(s) {
		return verdict{stack.CausePaused, "the swarm paused the update", r.culprit(c, s)}
	}
	if dead := c.watch.census.dead; len(dead) > 0 && v.cause != stack.CauseImage {
		v = c.died(dead[0])
	}
	config := s.Spec.UpdateConfig
	mayRollBack := updating(s) && config != nil && config.FailureAction == swarm.UpdateFailureActionRollback
	if v.task != nil && !mayRollBack {
		return v
	}
	if t := r.unplaced(&c.watch, current); t != nil {
		return verdict{stack.CauseUnschedulable, "no node can run it", t}
	}
	return verdict{}
}

// unplaced returns a task that no node can run, if that has been so for long
// and nothing moves that could change it.
func (r *run) unplaced(w *watch, current func(swarm.Task) bool) *swarm.Task {
	i := slices.IndexFunc(w.tasks, func(t swarm.Task) bool {
		return isMeant(t) && current(t) && fitsNowhere(t)
	})
	if i < 0 {
		w.stuck = time.Time{}
		return nil
	}
	if w.stuck.IsZero() {
		w.stuck = time.Now()
	}
	since := w.stuck
	if r.poll.moved.After(since) {
		since = r.poll.moved
	}
	r.poll.by(since.Add(hopeless))
	if time.Since(since) < hopeless {
		return nil
	}
	return &w.tasks[i]
}

// countFailures notes the tasks that ended badly since the write, and returns
// the verdict on one whose end makes a success impossible, if there is any.
func (r *run) countFailures(c *change, spec swarm.ServiceSpec, current func(swarm.Task) bool) verdict {
	w := &c.watch
	for _, slot := range bySlot(spec.Mode, w.tasks) {
		for _, t := range slot {
			if !current(t) || w.before[t.ID] || w.counted[t.ID] || !endedBadly(spec, t) {
				continue
			}
			w.counted[t.ID] = true
			w.blamed, w.up = &t, time.Time{}
			key := place(spec.Mode, t) + " " + howEnded(t)
			w.repeats[key]++
			switch {
			case imageMissing(t):
				return verdict{stack.CauseImage, "its image cannot be pulled", &t}
			case pathMissing(t) && (isGlobal(spec.Mode) || r.oneNode()):
				return verdict{stack.CauseRejected, "its node cannot run it", &t}
			case w.repeats[key] >= repeated:
				return c.loops(t)
			}
		}
	}
	return verdict{}
}

// endedBadly says that the task has ended by itself and should not have.
func endedBadly(spec swarm.ServiceSpec, t swarm.Task) bool {
	return endedByItself(t) && (t.Status.State != swarm.TaskStateComplete || !ends(spec))
}
