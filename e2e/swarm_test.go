package e2e

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"

	apiswarm "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

const (
	app1 = "stackup-test/app:1"
	app2 = "stackup-test/app:2"
)

// want runs stackup and demands an exit code.
func want(t *testing.T, code int, dir string, environ []string, args ...string) result {
	t.Helper()
	r := runWith(t, dir, environ, args...)
	if r.code != code {
		t.Fatalf("stackup %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, r.stdout, r.stderr)
	}
	return r
}

// contains demands that a text has all of these parts, wherever its lines are
// broken.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	flat := unwrapped(text)
	for _, part := range parts {
		if !strings.Contains(flat, unwrapped(part)) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
}

func unwrapped(text string) string { return strings.Join(strings.Fields(text), " ") }

// settled demands that there is nothing left to plan.
func settled(t *testing.T, dir string, environ []string, args ...string) {
	t.Helper()
	r := want(t, 0, dir, environ, append(append([]string{"plan"}, args...), "--detailed-exitcode")...)
	contains(t, r.stdout, "nothing to do")
}

// destroyAfter removes a stack when the test ends, also when it failed.
func destroyAfter(t *testing.T, stack string) {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		cmd := exec.Command(binary, "destroy", stack, "-y", "--allow", "interrupts-update", "-H", swarm.Host)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("destroy %s: %v\n%s", stack, err, out)
		}
	})
}

// docker runs the docker command against the shared swarm.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := dockerErr(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// dockerErr is docker for what may fail. It also works when the test has ended.
func dockerErr(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "docker", append([]string{"--host", swarm.Host}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("docker %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// dockerAfter runs the docker command when the test ends.
func dockerAfter(t *testing.T, args ...string) {
	t.Helper()
	t.Cleanup(func() {
		if _, err := dockerErr(t, args...); err != nil {
			t.Error(err)
		}
	})
}

// ofStack filters by the label of a stack's objects.
func ofStack(name string) client.Filters {
	return make(client.Filters).Add("label", "com.docker.stack.namespace="+name)
}

// services is the stack's services by name.
func services(t *testing.T, stack string) map[string]apiswarm.Service {
	t.Helper()
	r, err := api(t).ServiceList(t.Context(), client.ServiceListOptions{Filters: ofStack(stack)})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]apiswarm.Service{}
	for _, s := range r.Items {
		out[s.Spec.Name] = s
	}
	return out
}

// running is the tasks of a service that run and are meant to.
func running(t *testing.T, service string) []apiswarm.Task {
	t.Helper()
	r, err := api(t).TaskList(t.Context(), client.TaskListOptions{
		Filters: make(client.Filters).Add("service", service).Add("desired-state", "running"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(r.Items, func(task apiswarm.Task) bool {
		return task.Status.State != apiswarm.TaskStateRunning
	})
}

// containers is the IDs of the running containers of a service, sorted.
func containers(t *testing.T, service string) []string {
	t.Helper()
	var out []string
	for _, task := range running(t, service) {
		out = append(out, task.Status.ContainerStatus.ContainerID)
	}
	slices.Sort(out)
	return out
}

// left is what the swarm still has of a stack. A network that the swarm has
// removed is in the engine's list, with peers, until this node has let go of it.
func left(t *testing.T, stack string) []string {
	t.Helper()
	c, ctx, f := api(t), t.Context(), ofStack(stack)
	out := slices.Collect(maps.Keys(services(t, stack)))
	networks, err := c.NetworkList(ctx, client.NetworkListOptions{Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range networks.Items {
		if len(n.Peers) == 0 {
			out = append(out, n.Name)
		}
	}
	configs, err := c.ConfigList(ctx, client.ConfigListOptions{Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range configs.Items {
		out = append(out, x.Spec.Name)
	}
	secrets, err := c.SecretList(ctx, client.SecretListOptions{Filters: f})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range secrets.Items {
		out = append(out, x.Spec.Name)
	}
	return out
}

// gone demands that nothing is left of a stack: neither objects nor a lock nor a
// history.
func gone(t *testing.T, stack string) {
	t.Helper()
	if names := append(left(t, stack), ours(t, stack)...); len(names) > 0 {
		t.Errorf("left over of %s: %v", stack, names)
	}
}

// ours is the configs in which stackup remembers a stack.
func ours(t *testing.T, stack string) (names []string) {
	t.Helper()
	r, err := api(t).ConfigList(t.Context(), client.ConfigListOptions{
		Filters: make(client.Filters).Add("label", "io.stackup.stack="+stack),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Items {
		names = append(names, c.Spec.Name)
	}
	return names
}
