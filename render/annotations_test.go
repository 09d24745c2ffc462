package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func inDeploy(file string) string { return path.Join("deploy", file) }

// One command to GitHub's runner for each mistake, at its place, and nothing
// from outside that could be another.
func TestErrorAnnotations(t *testing.T) {
	at := stack.Position{File: "a,b:c.yaml", Line: 3}
	err := errors.Join(
		&stack.Error{Pos: at, Msg: `service "web": 100% wrong`, Hint: "mend it"},
		fmt.Errorf("stack %q: %w", "shop", &stack.Error{Pos: stack.Position{File: "compose.yaml"}, Msg: "wrong"}),
		errors.New("first\r\n::set-output name=x::second"),
	)
	r := stack.Report{Outcomes: []stack.Outcome{
		{Ref: service("shop_web"), State: stack.Failed, Err: "the image cannot be pulled"},
		{Ref: service("shop_api"), State: stack.Unfinished},
		{Ref: service("shop_db"), State: stack.Done},
	}}
	var b bytes.Buffer
	render.ErrorAnnotations(&b, err, &r, inDeploy)
	want := `::error file=deploy/a%2Cb%3Ac.yaml,line=3::service "web": 100%25 wrong%0Ahint: mend it
::error file=deploy/compose.yaml::stack "shop": compose.yaml: wrong
::error::first%0D%0A::set-output name=x::second
::error::service "shop_web": the image cannot be pulled
::error::service "shop_api": unfinished
`
	if b.String() != want {
		t.Errorf("got:\n%swant:\n%s", b.String(), want)
	}
}

// Warnings without a place are left out: they would take the room of others.
func TestWarningAnnotations(t *testing.T) {
	var b bytes.Buffer
	render.WarningAnnotations(&b, []stack.Warning{
		{Msg: "nowhere"}, {Pos: stack.Position{File: "compose.yaml", Line: 2}, Msg: "here"},
	}, inDeploy)
	if want := "::warning file=deploy/compose.yaml,line=2::here\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestReason(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, tc := range []struct {
		err  error
		r    *stack.Report
		want string
	}{
		{nil, nil, ""},
		{nil, &stack.Report{Outcomes: []stack.Outcome{{Ref: service("shop_web"), State: stack.Done}}}, ""},
		{errors.New("one"), nil, "one"},
		{errors.Join(errors.New("one"), errors.New("two")), nil, "one (and 1 more)"},
		{errors.New("one"), &stack.Report{Outcomes: []stack.Outcome{{Ref: service("shop_web"), State: stack.Failed, Err: "no image"}}}, "one (and 1 more)"},
		{nil, &stack.Report{Outcomes: []stack.Outcome{{Ref: service("shop_web"), State: stack.Failed, Err: "a\nb"}}}, `service "shop_web": a\nb`},
		{errors.New(long), nil, long[:2*97] + "..."},
	} {
		if got := render.Reason(tc.err, tc.r, 100); got != tc.want || utf8.RuneCountInString(got) > 100 {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestErrorMarkdown(t *testing.T) {
	var list []error
	for i := range 300 {
		list = append(list, &stack.Error{Msg: fmt.Sprintf("service %q: @everyone </details> %s", fmt.Sprint("s", i), strings.Repeat("x", 400)), Hint: "do | it"})
	}
	for _, err := range []error{errors.New("a\n# b"), errors.Join(list...)} {
		var b bytes.Buffer
		if err := render.ErrorMarkdown(&b, err); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
		if !strings.HasPrefix(b.String(), "## Failed\n\n- **Error:** ") {
			t.Errorf("got %.200s", b.String())
		}
	}
	if err := render.ErrorMarkdown(broken{}, errBroken); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
