package throwaway_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

func needsEngine(t *testing.T) {
	t.Helper()
	if os.Getenv("STACKUP_E2E") != "1" {
		t.Skip("set STACKUP_E2E=1 to start real engines (needs root and dockerd)")
	}
}

// remains lists what a swarm has left on the machine.
func remains(t *testing.T, dir string) (found []string) {
	t.Helper()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		found = append(found, dir)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), dir) {
		found = append(found, "a mount")
	}
	processes, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, p := range processes {
		if cmdline, _ := os.ReadFile(p); strings.Contains(string(cmdline), dir) {
			found = append(found, strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	groups, err := exec.CommandContext(t.Context(), "find", "/sys/fs/cgroup", "-type", "d", "-name", "*"+filepath.Base(dir)+"*").Output()
	if err != nil {
		t.Fatal(err)
	}
	return append(found, strings.Fields(string(groups))...)
}

func TestStopLeavesNothing(t *testing.T) {
	needsEngine(t)
	s, err := throwaway.Start(t.Context(), throwaway.Options{Nodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	startContainer(t, s.Host) // it has a mount and control groups
	dir := filepath.Dir(filepath.Dir(strings.TrimPrefix(s.Host, "unix://")))
	if !slices.ContainsFunc(remains(t, dir), func(what string) bool { return strings.HasPrefix(what, "/sys/fs/cgroup") }) {
		t.Errorf("before the end there are no control groups: %q", remains(t, dir))
	}
	for range 2 {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}
	if left := remains(t, dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func startContainer(t *testing.T, host string) {
	t.Helper()
	c := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(host, "unix://"))
	}}}
	defer c.CloseIdleConnections()
	post := func(path, body string) {
		resp, err := c.Post("http://docker/containers/"+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode >= http.StatusBadRequest {
			text, _ := io.ReadAll(resp.Body)
			t.Fatalf("%s: %s", path, text)
		}
	}
	post("create?name=app", `{"Image": "stackup-test/app:1", "Cmd": ["sleep"]}`)
	post("app/start", "")
}

// A node that is killed or cut off is out of the swarm, and comes back.
func TestMishaps(t *testing.T) {
	needsEngine(t)
	s, err := throwaway.Start(t.Context(), throwaway.Options{Nodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	state := func(want string) {
		t.Helper()
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		limit := time.After(time.Minute)
		for {
			out, err := exec.CommandContext(t.Context(), "docker", "-H", s.Host, "node", "inspect", "--format", "{{.Status.State}}", "node2").CombinedOutput()
			if strings.TrimSpace(string(out)) == want {
				return
			}
			select {
			case <-tick.C:
			case <-limit:
				t.Fatalf("the node is %s (%v), want %s", out, err, want)
			}
		}
	}
	for _, step := range []struct {
		do   func(context.Context, int) error
		then string
	}{{s.Kill, "down"}, {s.Revive, "ready"}, {s.Cut, "down"}, {s.Mend, "ready"}} {
		if err := step.do(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		state(step.then)
	}
}

// command is the program of ../throwaway/cmd with these arguments.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "throwaway")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./cmd").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exec.CommandContext(t.Context(), path, args...)
}

func TestCommandPassesTheExitCode(t *testing.T) {
	needsEngine(t)
	cmd := command(t, "--", "sh", "-c", `test -S "${DOCKER_HOST#unix://}" && exit 7`)
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("code %d, %v\n%s", code, err, out)
	}
}

// Even SIGKILL leaves nothing.
func TestKilledOwnerLeavesNothing(t *testing.T) {
	needsEngine(t)
	cmd := command(t, "--", "sh", "-c", `echo "$DOCKER_HOST"; cat`)
	stdin, err := cmd.StdinPipe() // what cat ends with
	if err != nil {
		t.Fatal(err)
	}
	out, write := io.Pipe()
	cmd.Stdout = write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	host, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = stdin.Close()
	_ = cmd.Wait()
	dir := filepath.Dir(filepath.Dir(strings.TrimPrefix(strings.TrimSpace(host), "unix://")))
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(30 * time.Second); len(remains(t, dir)) > 0; {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("left behind: %q", remains(t, dir))
		}
	}
}
