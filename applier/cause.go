package applier

import (
	"errors"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// causeOf is the kind of trouble that a write was in. Any other answer of the
// engine is a refusal.
func causeOf(err error) stack.Cause {
	for _, k := range []struct {
		kind  error
		cause stack.Cause
	}{
		{stack.ErrUnreachable, stack.CauseUnreachable},
		{stack.ErrUnavailable, stack.CauseUnreachable},
		{stack.ErrInUse, stack.CauseInUse},
		{stack.ErrOutOfSequence, stack.CauseStale},
		{stack.ErrConflict, stack.CauseStale},
		{stack.ErrNotFound, stack.CauseStale},
	} {
		if errors.Is(err, k.kind) {
			return k.cause
		}
	}
	return stack.CauseRefused
}

// endCause is why what is under way is given up.
func (r *run) endCause() stack.Cause {
	switch {
	case r.interrupted:
		return stack.CauseInterrupted
	case r.timedOut:
		return stack.CauseTimeout
	}
	return stack.CauseUnreachable
}

// isLost tells a write without an answer from one with an unwelcome answer.
func isLost(err error) bool { return causeOf(err) == stack.CauseUnreachable }

// meanwhile is an error that says what somebody else has done.
type meanwhile string

func (m meanwhile) Error() string { return string(m) }

// Unwrap tells the kind of the error.
func (m meanwhile) Unwrap() error { return stack.ErrOutOfSequence }

// loops is the verdict on a service of which this task is one of many that
// ended in the same way.
func (c *change) loops(t swarm.Task) verdict {
	const same = "it ends in the same way again and again"
	switch {
	case t.Status.State == swarm.TaskStateRejected:
		return verdict{stack.CauseRejected, "its node cannot run it, again and again", &t}
	case unhealthy(t):
		return verdict{stack.CauseUnhealthy, "its health check fails again and again", &t}
	case c.finite:
		return verdict{stack.CauseJobFailed, same, &t}
	case checksHealth(t) && exitCode(t) == 0:
		return verdict{stack.CauseUnhealthy, same, &t} // see checksHealth
	}
	return verdict{stack.CauseCrashLoop, same, &t}
}

// died is the verdict on a service whose last task this was.
func (c *change) died(t swarm.Task) verdict {
	v := verdict{stack.CauseEnded, "it has ended and will not be restarted", &t}
	switch {
	case imageMissing(t):
		v.cause = stack.CauseImage
	case t.Status.State == swarm.TaskStateRejected:
		v.cause = stack.CauseRejected
	case unhealthy(t):
		v.cause = stack.CauseUnhealthy
	case c.finite || isJob(specOf(c.Change)):
		v.cause = stack.CauseJobFailed
	}
	return v
}
