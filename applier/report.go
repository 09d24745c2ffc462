package applier

import (
	"fmt"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// end ends a change for good.
func (r *run) end(c *change, o stack.Outcome) {
	o.Ref, o.Action = c.Ref, c.Action
	c.phase, c.outcome = ended, o
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
	rep := stack.Report{TimedOut: r.timedOut, Interrupted: r.interrupted}
	for _, c := range r.changes {
		if c.phase != ended {
			r.end(c, r.cut(c))
		}
		if reported(c) {
			rep.Outcomes = append(rep.Outcomes, c.outcome)
		}
	}
	rep.Elapsed = time.Since(r.begun)
	return rep
}

// notBegun is the report on a plan that nothing was done of.
func notBegun(p stack.Plan) stack.Report {
	var rep stack.Report
	for _, c := range p.Changes {
		if c.Action != stack.Keep {
			rep.Outcomes = append(rep.Outcomes, stack.Outcome{Ref: c.Ref, Action: c.Action, State: stack.NotStarted})
		}
	}
	return rep
}

// cut is the outcome of a change that the end of the run has overtaken.
func (r *run) cut(c *change) stack.Outcome {
	n := c.watch.census
	switch c.phase {
	case writing:
		return stack.Outcome{State: stack.Unfinished, Err: "the swarm has not answered yet"}
	case refused:
		return stack.Outcome{State: stack.Failed, Err: r.said(c, c.err)}
	case waiting:
		if c.Action == stack.Keep && c.watch.before == nil {
			return stack.Outcome{State: stack.Done} // it has never been looked at
		}
		if c.Action == stack.Delete {
			return stack.Outcome{State: stack.Unfinished, Err: fmt.Sprintf("removed; tasks that have not stopped yet: %d", n.running)}
		}
		t := c.watch.blamed
		if n.behind != nil && (t == nil || n.behind.Status.Err != "") {
			t = n.behind
		}
		text := fmt.Sprintf("%d of %d tasks run", n.running+n.completed, n.wanted)
		if n.wanted == 0 {
			text = "the swarm has only just accepted it"
		} else if c.watch.reason != "" {
			text += ": " + c.watch.reason
		}
		return stack.Outcome{State: stack.Unfinished, Err: text, Failure: r.failure(c, t)}
	case idle, ended:
	}
	return stack.Outcome{State: stack.NotStarted}
}
