package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// TestViews: text, markdown and JSON say the same of one plan. It has every
// action but run, adopt and replace, a content that rotates, a credential, and
// drift. The folder testdata/views holds the two files that the plan leads from
// and to, and the three forms.
func TestViews(t *testing.T) {
	e := enginetest.Start(t)
	dir, err := filepath.Abs("testdata/views")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	p := process{
		dir: dir, environ: []string{"DOCKER_HOST=" + e.Host, "USER=ann"}, stdin: new(bytes.Buffer),
		stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), now: func() time.Time { return at },
	}
	p.args = []string{"apply", "shop", "-c", "before.yaml", "-y", "--parallel", "1"}
	if code := run(t.Context(), p); code != 0 {
		t.Fatalf("exit code %d: %s", code, p.stderr)
	}
	behindTheBack(t, e.Host)

	src := source{files: []string{"after.yaml"}}
	want, err := src.load(t.Context(), &p, "shop")
	if err != nil {
		t.Fatal(err)
	}
	client, err := (&target{}).open(&p)
	if err != nil {
		t.Fatal(err)
	}
	plan, _, err := look(t.Context(), client, want, scope{})
	if err != nil {
		t.Fatal(err)
	}
	plan.Target.Host = "unix:///var/run/docker.sock"
	plan.Since.By = "ann@laptop"
	doc := planfile.New(plan, at, "stackup 1.0.0")

	var text, md bytes.Buffer
	if err := render.Plan(&text, plan, render.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := render.Markdown(&md, plan, doc.ID[:planfile.ShortID]); err != nil {
		t.Fatal(err)
	}
	form, err := planfile.Marshal(planfile.Masked(doc, planner.Hide()))
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"plan.txt": text.Bytes(), "plan.md": md.Bytes(), "plan.json": form} {
		compareGolden(t, filepath.Join(dir, name), got)
		if bytes.Contains(got, []byte("canary")) {
			t.Errorf("%s shows a credential", name)
		}
	}
}

// behindTheBack scales a service without stackup.
func behindTheBack(t *testing.T, host string) {
	t.Helper()
	c, err := (&target{host: host}).open(&process{})
	if err != nil {
		t.Fatal(err)
	}
	have, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range have.Services {
		if s.Spec.Name != "shop_web" {
			continue
		}
		five := uint64(5)
		s.Spec.Mode.Replicated.Replicas = &five
		if _, err := c.Update(t.Context(), stack.Live{ID: s.ID, Version: s.Version}, s.Spec); err != nil {
			t.Fatal(err)
		}
	}
}

func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: want (-), got (+):\n%s", path, diff)
	}
}
