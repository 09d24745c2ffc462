package sandbox_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/sandbox"
)

// Options are the sandbox's.
type Options = sandbox.Options

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not in a minute: %s", what)
		}
	}
}

// start runs a sandbox on a socket until the test ends, and returns its address.
func start(tb testing.TB, o Options) (host string) {
	tb.Helper()
	s, err := sandbox.Start(o)
	if err != nil {
		tb.Fatal(err)
	}
	// Not tb.TempDir: with the test's name in it the path gets too long.
	dir, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		tb.Fatal(err)
	}
	l, err := sandbox.Listen(tb.Context(), filepath.Join(dir, "docker.sock"))
	if err != nil {
		tb.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
		if err := <-served; err != nil {
			tb.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	return "unix://" + filepath.Join(dir, "docker.sock")
}
