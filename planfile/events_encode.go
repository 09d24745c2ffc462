package planfile

import (
	"cmp"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

func encodeRef(r stack.Ref) object { return object(r) }

func encodePlan(h head, p stack.Plan, id string) planEvent {
	out := planEvent{
		head: h, ID: id, Stack: p.Stack, Target: target(p.Target), Counts: map[stack.Action]int{},
		Hazards: []hazard{}, Changes: []brief{}, Warnings: encodeWarnings(p.Warnings),
	}
	for _, a := range actions() {
		out.Counts[a] = p.Count(a)
	}
	threatened := p.Hazards()
	for _, c := range p.Changes {
		if c.Action == stack.Keep {
			continue
		}
		out.Changes = append(out.Changes, brief{
			encodeRef(c.Ref), c.Key, c.Action, c.Reason, c.Effect, c.Impact, append([]stack.Hazard{}, c.Hazards...),
		})
	}
	for h, refs := range threatened {
		out.Hazards = append(out.Hazards, hazard{h, encodeRefs(refs)})
	}
	slices.SortFunc(out.Hazards, func(a, b hazard) int { return cmp.Compare(a.Hazard, b.Hazard) })
	return out
}

func actions() []stack.Action {
	return []stack.Action{
		stack.Keep, stack.Create, stack.Update, stack.Scale, stack.Run, stack.Adopt, stack.Replace, stack.Delete,
	}
}

func states() []stack.State {
	return []stack.State{stack.Done, stack.Failed, stack.Unfinished, stack.Blocked, stack.NotStarted}
}

func encodeProgress(services []stack.Progress) []progress {
	out := []progress{}
	for _, s := range services {
		out = append(out, progress{encodeRef(s.Ref), s.Running, s.Tasks, s.Reason})
	}
	return out
}

func encodeOutcome(o stack.Outcome) outcome {
	out := outcome{object: encodeRef(o.Ref), Action: o.Action, State: o.State, Cause: o.Cause, Error: o.Err}
	if o.Culprit != (stack.Ref{}) {
		by := encodeRef(o.Culprit)
		out.BlockedBy = &by
	}
	if f := o.Failure; f != nil {
		out.Failure = &failure{
			f.Task, f.TaskID, f.Node, f.State, f.ExitCode, f.Err, f.Running, f.Tasks,
			append([]string{}, f.Logs...), f.LogsErr,
		}
	}
	return out
}

func encodeReport(r *stack.Report) report {
	if r == nil {
		r = &stack.Report{}
	}
	out := report{Elapsed: seconds(r.Elapsed), Counts: map[stack.State]int{}, Outcomes: []outcome{}}
	for _, s := range states() {
		out.Counts[s] = r.Count(s)
	}
	for _, o := range r.Outcomes {
		out.Outcomes = append(out.Outcomes, encodeOutcome(o))
	}
	if r.Rollback != nil {
		back := encodeReport(r.Rollback)
		out.Rollback = &back
	}
	return out
}

func encodeResult(h head, r Result) resultEvent {
	return resultEvent{h, r.Status, r.ExitCode, encodeReport(r.Report), encodeErrors(r.Err)}
}
