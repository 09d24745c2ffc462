package sandbox_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs stackup itself on sandboxes: the sessions in testdata, each
// with a swarm of three nodes of its own. Besides the usual commands there is
//
//	code N ARGS…    run a program that ends with this exit code
func TestScripts(t *testing.T) {
	programs := build(t)
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			dir, err := os.MkdirTemp("", "sbx") // paths of sockets must be short
			if err != nil {
				return err
			}
			env.Defer(func() { _ = os.RemoveAll(dir) })
			env.Setenv("PATH", filepath.Dir(programs.sandbox)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("DOCKER_HOST", "unix://"+dir+"/docker.sock")
			env.Setenv("EXAMPLES", examples)
			return run(env, programs.sandbox, "--nodes", "3", "--socket", dir+"/docker.sock")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"code": wantCode},
	})
}

// programs are stackup and the sandbox, in one folder.
type programs struct{ stackup, sandbox string }

func build(t *testing.T) programs {
	t.Helper()
	bin := t.TempDir()
	for _, build := range []struct{ dir, pkg string }{{"..", "./cmd/stackup"}, {".", "./cmd/stackup-sandbox"}} {
		cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, build.pkg)
		cmd.Dir = build.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return programs{filepath.Join(bin, "stackup"), filepath.Join(bin, "stackup-sandbox")}
}

// run runs a sandbox until the script ends, and waits until it is there.
func run(env *testscript.Env, program string, args ...string) error {
	cmd := exec.CommandContext(context.Background(), program, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	env.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	if _, err := out.Read(make([]byte, 1)); err != nil { // its first line
		return errors.Join(errors.New("the sandbox did not start"), err)
	}
	return nil
}

func wantCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N PROGRAM ARGS…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s: exit code %d, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}
