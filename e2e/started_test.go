package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// started is a run of stackup that the test does not wait for.
type started struct {
	cmd            *exec.Cmd
	stdout, stderr text
	done           chan struct{}
}

// tooLong is how long no run of stackup takes.
const tooLong = 10 * time.Minute

// start is runWith that returns at once. What still runs when the test ends is
// killed; what runs for too long ends with the stacks of its goroutines.
func start(t *testing.T, dir string, environ []string, args ...string) *started {
	t.Helper()
	return startBy(t, nil, dir, environ, args...)
}

// startBy is start with another program that runs stackup: its name and first
// arguments.
func startBy(t *testing.T, by []string, dir string, environ []string, args ...string) *started {
	t.Helper()
	if unbuilt != nil {
		t.Fatal(unbuilt)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), tooLong)
	line := slices.Concat(by, []string{binary}, args)
	s := &started{cmd: exec.CommandContext(ctx, line[0], line[1:]...), done: make(chan struct{})}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGQUIT) }
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, &s.stdout, &s.stderr
	s.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DOCKER_HOST=" + swarm.Host}, environ...)
	if err := s.cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait()
		cancel()
		close(s.done)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.done
	})
	return s
}

// says waits until stackup has written this to standard error.
func (s *started) says(t *testing.T, words string) {
	t.Helper()
	eventually(t, "stackup says "+words, func() bool {
		select {
		case <-s.done:
			t.Fatalf("stackup has ended and not said %q:\n%s%s", words, s.stdout.String(), s.stderr.String())
		default:
		}
		return strings.Contains(s.stderr.String(), words)
	})
}

// ends waits for the end and demands an exit code.
func (s *started) ends(t *testing.T, code int) result {
	t.Helper()
	<-s.done
	r := result{s.stdout.String(), s.stderr.String(), s.cmd.ProcessState.ExitCode()}
	if r.code != code {
		t.Fatalf("stackup %s: exit code %d, want %d\n%s%s", strings.Join(s.cmd.Args[1:], " "), r.code, code, r.stdout, r.stderr)
	}
	return r
}

// outcome is how a change ended, as machines are told.
type outcome struct {
	Name  string
	State stack.State
	Cause stack.Cause
	Error string
}

// ended is the outcomes by the names of the objects, from the last line that
// --json-into has written to result.json.
func ended(t *testing.T, dir string) map[string]outcome {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	var result struct {
		Type     string
		Outcomes []outcome
	}
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &result); err != nil || result.Type != "result" {
		t.Fatalf("the last event is no result (%v): %s", err, lines[len(lines)-1])
	}
	out := map[string]outcome{}
	for _, o := range result.Outcomes {
		out[o.Name] = o
	}
	return out
}

// text is a buffer that can be read while it is written.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}
