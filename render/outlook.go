package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// rolledBack is the state of what was done and has been taken back.
const rolledBack stack.State = "rolled back"

// states is every state, in the order in which they are listed.
func states() []stack.State {
	return []stack.State{stack.Done, stack.Failed, stack.Unfinished, rolledBack, stack.Blocked, stack.NotStarted}
}

// afterRollback tells what was done from what has been taken back.
func afterRollback(r stack.Report) stack.Report {
	if r.Rollback == nil {
		return r
	}
	back := map[stack.Ref]bool{}
	for _, o := range r.Rollback.Outcomes {
		back[o.Ref] = o.State == stack.Done
	}
	return relabelled(r, func(o stack.Outcome) bool { return back[o.Ref] })
}

// takenBack is a rollback's report: what it has done is rolled back.
func takenBack(r stack.Report) stack.Report {
	return relabelled(r, func(stack.Outcome) bool { return true })
}

func relabelled(r stack.Report, isBack func(stack.Outcome) bool) stack.Report {
	r.Outcomes = slices.Clone(r.Outcomes)
	for i, o := range r.Outcomes {
		if o.State == stack.Done && isBack(o) {
			r.Outcomes[i].State = rolledBack
		}
	}
	return r
}

// headline is: Failed after 42s; or: Failed and rolled back after 1m5s.
func headline(r stack.Report) string {
	switch back := r.Rollback; {
	case back == nil:
		return ending(r) + " after " + duration(r.Elapsed)
	case back.OK():
		return ending(r) + " and rolled back after " + duration(r.Elapsed+back.Elapsed)
	default:
		return ending(r) + " after " + duration(r.Elapsed) + ", and the rollback " + strings.ToLower(headline(*back))
	}
}

func ending(r stack.Report) string {
	switch {
	case r.Interrupted:
		return "Interrupted"
	case r.TimedOut:
		return "Timed out"
	}
	return "Failed"
}

// outlook says how things are now, what goes on without us, and that another
// run is safe.
func outlook(r stack.Report) string {
	var text []string
	last, back := r, r.Rollback
	if back != nil {
		last = *back
	}
	if back != nil && back.OK() {
		text = append(text, "Rolled back: services are as before.")
	}
	if going := unfinished(last); going != "" {
		text = append(text, "The swarm goes on with "+going+"; stackup wait "+cmp.Or(r.Stack, "STACK")+" waits for that.")
	}
	switch {
	case back != nil && !back.OK():
		text = append(text, "What was not rolled back stays as it is.")
	case r.Count(stack.Done) > 0:
		text = append(text, "What is done stays done.")
	}
	return strings.Join(append(text, advice(r)), " ")
}

// unfinished names what the swarm still has to do.
func unfinished(r stack.Report) string {
	var list groups
	for _, o := range r.Outcomes {
		if o.State == stack.Unfinished {
			list.add("", o.Ref)
		}
	}
	names := make([]string, len(list))
	for i, g := range list {
		names[i] = g.String()
	}
	return enumerate(names)
}

func advice(r stack.Report) string {
	switch {
	case slices.ContainsFunc(r.Outcomes, func(o stack.Outcome) bool { return o.Cause == stack.CauseStale }):
		return "Plan again to see what somebody else has changed."
	case r.Count(stack.Failed) > 0:
		return "Mend the cause and run the same command again."
	}
	return "Run the same command again to go on."
}
