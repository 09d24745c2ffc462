package applier

import (
	"context"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// over says that nothing is left to do or to wait for.
func (r *run) over() bool {
	for _, c := range r.changes {
		switch {
		case c.phase == ended:
		case c.phase != idle || r.mayStart(c):
			return false
		}
	}
	return true
}

// mayStart says whether an idle change can still have its turn. After a failure
// that is to stop everything, only the second half of a replacement can, and
// nothing that it waits for will start any more.
func (r *run) mayStart(c *change) bool {
	if r.OnFailure != Stop || !r.failed {
		return true
	}
	if c.removal == nil || c.removal.phase == idle {
		return false
	}
	open, _ := c.ready(r.Options)
	return open
}

// start starts the writes whose turn it is, in plan order, and ends what can
// no longer have its turn.
func (r *run) start(ctx context.Context) {
	if r.poll.first {
		return // what was there before is not known yet
	}
	for _, c := range r.changes {
		if c.phase == again && r.writing < r.Parallel && !time.Now().Before(c.retry) {
			r.write(ctx, c)
		}
		if c.phase != idle {
			continue
		}
		open, culprit := c.ready(r.Options)
		if culprit != (stack.Ref{}) {
			r.end(c, stack.Outcome{State: stack.Blocked, Culprit: culprit})
		}
		if open && r.writing < r.Parallel && r.mayStart(c) {
			r.write(ctx, c)
		}
	}
}

// alarm rings when a write that is to be tried again or a poll is next due. It
// never rings when there is nothing to wake up for.
func (r *run) alarm() <-chan time.Time {
	var next time.Time
	for _, c := range r.changes {
		if c.phase == again && r.writing < r.Parallel && (next.IsZero() || c.retry.Before(next)) {
			next = c.retry
		}
	}
	if due := r.poll.due; r.polled() && !r.poll.busy && (next.IsZero() || due.Before(next)) {
		next = due
	}
	if next.IsZero() {
		return nil
	}
	return time.After(time.Until(next))
}
