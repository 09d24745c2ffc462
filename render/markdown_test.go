package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestMarkdown(t *testing.T) {
	for name, p := range plans() {
		t.Run(name, func(t *testing.T) {
			text := markdown(t, p)
			goldenFile(t, "plan-"+name+".md", text)
			wellFormed(t, text)
		})
	}
}

func TestReportMarkdown(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			text := reportMarkdown(t, r)
			goldenFile(t, "report-"+name+".md", text)
			wellFormed(t, text)
		})
	}
}

func markdown(t *testing.T, p stack.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := render.Markdown(&b, p, "p-0123456789"); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func reportMarkdown(t *testing.T, r stack.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := render.ReportMarkdown(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An old version of a config that stays is nothing to warn of, nor is a
// deletion that is none.
func TestBannerIsForLosses(t *testing.T) {
	old := gone(stack.KindConfig, "shop_nginx-0123456789")
	old[0].Key = "nginx-0123456789"
	now := added(stack.KindConfig, "content changed", "shop_nginx-abcdef0123")
	now[0].Key, now[0].Want = "nginx", stack.Config{}
	for _, tc := range []struct {
		name string
		plan stack.Plan
		want bool
	}{
		{"creations", first(), false},
		{"an old version", plan(now, old), false},
		{"a config", plan(old), true},
		{"a service", mixed(), true},
		{"a grave hazard", plan([]stack.Change{{Ref: service("shop_web"), Action: stack.Scale, Hazards: []stack.Hazard{stack.ScalesToZero}}}), true},
		{"another hazard", plan([]stack.Change{{Ref: service("shop_web"), Action: stack.Run, Hazards: []stack.Hazard{stack.RunsAJob}}}), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := strings.Contains(markdown(t, tc.plan), "[!CAUTION]"); got != tc.want {
				t.Errorf("banner: %v", got)
			}
		})
	}
}

// What does not fit is left out in the middle, and said to be.
func TestMarkdownIsNeverTooLong(t *testing.T) {
	p := plan()
	p.Stack, p.Target.Host = strings.Repeat("shop", 9000), strings.Repeat("host", 9000)
	for i := range 3000 {
		p.Changes = append(p.Changes, stack.Change{
			Ref: service(fmt.Sprintf("shop_worker-%04d", i)), Action: stack.Update, Reason: "image changed",
			Fields: []stack.FieldChange{{Path: "image", Old: fmt.Sprintf("worker:%d", i), New: "worker:next", Effect: stack.Restarts}},
			Effect: stack.Restarts, Hazards: []stack.Hazard{stack.Unschedulable},
		})
		p.Warnings = append(p.Warnings, stack.Warning{Msg: fmt.Sprintf("warning %d", i)})
	}
	text := markdown(t, p)
	wellFormed(t, text)
	if len(text) < 50_000 {
		t.Errorf("only %d bytes", len(text))
	}
	for _, want := range []string{
		"worker:0\n", "worker:2999\n", `\n- \*\*Warning:\*\* warning 0\n`, `\n- \*\*Warning:\*\* warning 2999\n`,
		`\n\| \.\.\. \| \d+ more objects \|`, `\nLeft out for want of room: the details of \d+ more objects\.\n`, `\n- \.\.\. and \d+ more warnings\n`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("there is no %q", want)
		}
	}
}

func TestReportMarkdownIsNeverTooLong(t *testing.T) {
	r := halfUndone()
	bad := r.Outcomes[3]
	bad.Failure.Logs = slices.Repeat([]string{strings.Repeat("a long line ", 50)}, 30)
	back := *r.Rollback
	for i := range 300 {
		bad.Ref = service(fmt.Sprintf("shop_worker-%04d", i))
		r.Outcomes, back.Outcomes = append(r.Outcomes, bad), append(back.Outcomes, bad)
	}
	r.Rollback = &back
	text := reportMarkdown(t, r)
	wellFormed(t, text)
	if len(text) < 50_000 {
		t.Errorf("only %d bytes", len(text))
	}
	for _, want := range []string{`\n\| \.\.\. \| \d+ more objects \|`, `\n## The rollback\n`, `\nLeft out for want of room: \d+ more failures\.\n`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("there is no %q", want)
		}
	}
}

func TestMarkdownWriteErrorsAreReturned(t *testing.T) {
	for name, err := range map[string]error{
		"Markdown":       render.Markdown(broken{}, mixed(), ""),
		"ReportMarkdown": render.ReportMarkdown(broken{}, failed()),
		"DriftMarkdown":  render.DriftMarkdown(broken{}, drift(), since(), unfinished()),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzMarkdown puts arbitrary text everywhere, a lot of it too. It may
// mark up nothing and mention nobody.
func FuzzMarkdown(f *testing.F) {
	f.Add("shop", "nginx:1.27", 1)
	f.Add("</summary></details><script>", "`` ` ``` ```` </code>", 1)
	f.Add("a|b\\|c", "@everyone #1 !2 [x](http://example.com) ![](x) www.example.com", 1)
	f.Add("*a* _b_ ~c~ $d$", "\n\n# title\n- item\n/close\n> quote", 1)
	f.Add("```", "```\n</details>\n````", 1)
	f.Add("&amp;&#64;all", "\r\u2028| | |", 40)
	f.Add("e\u0301\u0301", "漢", 3000)
	f.Fuzz(func(t *testing.T, a, b string, times int) {
		times %= 1 + 20_000/(len(a)+len(b)+1)
		a, b = strings.Repeat(a, max(times, 1)), strings.Repeat(b, max(times, 1))
		p := sample(a, b)
		p.Warnings = []stack.Warning{{Msg: a, Hint: b}, {Pos: stack.Position{File: b, Line: 1}, Msg: b}}
		var out bytes.Buffer
		if err := render.Markdown(&out, p, b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, out.String())
		wellFormed(t, reportMarkdown(t, sampleReport(a, b)))
		out.Reset()
		if err := render.DriftMarkdown(&out, sampleDrift(a, b), stack.Entry{Number: 1, By: b}, time.Time{}); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, out.String())
	})
}

// wellFormed wants of a document that all of its markup is our own.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	harmless(t, text)
	if len(text) >= 60_000 {
		t.Errorf("%d bytes", len(text))
	}
	ours := regexp.MustCompile(`</?(code|b|details|summary)>|\*\*|&(amp|lt|gt|#[0-9]+);|\[!CAUTION\]`)
	within := regexp.MustCompile(`([0-9A-Za-z])_([0-9A-Za-z])`)
	apart := regexp.MustCompile(`<code>.*?</code>|&#(64|35|33);&#8203;`)
	mention := regexp.MustCompile(`&#(64|35|33);`)
	fence, depth := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]; {
		case fence != "":
			if strings.TrimLeft(line, " ") == fence {
				fence = ""
			} else if strings.HasPrefix(strings.TrimLeft(line, " "), fence) {
				t.Errorf("a line in a block of code ends it: %q", line)
			}
			continue
		case len(ticks) >= 3:
			fence = ticks
			continue
		}
		depth += strings.Count(line, "<details>") - strings.Count(line, "</details>")
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 6 && strings.Count(line, "|") != 5 {
			t.Errorf("a row with other cells: %q", line)
		}
		if strings.Count(line, "<code>") != strings.Count(line, "</code>") {
			t.Errorf("unbalanced: %q", line)
		}
		if mention.MatchString(apart.ReplaceAllString(line, "")) {
			t.Errorf("a mention: %q", line)
		}
		for within.MatchString(line) {
			line = within.ReplaceAllString(line, "$1$2")
		}
		line = strings.TrimLeft(line, "#>|- ") // at the beginning of a line
		if rest := strings.ReplaceAll(ours.ReplaceAllString(line, ""), "|", ""); strings.ContainsAny(rest, "<>`*_[]#!@$~&\\") {
			t.Errorf("not our own: %q in %q", rest, line)
		}
	}
	if fence != "" || depth != 0 {
		t.Errorf("not closed: fence %q, details %d", fence, depth)
	}
}
