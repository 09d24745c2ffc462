package e2e

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stackup-cli/stackup/stack"
)

const rivals = "services: {web: {image: $IMAGE, deploy: {update_config: {monitor: 500ms}}}}\n"

// TestTwoApplies holds one apply in the middle and starts others. On the same
// stack one gives up and names the holder, another waits, and plans again with
// what the first has done. On another stack nobody waits.
func TestTwoApplies(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", rivals)
	args := func(name string, flags ...string) []string {
		return append([]string{"apply", name, "-c", "compose.yaml", "-y"}, flags...)
	}
	destroyAfter(t, "rivals")
	destroyAfter(t, "bystander")
	p := newProxy(t)
	held, release := make(chan struct{}), make(chan struct{})
	p.after = func(_ int, what string) {
		if what == "POST /services/create" {
			close(held)
			<-release
		}
	}
	first := start(t, dir, []string{"DOCKER_HOST=" + p.host, "IMAGE=" + app1, "USER=alice"}, args("rivals")...)
	<-held

	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	two := []string{"IMAGE=" + app2, "USER=bob"}
	contains(t, want(t, 6, dir, two, args("rivals")...).stderr, "alice@"+host)
	want(t, 0, dir, two, args("bystander")...)
	second := start(t, dir, two, args("rivals", "--lock-timeout", "5m")...)
	second.says(t, "alice@"+host)
	if n := len(services(t, "rivals")); n != 1 {
		t.Errorf("%d services", n)
	}

	close(release)
	first.ends(t, 0)
	contains(t, second.ends(t, 0).stdout, app1+" -> "+app2)
	settled(t, dir, two, "rivals", "-c", "compose.yaml")
	if names := ours(t, "rivals"); strings.Contains(strings.Join(names, " "), "lock") {
		t.Errorf("left over: %v", names)
	}
}

// TestUnlocked takes the lock away from an apply that still runs. It stops with
// what it has written, and starts nothing more.
func TestUnlocked(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", `
services:
  web: {image: stackup-test/app:1, healthcheck: {test: [CMD, /app, check], interval: 25s}}
  next: {image: stackup-test/app:1, depends_on: {web: {condition: service_healthy}}}
`)
	destroyAfter(t, "unlocked")
	s := start(t, dir, nil, "apply", "unlocked", "-c", "compose.yaml", "-y")
	eventually(t, "the task starts", func() bool { return starting(t, "unlocked_web") })
	contains(t, want(t, 0, dir, nil, "unlock", "unlocked", "-y").stdout, "is unlocked")
	contains(t, s.ends(t, 6).stderr, "the lock was lost", "unlocked_next")
	if _, there := services(t, "unlocked")["unlocked_next"]; there {
		t.Error("next is there")
	}
	want(t, 0, dir, nil, "apply", "unlocked", "-c", "compose.yaml", "-y")
	settled(t, dir, nil, "unlocked", "-c", "compose.yaml")
}

// TestInterference lets somebody use docker service update at the worst moments
// of an apply. What they have changed is never overwritten unseen: the apply
// stops and says so. Where nothing but the version has moved, it goes on.
func TestInterference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		before  string   // the foreign update comes before the first request like this, or while stackup waits
		updates []string // flags of docker service update, one after the other
		code    int
		cause   stack.Cause
		written bool // what stackup wanted is there as well
	}{
		{name: "before the lock", before: "POST /configs/create", updates: []string{"--label-add=by=hand"}, code: 5},
		{name: "before the write", before: "POST /services/", updates: []string{"--label-add=by=hand"}, code: 5, cause: stack.CauseStale},
		{name: "after the write", updates: []string{"--label-add=by=hand"}, code: 7, cause: stack.CauseInterfered, written: true},
		{name: "there and back", before: "POST /services/", updates: []string{"--label-add=a=b", "--label-rm=a"}, code: 0, written: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			name := "meddled-" + strings.ReplaceAll(c.name, " ", "-")
			service := name + "_web"
			dir := write(t, "compose.yaml", rivals)
			args := []string{"apply", name, "-c", "compose.yaml", "-y", "--json-into", "result.json"}
			destroyAfter(t, name)
			want(t, 0, dir, []string{"IMAGE=" + app1}, args...)

			p := newProxy(t)
			var once sync.Once
			meddle := func() {
				for _, flag := range c.updates {
					if _, err := dockerErr(t, "service", "update", "--detach", "--quiet", "--no-resolve-image", flag, service); err != nil {
						t.Error(err)
					}
				}
			}
			p.before = func(what string) {
				if c.before != "" && strings.HasPrefix(what, c.before) {
					once.Do(meddle)
				}
			}
			apply := start(t, dir, []string{"IMAGE=" + app2, "DOCKER_HOST=" + p.host}, args...)
			if c.before == "" {
				eventually(t, "stackup has looked at what it has written", func() bool {
					log := p.sent()
					return len(log) > 1 && p.requests.Load() > log[1].requests+6
				})
				meddle()
			}
			r := apply.ends(t, c.code)
			if c.cause != "" {
				contains(t, r.stderr, service)
				if got := ended(t, dir)[service].Cause; got != c.cause {
					t.Errorf("cause %q, want %q\n%s", got, c.cause, r.stderr)
				}
			}
			now := services(t, name)[service].Spec
			if got := now.Labels["by"]; c.code != 0 && got != "hand" {
				t.Errorf("the foreign change is gone: label by=%q", got)
			}
			if got := now.TaskTemplate.ContainerSpec.Image == app2; got != c.written {
				t.Errorf("image %s", now.TaskTemplate.ContainerSpec.Image)
			}
		})
	}
}
