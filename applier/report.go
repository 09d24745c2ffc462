package applier

import (
	"fmt"
	"slices"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// end ends a change for good.
func (r *run) end(c *change, o stack.Outcome) {
	o.Ref, o.Action = c.Ref, c.Action
	c.phase, c.outcome = ended, o
	r.failed = r.failed || o.State == stack.Failed
	r.logs.fetch(o.Failure)
	if !reported(c) {
		return
	}
	var elapsed time.Duration
	if !c.begun.IsZero() {
		elapsed = time.Since(c.begun)
	}
	r.Events(stack.ChangeEnded{Outcome: o, Elapsed: elapsed})
}

// reported says whether an ended change is worth a word: what was kept is only
// if it does not run.
func reported(c *change) bool {
	return c.Action != stack.Keep || c.outcome.State != stack.Done
}

// report ends what has not ended, and tells how everything did.
func (r *run) report() stack.Report {
	rep := stack.Report{Stack: r.stack, TimedOut: r.timedOut, Interrupted: r.interrupted}
	for _, c := range r.changes {
		if c.phase != ended {
			r.end(c, r.cut(c))
		}
	}
	written := r.logs.gather()
	for _, c := range r.changes {
		if reported(c) {
			c.outcome.Failure = r.logs.tell(c.outcome.Failure, written)
			rep.Outcomes = append(rep.Outcomes, c.outcome)
		}
	}
	rep.Elapsed = time.Since(r.begun)
	return rep
}

// notBegun is the report on a plan that nothing was done of.
func notBegun(p stack.Plan) stack.Report {
	rep := stack.Report{Stack: p.Stack}
	for _, c := range p.Changes {
		if c.Action != stack.Keep {
			rep.Outcomes = append(rep.Outcomes, stack.Outcome{Ref: c.Ref, Action: c.Action, State: stack.NotStarted})
		}
	}
	return rep
}

// cut is the outcome of a change that the end of the run has overtaken.
func (r *run) cut(c *change) stack.Outcome {
	o := stack.Outcome{State: stack.Unfinished, Cause: r.endCause()}
	switch c.phase {
	case writing:
		o.Err = "the swarm has not answered yet"
	case again:
		if o.Err, o.Cause = r.said(c, c.err), causeOf(c.err); !isLost(c.err) {
			o.State = stack.Failed
		}
	case waiting:
		if c.Action == stack.Keep && c.watch.before == nil {
			return stack.Outcome{State: stack.Done} // it has never been looked at
		}
		o.Err = c.goesOn()
		if c.Action != stack.Delete {
			o.Failure = r.failure(c, r.suspect(c))
		}
	case idle:
		if _, culprit := c.ready(r.Options); r.hasFailed(culprit) {
			return stack.Outcome{State: stack.Blocked, Culprit: culprit}
		}
		return stack.Outcome{State: stack.NotStarted}
	case ended:
		return stack.Outcome{State: stack.NotStarted}
	}
	return o
}

// hasFailed says whether this has failed, rather than been cut short.
func (r *run) hasFailed(ref stack.Ref) bool {
	return slices.ContainsFunc(r.changes, func(c *change) bool {
		return c.Ref == ref && c.phase == ended && c.outcome.State == stack.Failed
	})
}

// goesOn says what the swarm goes on doing with a change that is no longer waited
// for, and how far it is.
func (c *change) goesOn() string {
	w, n := &c.watch, c.watch.census
	doing := map[stack.Action]string{
		stack.Create: "starting it", stack.Keep: "starting it", stack.Adopt: "updating it", stack.Update: "updating it",
		stack.Scale: "scaling it", stack.Run: "running it", stack.Delete: "stopping it",
	}[c.Action]
	if w.back {
		doing = "rolling it back"
	}
	text := "the swarm goes on " + doing
	switch {
	case c.Action == stack.Delete && w.tasks != nil:
		return fmt.Sprintf("%s (tasks not stopped yet: %d)", text, n.running)
	case w.back || c.Action == stack.Delete:
		return text
	case n.wanted == 0:
		return text + ", it has only just accepted it"
	}
	text += fmt.Sprintf(" (%d of %d tasks run)", n.running+n.completed, n.wanted)
	if w.reason != "" {
		text += ": " + w.reason
	}
	return text
}
