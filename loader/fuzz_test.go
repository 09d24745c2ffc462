package loader_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// FuzzLoad feeds any text as a compose file. It may be refused, but with
// errors of ours that fit on one line, and never with a panic. What is not
// refused resolves into a file that loads.
func FuzzLoad(f *testing.F) {
	f.Add(busy)
	for _, archive := range caseArchives(f) {
		for _, file := range archive.Files {
			if strings.HasPrefix(file.Name, "compose") {
				f.Add(string(file.Data))
			}
		}
	}
	f.Add("services: {a: &a {<<: *a, image: [*a]}}")
	f.Add("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nservices: {d: {image: nginx, command: *c}}")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		o := loader.Options{Name: "shop", Dir: dir, Files: []string{"-"}}
		tryLoad(t, o, text)
	})
}

// FuzzFiles feeds any two texts as compose files, the second over the first.
func FuzzFiles(f *testing.F) {
	f.Add(busy, "services: {web: {ports: !override [], environment: !reset null, read_only: false}}")
	for _, archive := range caseArchives(f) {
		var texts []string
		for _, file := range archive.Files {
			if strings.HasPrefix(file.Name, "compose") {
				texts = append(texts, string(file.Data))
			}
		}
		if len(texts) > 1 {
			f.Add(texts[0], texts[1])
		}
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, first, second string) {
		write(t, dir, "first.yaml", first)
		tryLoad(t, loader.Options{Name: "shop", Dir: dir, Files: []string{"first.yaml", "-"}}, second)
	})
}

// FuzzEnvFile feeds any text as .env, as env_file in all formats, and as
// label_file.
func FuzzEnvFile(f *testing.F) {
	f.Add("A=1\nB='two' # comment\nexport C=${A:-x}\n\nD\n=x\nE=\"multi\nline\"\nF=$UNSET")
	f.Add("\ufeffA=1\r\nB: yaml\n")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		write(t, dir, ".env", text)
		tryLoad(t, loader.Options{Name: "shop", Dir: dir, Files: []string{"-"}}, `services:
  plain: {image: a, env_file: .env}
  raw: {image: a, env_file: [{path: .env, format: raw}]}
  cooked: {image: a, env_file: [{path: .env, format: .env}], label_file: .env}`)
	})
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func caseArchives(f *testing.F) []*txtar.Archive {
	f.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	var out []*txtar.Archive
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, archive)
	}
	return out
}

// tryLoad loads a text as standard input and judges what comes of it.
func tryLoad(t *testing.T, o loader.Options, text string) {
	t.Helper()
	o.Stdin = strings.NewReader(text)
	if _, err := loader.Load(t.Context(), o); err != nil {
		judge(t, err)
		return
	}
	o.Stdin = strings.NewReader(text)
	resolved, _, err := loader.Resolve(t.Context(), o)
	if err != nil {
		t.Fatalf("it loads, but does not resolve: %v", err)
	}
	o.Files, o.Stdin = []string{"-"}, bytes.NewReader(resolved)
	if _, err := loader.Load(t.Context(), o); err != nil {
		t.Errorf("what it resolves into does not load: %v\n%s", err, resolved)
	}
}

func judge(t *testing.T, err error) {
	t.Helper()
	for _, err := range parts(err) {
		var own *stack.Error
		if !errors.As(err, &own) || own.Msg == "" {
			t.Errorf("not an error of ours: %#v", err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	}
}

// parts are the errors that were joined, or the one that was not.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
