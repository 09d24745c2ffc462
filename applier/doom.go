package applier

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/swarm"
)

const (
	// repeated is how often a slot may end in the same way until that counts as
	// a failure of the service.
	repeated = 3
	// hopeless is how long a task may fit no node while nothing else moves.
	hopeless = 10 * time.Second
)

// doomed returns why the service cannot succeed any more, and the task that
// shows it. While the engine may still roll the update back, it is left to the
// engine to say so.
func (r *run) doomed(c *change, s *swarm.Service, current func(swarm.Task) bool) (*swarm.Task, string) {
	w := &c.watch
	t, why := w.countFailures(s.Spec, current)
	if halted(s) {
		return w.culprit(s), "the swarm paused the update"
	}
	if len(w.census.dead) > 0 && (t == nil || !imageMissing(*t)) {
		t, why = &w.census.dead[0], "it has ended and will not be restarted"
	}
	if t == nil {
		t, why = r.unplaced(w, current), "no node can run it"
	}
	config := s.Spec.UpdateConfig
	if t == nil || updating(s) && config != nil && config.FailureAction == swarm.UpdateFailureActionRollback {
		return nil, ""
	}
	return t, why
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
// one whose end makes a success impossible, with the reason, if there is any.
func (w *watch) countFailures(spec swarm.ServiceSpec, current func(swarm.Task) bool) (*swarm.Task, string) {
	for _, slot := range bySlot(spec.Mode, w.tasks) {
		for _, t := range slot {
			if !current(t) || w.before[t.ID] || w.counted[t.ID] || !endedBadly(spec, t) {
				continue
			}
			w.counted[t.ID] = true
			w.blamed, w.up = &t, time.Time{}
			if imageMissing(t) {
				return &t, "its image cannot be pulled"
			}
			key := place(spec.Mode, t) + " " + howEnded(t)
			w.repeats[key]++
			if w.repeats[key] >= repeated {
				return &t, "it ends in the same way again and again"
			}
		}
	}
	return nil, ""
}

// endedBadly says that the task has ended by itself and should not have.
func endedBadly(spec swarm.ServiceSpec, t swarm.Task) bool {
	return endedByItself(t) && (t.Status.State != swarm.TaskStateComplete || !ends(spec))
}

// howEnded is equal for ends that are the same: the exit code if a container
// ran, otherwise the error.
func howEnded(t swarm.Task) string {
	if code := exitCode(t); code != 0 || t.Status.Err == "" {
		return "exit " + strconv.Itoa(code)
	}
	return t.Status.Err
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
