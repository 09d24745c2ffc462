package render_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestColorWanted(t *testing.T) {
	for _, tc := range []struct {
		environ  string
		terminal bool
		want     bool
	}{
		{"", true, true},
		{"", false, false},
		{"TERM=xterm-256color", true, true},
		{"TERM=xterm-256color", false, false},
		{"TERM=dumb", true, false},
		{"NO_COLOR=1", true, false},
		{"NO_COLOR=0", true, false}, // any value
		{"NO_COLOR=", true, true},   // but not none
		{"FORCE_COLOR=1", false, true},
		{"FORCE_COLOR=1 TERM=dumb CI=true", false, true},
		{"FORCE_COLOR=0", true, false},
		{"FORCE_COLOR=false", true, false},
		{"FORCE_COLOR=", false, false},
		{"NO_COLOR=1 FORCE_COLOR=1", true, false},
		{"CI=true", true, false},
		{"CI=false", true, true},
	} {
		if got := render.ColorWanted(strings.Fields(tc.environ), tc.terminal); got != tc.want {
			t.Errorf("ColorWanted(%q, terminal %v) = %v", tc.environ, tc.terminal, got)
		}
	}
}

// views is every view of the sample values in one text.
func views(t *testing.T, s render.Style) string {
	t.Helper()
	var b bytes.Buffer
	for _, p := range []stack.Plan{plan(), mixed(), first(), wide(), long(), risky(), alike(), contents(), drifted()} {
		if err := render.Plan(&b, p, s); err != nil {
			t.Fatal(err)
		}
	}
	watch := render.Progress(&b, s)
	for _, e := range events() {
		watch(e)
	}
	for _, r := range []stack.Report{failed(), interrupted(), timedOut(), refused(), undone(), halfUndone(), causes()} {
		if err := render.Report(&b, r, s); err != nil {
			t.Fatal(err)
		}
	}
	render.Warnings(&b, []stack.Warning{{Msg: "careful", Hint: "look"}}, s)
	if err := errors.Join(
		render.Drift(&b, drift(), since(), unfinished(), s),
		render.History(&b, []stack.Entry{since(), {Number: 11, URL: "https://ci.example.com/1"}}, s),
		render.Lock(&b, "shop", stack.Lock{Holder: "ann@laptop", URL: "https://ci.example.com/1"}, s),
	); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestColourAddsNothingButColour(t *testing.T) {
	colored, plain := views(t, render.Style{Color: true}), views(t, render.Style{})
	if !strings.Contains(colored, "\x1b[31m") {
		t.Error("no red in the colored form")
	}
	if strings.Contains(plain, "\x1b") {
		t.Error("an escape sequence without Color")
	}
	if regexp.MustCompile(`\x1b\[[0-9]+m`).ReplaceAllString(colored, "") != plain {
		t.Error("the colored form says something else")
	}
}

func TestOwnTextIsASCII(t *testing.T) {
	for _, r := range views(t, render.Style{}) {
		if r > '~' {
			t.Fatalf("%q is not ASCII", r)
		}
	}
}

func TestNoStyleIsEightyColumns(t *testing.T) {
	if views(t, render.Style{}) != views(t, render.Style{Width: 80}) {
		t.Error("Width 0 is not 80")
	}
	if views(t, render.Style{Width: -1}) != views(t, render.Style{Width: 24}) {
		t.Error("Width -1 is not the minimum of 24")
	}
}

func TestWriteErrorsAreReturned(t *testing.T) {
	for name, err := range map[string]error{
		"Plan":    render.Plan(broken{}, mixed(), render.Style{}),
		"Report":  render.Report(broken{}, failed(), render.Style{}),
		"Drift":   render.Drift(broken{}, drift(), since(), unfinished(), render.Style{}),
		"History": render.History(broken{}, nil, render.Style{}),
		"Lock":    render.Lock(broken{}, "shop", stack.Lock{}, render.Style{}),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errBroken = errors.New("broken pipe")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }
