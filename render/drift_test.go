package render_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// since is the revision that the samples have drifted from.
func since() stack.Entry {
	return stack.Entry{Number: 12, At: time.Date(2026, 11, 24, 18, 2, 11, 0, time.UTC), By: "ann@ci"}
}

func unfinished() time.Time { return time.Date(2026, 11, 24, 19, 40, 0, 0, time.UTC) }

// drift has an object for each way to drift.
func drift() []stack.Drift {
	return []stack.Drift{
		{Ref: service("shop_web"), What: stack.Changed, Fields: []stack.FieldChange{
			{Path: "image", Old: "nginx:1.27", New: "nginx:1.27-debug"},
			{Path: "environment.DB_PASSWORD", Old: "(sensitive #1)", New: "(sensitive #2)"},
			{Path: "environment.LOG_LEVEL", New: "debug"},
			{Path: "environment.MOTD", Old: "hello  world", New: "hello world"},
		}},
		{Ref: service("shop_api"), What: stack.Changed, Fields: []stack.FieldChange{{Path: "deploy.replicas", Old: "2", New: "5"}}},
		{Ref: stack.Ref{Kind: stack.KindConfig, Name: "shop_nginx-1f3a9c0d2e"}, What: stack.Missing},
		{Ref: service("shop_debug"), What: stack.Added},
	}
}

// drifted is a plan that puts back one service, gives another a value of its
// own, creates what was removed, and deletes what was added.
func drifted() stack.Plan {
	fields := func(d stack.Drift, now string) []stack.FieldChange {
		var out []stack.FieldChange
		for _, f := range d.Fields {
			f.Old, f.New, f.Effect = f.New, f.Old, stack.Restarts
			if now != "" {
				f.New = now
			}
			out = append(out, f)
		}
		return out
	}
	d := drift()
	p := plan(
		added(stack.KindConfig, "it is gone", d[2].Ref.Name),
		[]stack.Change{
			{Ref: d[0].Ref, Action: stack.Update, Reason: "image and 3 more fields changed", Fields: fields(d[0], ""), Effect: stack.Restarts},
			{Ref: d[1].Ref, Action: stack.Scale, Reason: "deploy.replicas changed", Fields: fields(d[1], "3"), Effect: stack.Restarts},
		},
		gone(stack.KindService, d[3].Ref.Name),
	)
	p.Drift, p.Since, p.Unfinished = d, since(), unfinished()
	return p
}

func TestDrift(t *testing.T) {
	for name, tc := range map[string]struct {
		drift      []stack.Drift
		since      stack.Entry
		unfinished time.Time
	}{
		"some":       {drift(), since(), time.Time{}},
		"unfinished": {drift()[1:2], since(), unfinished()},
		"none":       {nil, since(), unfinished()},
		"no-history": {nil, stack.Entry{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, "drift-"+name, func(b *bytes.Buffer, s render.Style) {
				if err := render.Drift(b, tc.drift, tc.since, tc.unfinished, s); err != nil {
					t.Fatal(err)
				}
			})
			var b bytes.Buffer
			if err := render.DriftMarkdown(&b, tc.drift, tc.since, tc.unfinished); err != nil {
				t.Fatal(err)
			}
			goldenFile(t, "drift-"+name+".md", b.String())
			wellFormed(t, b.String())
		})
	}
}

// An empty plan leaves everything as it is, whatever has drifted.
func TestEmptyPlanHasNoDrift(t *testing.T) {
	p := plan(keep(stack.KindService, "shop_web"))
	p.Drift, p.Since = drift(), since()
	var text bytes.Buffer
	if err := render.Plan(&text, p, render.Style{}); err != nil {
		t.Fatal(err)
	}
	if got := text.String() + markdown(t, p); bytes.Contains([]byte(got), []byte("outside")) {
		t.Errorf("drift in an empty plan:\n%s", got)
	}
}
