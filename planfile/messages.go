package planfile

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// The lines for people that events carry. They may change at any time.

func planMessage(p stack.Plan) string {
	var parts []string
	for _, a := range actions() {
		if n := p.Count(a); n > 0 && a != stack.Keep {
			parts = append(parts, fmt.Sprintf("%d to %s", n, a))
		}
	}
	return fmt.Sprintf("stack %q: %s", p.Stack, cmp.Or(strings.Join(parts, ", "), "nothing to do"))
}

func waitingMessage(w stack.Waiting) string {
	text := "waiting after " + rounded(w.Elapsed)
	for i, s := range w.Services {
		if i == 3 {
			return text + fmt.Sprintf("; and %d more", len(w.Services)-i)
		}
		text += []string{": ", "; ", "; "}[i] + because(fmt.Sprintf("%s %d of %d tasks running", s.Ref, s.Running, s.Tasks), s.Reason)
	}
	return text
}

func outcomeMessage(o stack.Outcome) string {
	text := fmt.Sprintf("%s: %s %s", o.Ref, o.Action, o.State)
	if o.State == stack.Blocked {
		text += " by " + o.Culprit.String()
	}
	return because(text, o.Err)
}

func rollingBackMessage(r stack.RollingBack) string {
	var names []string
	for _, ref := range r.Failed {
		names = append(names, ref.String())
	}
	return because("rolling back", strings.Join(names, ", "))
}

func resultMessage(r Result) string {
	text := strings.ReplaceAll(r.Status, "_", " ")
	if r.Report != nil && len(r.Report.Outcomes) > 0 {
		var parts []string
		for _, s := range states() {
			if n := r.Report.Count(s); n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, s))
			}
		}
		text += " after " + rounded(r.Report.Elapsed) + ": " + strings.Join(parts, ", ")
	}
	if mistakes := stack.Apart(r.Err); len(mistakes) > 0 {
		text = because(text, mistakes[0].Error())
	}
	return text
}

func because(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

func rounded(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
