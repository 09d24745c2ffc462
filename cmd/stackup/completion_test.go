package main

import (
	"bytes"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// An engine that takes connections and never answers keeps nobody waiting for
// long, and nothing is said about it.
func TestCompletionDoesNotWait(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	var stdout, stderr bytes.Buffer
	start := time.Now()
	code := run(t.Context(), process{
		args:    []string{"__completeNoDesc", "history", "-H", "unix://" + socket, ""},
		environ: []string{}, dir: t.TempDir(), stdin: new(bytes.Buffer), stdout: &stdout, stderr: &stderr, now: time.Now,
	})
	if code != 0 || stdout.String() != ":4\n" {
		t.Errorf("code %d, offered: %q, said: %q", code, stdout.String(), stderr.String())
	}
	if took := time.Since(start); took > 20*completionTime { // machines may be busy
		t.Errorf("it took %s", took)
	}
}
