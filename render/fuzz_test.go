package render_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// FuzzViews puts arbitrary text everywhere. Nothing may panic, and nothing but
// our own colours may reach a terminal.
func FuzzViews(f *testing.F) {
	f.Add("shop", "\x1b[2J\x1b]0;title\a", 80)
	f.Add("\xff\xc3", "a\tb\r\nc\u202e\u009b31m\u2028", 20)
	f.Add("世界", "é́ "+strings.Repeat("漢", 50), 40)
	f.Fuzz(func(t *testing.T, a, b string, columns int) {
		for _, color := range []bool{false, true} {
			harmless(t, everything(t, a, b, render.Style{Color: color, Width: columns % 200}))
		}
	})
}

func everything(t *testing.T, a, b string, s render.Style) string {
	t.Helper()
	var out bytes.Buffer
	p, outcome := sample(a, b), sampleOutcome(a, b)
	ref := outcome.Ref
	watch := render.Progress(&out, s)
	watch(stack.Notice{Text: b})
	watch(stack.ChangeStarted{Ref: stack.Ref{Kind: stack.KindService, Name: a}, Action: stack.Action(b)})
	watch(stack.Waiting{Services: []stack.Progress{{Ref: ref, Reason: b}}})
	watch(stack.ChangeEnded{Outcome: outcome, Elapsed: time.Second})
	render.Error(&out, errors.Join(errors.New(a), &stack.Error{Msg: a, Hint: b}))
	render.Warnings(&out, []stack.Warning{{Msg: a, Hint: b, Pos: stack.Position{File: b, Line: 1}}}, s)
	if err := errors.Join(
		render.Plan(&out, p, s),
		render.Plan(&out, stack.Plan{Stack: b}, s),
		render.Drift(&out, sampleDrift(a, b), stack.Entry{Number: 1, By: a}, time.Time{}, s),
		render.Report(&out, sampleReport(a, b), s),
		render.History(&out, []stack.Entry{{By: a, URL: b, PlanID: a, Summary: b}, {Number: 1}}, s),
		render.Lock(&out, a, stack.Lock{Holder: b, URL: a, Command: b}, s),
	); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sample is a plan with every action and the given text wherever there is
// text.
func sample(a, b string) stack.Plan {
	ref := stack.Ref{Kind: stack.Kind(b), Name: a}
	change := func(action stack.Action) stack.Change {
		return stack.Change{
			Ref: ref, Key: a, Action: action, Reason: b, Effect: stack.Effect(a), Impact: b,
			Fields: []stack.FieldChange{{Path: a, Old: b, New: a + b, Effect: stack.Effect(b)}, {Path: b, Old: a, Effect: stack.Restarts}},
			Diff:   b, Hazards: []stack.Hazard{stack.Hazard(a), stack.DeletesService},
			After: []stack.Gate{{Ref: ref, Condition: stack.Condition(a)}},
			Want:  stack.Service{Spec: swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: b}}}},
		}
	}
	p := stack.Plan{Stack: a, Target: stack.Target{Host: b}, Drift: sampleDrift(a, b), Since: stack.Entry{Number: 1, By: b}}
	for _, action := range []stack.Action{stack.Create, stack.Update, stack.Scale, stack.Delete, stack.Keep, stack.Action(a)} {
		p.Changes = append(p.Changes, change(action))
	}
	return p
}

func sampleDrift(a, b string) []stack.Drift {
	return []stack.Drift{
		{Ref: stack.Ref{Kind: stack.Kind(b), Name: a}, What: stack.Changed, Fields: []stack.FieldChange{{Path: a, Old: b, New: a + b}}},
		{Ref: stack.Ref{Kind: stack.Kind(a), Name: b}, What: stack.DriftKind(b)},
	}
}

func sampleOutcome(a, b string) stack.Outcome {
	ref := stack.Ref{Kind: stack.Kind(b), Name: a}
	return stack.Outcome{
		Ref: ref, Action: stack.Action(b), State: stack.Failed, Err: a, Culprit: ref,
		Failure: &stack.Failure{Task: a, Node: b, State: a, ExitCode: 1, Err: b, Logs: []string{a, b}},
	}
}

// sampleReport has a failure, in the apply and in its rollback.
func sampleReport(a, b string) stack.Report {
	blocked := stack.Outcome{Ref: sampleOutcome(b, a).Ref, State: stack.Blocked, Culprit: sampleOutcome(a, b).Ref}
	back := stack.Report{Outcomes: []stack.Outcome{sampleOutcome(b, a)}}
	return stack.Report{Outcomes: []stack.Outcome{sampleOutcome(a, b), blocked}, Rollback: &back}
}

func harmless(t *testing.T, text string) {
	t.Helper()
	text = regexp.MustCompile(`\x1b\[[0-9]{1,2}m`).ReplaceAllString(text, "")
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || r >= 0x7f && r <= 0x9f || r >= 0x202a && r <= 0x202e {
			t.Fatalf("%q reaches the terminal", r)
		}
	}
}
