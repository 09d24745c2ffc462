package applier

import (
	"fmt"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// limit is how long the file says that this service may be waited for; 0 if it
// does not say.
func (c *change) limit() time.Duration {
	if s, ok := c.Want.(stack.Service); ok {
		return s.Settings.Timeout
	}
	return 0
}

// overdue fails a service that has been waited for as long as the file allows.
func (r *run) overdue(c *change) {
	begun := c.begun
	if c.Action == stack.Keep {
		begun = r.begun
	}
	if limit := c.limit(); r.elapsed(begun, limit) {
		r.giveUp(c, stack.CauseTimeout, fmt.Sprintf("not up after the %s that the file allows", brief(limit)))
	}
}

// stalled fails a service of which no further task has come up for too long. The
// pauses that an update makes on purpose are added.
func (r *run) stalled(c *change, s *swarm.Service) {
	w := &c.watch
	if c.advanced(r.current(s)) {
		w.advance = time.Now()
	}
	limit := r.Progress + pauses(s)
	if r.elapsed(w.advance, limit) {
		r.giveUp(c, stack.CauseNoProgress, fmt.Sprintf("no further task has come up for %s", brief(limit)))
	}
}

// advanced says whether the wait for another task begins anew: when one has come
// up, and as long as all that are wanted run or a job does.
func (c *change) advanced(current func(swarm.Task) bool) bool {
	w, n := &c.watch, &c.watch.census
	news := w.advance.IsZero() || n.wanted > 0 && n.enough(n.running) || c.finite && n.running > 0
	for _, t := range w.tasks {
		up := t.Status.State == swarm.TaskStateRunning || t.Status.State == swarm.TaskStateComplete
		if up && current(t) && !w.seen[t.ID] {
			w.seen[t.ID], news = true, true
		}
	}
	return news
}

// pauses is how long an update takes over one task when all goes well: until the
// old one has stopped, and then until the next has its turn (swarmkit
// manager/orchestrator/update/updater.go).
func pauses(s *swarm.Service) time.Duration {
	if s.UpdateStatus == nil {
		return 0
	}
	var sum time.Duration
	if container := s.Spec.TaskTemplate.ContainerSpec; container != nil && container.StopGracePeriod != nil {
		sum = *container.StopGracePeriod
	}
	config := s.Spec.UpdateConfig
	if rollingBack(s) {
		config = s.Spec.RollbackConfig
	}
	if config != nil {
		sum += config.Delay + config.Monitor
	}
	return sum
}

// elapsed says whether this long has passed since then. If not, the poll comes in
// time to find out.
func (r *run) elapsed(since time.Time, limit time.Duration) bool {
	if time.Since(since) >= limit {
		return true
	}
	r.poll.by(since.Add(limit))
	return false
}

// giveUp fails a service that may come up yet, but has had its time.
func (r *run) giveUp(c *change, cause stack.Cause, why string) {
	if c.watch.reason != "" {
		why += ": " + c.watch.reason
	}
	r.end(c, stack.Outcome{State: stack.Failed, Cause: cause, Err: why, Failure: r.failure(c, r.suspect(c))})
}

// brief writes a time in minutes without seconds when there are none.
func brief(d time.Duration) string {
	text := d.String()
	if d >= time.Minute && d%time.Minute == 0 {
		text = text[:len(text)-len("0s")]
	}
	if d >= time.Hour && d%time.Hour == 0 {
		text = text[:len(text)-len("0m")]
	}
	return text
}
