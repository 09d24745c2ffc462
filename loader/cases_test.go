package loader_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

var update = flag.Bool("update", false, "rewrite what the cases in testdata expect")

// testCase is the file "case.json" of a case; what it leaves out is loading
// all files named compose*.yaml as a stack called shop.
type testCase struct {
	loader.Options
	// Show picks what of the stack the case is about, such as
	// services.web.Spec.Mode; everything if empty.
	Show []string
}

// TestCases loads the files of every testdata/*.txtar and compares what comes
// of it: want/errors, or want/warnings and want/stack.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, archive)
			if *update {
				if err := os.WriteFile(path, txtar.Format(replaceWants(archive, got)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(wants(archive), wants(got)); diff != "" {
				t.Errorf("want (-), got (+), to be accepted with -update:\n%s", diff)
			}
		})
	}
}

// prepare writes the files of a case and says what to load.
func prepare(t *testing.T, archive *txtar.Archive) testCase {
	t.Helper()
	dir := t.TempDir()
	c := testCase{Options: loader.Options{Dir: dir, Name: "shop"}}
	all := []string{}
	for _, f := range archive.Files {
		path := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
		switch {
		case f.Name == "case.json":
			if err := json.Unmarshal(f.Data, &c); err != nil {
				t.Fatal(err)
			}
		case f.Name == "stdin":
			c.Stdin = bytes.NewReader(f.Data)
		case strings.HasPrefix(f.Name, "compose"):
			all = append(all, f.Name)
		}
	}
	if c.Files == nil {
		c.Files = all
	}
	return c
}

// run loads a case and puts the outcome into files as a case has them.
func run(t *testing.T, archive *txtar.Archive) *txtar.Archive {
	t.Helper()
	c := prepare(t, archive)
	s, err := loader.Load(t.Context(), c.Options)
	out := &txtar.Archive{}
	add := func(name, text string) {
		if text != "" {
			text = strings.ReplaceAll(text, c.Dir, "/dir")
			out.Files = append(out.Files, txtar.File{Name: "want/" + name, Data: []byte(text)})
		}
	}
	add("errors", errorText(err))
	add("warnings", warningText(s.Warnings))
	if err == nil {
		add("stack", view(t, s, c.Show))
	}
	return out
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	var b strings.Builder
	errs := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		errs = joined.Unwrap()
	}
	for _, err := range errs {
		b.WriteString(err.Error() + "\n")
		var e *stack.Error
		if errors.As(err, &e) && e.Hint != "" {
			b.WriteString("  hint: " + e.Hint + "\n")
		}
	}
	return b.String()
}

func warningText(warnings []stack.Warning) string {
	var b strings.Builder
	for _, w := range warnings {
		b.WriteString(w.String() + "\n")
		if w.Hint != "" {
			b.WriteString("  hint: " + w.Hint + "\n")
		}
	}
	return b.String()
}

// view is the stack as JSON, objects by key.
func view(t *testing.T, s stack.Stack, show []string) string {
	t.Helper()
	tree := map[string]any{"name": s.Name}
	add := func(section, key string, object any) {
		if tree[section] == nil {
			tree[section] = map[string]any{}
		}
		tree[section].(map[string]any)[key] = plain(t, object)
	}
	for _, o := range s.Services {
		add("services", o.Key, o)
	}
	for _, o := range s.Networks {
		add("networks", o.Key, o)
	}
	for _, o := range s.Configs {
		add("configs", o.Key, o)
		if o.Spec.Data != nil { // readable instead of base64
			tree["configs"].(map[string]any)[o.Key].(map[string]any)["Spec"].(map[string]any)["Data"] = string(o.Spec.Data)
		}
	}
	for _, o := range s.Secrets {
		add("secrets", o.Key, o)
	}
	if !strings.Contains(strings.Join(show, " "), "Positions") {
		withoutPositions(tree)
	}
	if len(show) == 0 {
		return indented(t, tree)
	}
	picked := map[string]any{}
	for _, path := range show {
		var v any = tree
		for name := range strings.SplitSeq(path, ".") {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		picked[path] = v
	}
	return indented(t, picked)
}

func withoutPositions(v any) {
	if m, ok := v.(map[string]any); ok {
		delete(m, "Positions")
		for _, e := range m {
			withoutPositions(e)
		}
	}
}

func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func indented(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wants are the expectations of a case by name.
func wants(a *txtar.Archive) map[string]string {
	out := map[string]string{}
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "want/") {
			out[f.Name] = string(f.Data)
		}
	}
	return out
}

func replaceWants(a, got *txtar.Archive) *txtar.Archive {
	out := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			out.Files = append(out.Files, f)
		}
	}
	out.Files = append(out.Files, got.Files...)
	return out
}
