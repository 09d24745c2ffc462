package loader_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// TestResolvedMeansTheSame: what Resolve makes of a case loads into the same
// stack, wherever it stands and whatever surrounds it.
func TestResolvedMeansTheSame(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	checked := 0
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			o := prepare(t, archive).Options
			var stdin bytes.Buffer
			if o.Stdin != nil {
				o.Stdin = io.TeeReader(o.Stdin, &stdin)
			}
			want, err := loader.Load(t.Context(), o)
			if err != nil {
				return
			}
			checked++
			o.Stdin = &stdin
			checkResolved(t, o, want)
		})
	}
	if checked < 30 {
		t.Errorf("only %d cases could be loaded", checked)
	}
}

func checkResolved(t *testing.T, o loader.Options, want stack.Stack) {
	t.Helper()
	text, _, err := loader.Resolve(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	environ := slices.DeleteFunc(o.Environ, func(e string) bool { return strings.HasPrefix(e, "COMPOSE_") })
	got, err := loader.Load(t.Context(), loader.Options{
		Files: []string{"-"}, Stdin: bytes.NewReader(text), Dir: t.TempDir(), Environ: environ,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool {
		last := p.Last().String()
		return last == ".Positions" || last == ".Warnings"
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignore, cmpopts.EquateEmpty(), equateAddresses()); diff != "" {
		t.Errorf("want (-), got (+):\n%s\n%s", diff, text)
	}
}

// TestResolvedHasNoSecrets: contents of secrets do not leave the machine in
// what is meant to be shown.
func TestResolvedHasNoSecrets(t *testing.T) {
	const secret = "correct horse battery staple"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	text, _, err := loader.Resolve(t.Context(), loader.Options{
		Name: "shop", Dir: dir, Files: []string{"-"}, Environ: []string{"S=" + secret}, Stdin: strings.NewReader(
			"services: {a: {image: nginx, secrets: [s, e]}}\nsecrets: {s: {file: s}, e: {environment: S}}\nconfigs: {c: {environment: S}}"),
	})
	if err != nil || !strings.Contains(string(text), "environment: S") || strings.Contains(string(text), secret) {
		t.Errorf("%v\n%s", err, text)
	}
}
