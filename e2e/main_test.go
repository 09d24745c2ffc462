package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

var (
	swarm   *throwaway.Swarm // the engine that all tests share: use stack names of your own
	binary  string           // stackup, built from this checkout
	unbuilt error            // why there is no binary
)

// together is how many tests run at a time that may: they wait for an engine,
// not for a processor.
const together = "3"

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("STACKUP_E2E") != "1" {
		fmt.Println("e2e: skipped; set STACKUP_E2E=1 to run against a throwaway swarm (needs root and dockerd)")
		return
	}
	if err := flag.Set("test.parallel", together); err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := runAll(ctx, m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runAll(ctx context.Context, m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "stackup-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var built sync.WaitGroup
	built.Go(func() { binary, unbuilt = build(ctx, filepath.Join(dir, "stackup")) })
	swarm, err = throwaway.Start(ctx, throwaway.Options{})
	built.Wait()
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, swarm.Stop()) }()
	ended := make(chan int, 1)
	go func() { ended <- m.Run() }()
	select {
	case code = <-ended:
		return code, nil
	case <-ctx.Done():
		return 1, ctx.Err()
	}
}

func build(ctx context.Context, path string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/stackup-cli/stackup/cmd/stackup").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building stackup: %w\n%s", err, out)
	}
	return path, nil
}

// result is what a run of stackup left.
type result struct {
	stdout, stderr string
	code           int
}

// run runs stackup in a folder, against the shared swarm and without the
// caller's environment but for PATH and HOME.
func run(t *testing.T, dir string, args ...string) result {
	t.Helper()
	return runWith(t, dir, nil, args...)
}

// runWith is run with more environment: "KEY=value".
func runWith(t *testing.T, dir string, environ []string, args ...string) result {
	t.Helper()
	s := start(t, dir, environ, args...)
	<-s.done
	return result{s.stdout.String(), s.stderr.String(), s.cmd.ProcessState.ExitCode()}
}

// write puts files into a folder of the test's own: a path, its content, a path, and so on.
func write(t *testing.T, files ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(files[i+1]), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// api is a client for looking behind stackup's back.
func api(t *testing.T) *client.Client {
	t.Helper()
	return apiOf(t, swarm.Host)
}

func apiOf(t *testing.T, host string) *client.Client {
	t.Helper()
	c, err := client.New(client.WithHost(host))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
