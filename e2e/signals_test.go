package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	apiswarm "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// TestSignals interrupts an apply that waits. It reports within five seconds,
// lets go of the lock, and the swarm goes on: stackup wait sees the end of it.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"sigint": syscall.SIGINT, "sigterm": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stackName := "signal-" + name
			dir := write(t, "compose.yaml", `
services:
  web: {image: stackup-test/app:1, healthcheck: {test: [CMD, /app, check], interval: 15s}}
  next: {image: stackup-test/app:1, depends_on: {web: {condition: service_healthy}}}
`)
			destroyAfter(t, stackName)
			s := start(t, dir, nil, "apply", stackName, "-c", "compose.yaml", "-y", "--json-into", "result.json")
			eventually(t, "the task starts", func() bool { return starting(t, stackName+"_web") })
			sent := time.Now()
			if err := s.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			r := s.ends(t, 128+int(signal))
			if took := time.Since(sent); took > 5*time.Second {
				t.Errorf("it has taken %s", took)
			}
			contains(t, r.stderr, stackName+"_web", stackName+"_next", "stackup wait "+stackName)
			o := ended(t, dir)
			if web := o[stackName+"_web"]; web.State != stack.Unfinished || web.Cause != stack.CauseInterrupted || o[stackName+"_next"].State != stack.NotStarted {
				t.Errorf("%+v", o)
			}
			if names := ours(t, stackName); strings.Contains(strings.Join(names, " "), "lock") {
				t.Errorf("left over: %v", names)
			}

			want(t, 0, dir, nil, "wait", stackName, "--timeout", "5m")
			if len(running(t, stackName+"_web")) != 1 {
				t.Error("after the wait no task runs")
			}
			want(t, 0, dir, nil, "apply", stackName, "-c", "compose.yaml", "-y")
			settled(t, dir, nil, stackName, "-c", "compose.yaml")
		})
	}
}

// TestDetached lets go of an apply at once; stackup wait sees the end of it.
func TestDetached(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", "services: {web: {image: "+app1+", healthcheck: {test: [CMD, /app, check], interval: 5s}}}")
	destroyAfter(t, "detached")
	want(t, 0, dir, nil, "apply", "detached", "-c", "compose.yaml", "-y", "--detach")
	if n := len(running(t, "detached_web")); n > 0 {
		t.Errorf("%d tasks run already", n)
	}
	want(t, 0, dir, nil, "wait", "detached")
	if n := len(running(t, "detached_web")); n != 1 {
		t.Errorf("%d tasks run", n)
	}
	settled(t, dir, nil, "detached", "-c", "compose.yaml")
}

// starting says that a task of the service has a container which has not yet
// passed its health check.
func starting(t *testing.T, service string) bool {
	t.Helper()
	r, err := api(t).TaskList(t.Context(), client.TaskListOptions{Filters: make(client.Filters).Add("service", service)})
	return err == nil && len(r.Items) > 0 && r.Items[0].Status.State == apiswarm.TaskStateStarting
}
