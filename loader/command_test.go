package loader_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// loadCommands loads a file with these secrets and configs, in a folder with a
// file for each pair of names and contents.
func loadCommands(t *testing.T, objects string, o loader.Options, files ...string) (stack.Stack, error) {
	t.Helper()
	o.Dir = t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(o.Dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if o.Files == nil {
		o.Files = []string{"-"}
	}
	o.Environ = append(o.Environ, "PATH="+os.Getenv("PATH"))
	o.Stdin = strings.NewReader("name: shop\nservices: {a: {image: nginx}}\n" + objects)
	return loader.Load(t.Context(), o)
}

// TestCommands: what a command prints is a content, byte for byte, and a saved
// plan can have it printed again.
func TestCommands(t *testing.T) {
	s, err := loadCommands(t, `
secrets:
  db: {x-stackup: {from: {exec: [sh, -c, "cat sealed; echo $$EXTRA; echo run >> runs"]}}}
  again: {name: again, x-stackup: {from: {exec: [sh, -c, "cat sealed; echo $$EXTRA; echo run >> runs"], timeout: 5s}}}
configs:
  page: {x-stackup: {from: {exec: [printf, "<p>"]}}}
`, loader.Options{Environ: []string{"EXTRA=more"}}, "sealed", "canary ")
	if err != nil {
		t.Fatal(err)
	}
	again, db := s.Secrets[0], s.Secrets[1]
	if string(db.Data) != "canary more\n" || string(again.Data) != "canary more\n" || string(s.Configs[0].Spec.Data) != "<p>" {
		t.Errorf("got %q, %q, %q", []byte(db.Data), []byte(again.Data), s.Configs[0].Spec.Data)
	}
	if db.Source.Exec.Timeout != 30*time.Second || again.Source.Exec.Timeout != 5*time.Second || db.Source.Exec.Words[0] != "sh" {
		t.Errorf("recorded: %+v, %+v", db.Source, again.Source)
	}
	dir := db.Source.Exec.Dir
	if runs, _ := os.ReadFile(filepath.Join(dir, "runs")); string(runs) != "run\n" {
		t.Errorf("equal commands have run like this: %q", runs)
	}
	environ := []string{"EXTRA=more", "PATH=" + os.Getenv("PATH")}
	if data, err := loader.ReadSecret(t.Context(), "shop", db, environ); err != nil || string(data) != "canary more\n" {
		t.Errorf("read again: %q, %v", []byte(data), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sealed"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loader.ReadSecret(t.Context(), "shop", db, environ); err == nil || !strings.Contains(err.Error(), "has changed since") {
		t.Errorf("changed: %v", err)
	}
}

// TestCommandsFail tells what is wrong, with what the command has said and
// without what it has printed.
func TestCommandsFail(t *testing.T) {
	for _, test := range []struct{ secret, want string }{
		{`{x-stackup: {from: {exec: [sh, -c, "echo canary; echo no key for canary >&2; exit 3"]}}}`, `-:4: secret "db": command "sh" has ended with exit code 3: no key for (sensitive)`},
		{`{x-stackup: {from: {exec: [sh, -c, "sleep 60 & echo waiting >&2; sleep 60"], timeout: 300ms}}}`, `-:4: secret "db": command "sh" has not ended within 300ms: waiting`},
		{`{x-stackup: {from: {exec: [no-such-program, canary]}}}`, `-:4: secret "db": command "no-such-program" is not there: no such program in PATH`},
		{`{x-stackup: {from: {exec: ["true"]}}}`, `-:4: secret "db": it is empty, which the engine does not allow`},
		{`{x-stackup: {from: {exec: [head, -c, "600000", /dev/zero]}}}`, `-:4: secret "db": it has 600000 bytes, the engine allows less than 512000`},
		{`{x-stackup: {from: {exec: [head, -c, "9000000", /dev/zero]}}}`, `-:4: secret "db": command "head" prints more than a config or a secret may have`},
		{`{file: ./x, x-stackup: {from: {exec: [echo, x]}}}`, `secret "db": x-stackup.from.exec does not go with file`},
		{`{external: true, x-stackup: {from: {exec: [echo, x]}}}`, `secret "db": x-stackup.from.exec does not go with external`},
		{`{x-stackup: {from: {exec: sops -d db}}}`, `-:4: secret "db": x-stackup.from.exec is not a command`},
		{`{x-stackup: {from: {exec: []}}}`, `-:4: secret "db": x-stackup.from.exec is not a command`},
		{`{x-stackup: {from: {exec: [echo, x], timeout: soon}}}`, `"soon" is not a duration`},
	} {
		began := time.Now()
		_, err := loadCommands(t, "secrets:\n  db: "+test.secret+"\n", loader.Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") || time.Since(began) > 30*time.Second {
			t.Errorf("%s\n got %v\nwant %s", test.secret, err, test.want)
		}
	}
}

// TestCommandsOfIncludedFiles: only what the user has named may run something.
func TestCommandsOfIncludedFiles(t *testing.T) {
	const other = `secrets: {db: {x-stackup: {from: {exec: [touch, ran]}}}}`
	s, err := loadCommands(t, "include: [other.yaml]\n", loader.Options{}, "other.yaml", other)
	if err == nil || !strings.Contains(err.Error(), `other.yaml:1: secret "db": x-stackup.from.exec stands in a file that another one includes, so it is not run`) {
		t.Errorf("included: %v, %v", s.Secrets, err)
	}
	const named = `secrets: {db: {x-stackup: {from: {exec: [echo, given]}}}}`
	if s, err = loadCommands(t, "", loader.Options{Files: []string{"-", "other.yaml"}}, "other.yaml", named); err != nil || string(s.Secrets[0].Data) != "given\n" {
		t.Errorf("named: %v", err)
	}
}

// TestNoCommands leaves them alone, and names say so.
func TestNoCommands(t *testing.T) {
	s, err := loadCommands(t, `
secrets: {db: {x-stackup: {from: {exec: [no-such-program]}}}}
configs: {page: {x-stackup: {from: {exec: [no-such-program]}}}}
`, loader.Options{NoCommands: true})
	if err != nil || s.Secrets[0].Spec.Name != "shop_db-unread" || s.Configs[0].Spec.Name != "shop_page-unread" {
		t.Errorf("%+v, %v", s, err)
	}
}
