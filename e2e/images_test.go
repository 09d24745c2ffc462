package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

func imageOf(t *testing.T, stack, service string) string {
	t.Helper()
	return services(t, stack)[service].Spec.TaskTemplate.ContainerSpec.Image
}

// TestDigests looks tags up in a real registry: pins them, sees them move, and
// keeps what runs while the registry is away.
func TestDigests(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, "", swarm.Host)
	first := r.push(t, "app", "first")
	image := r.host + "/app:1"
	dir := write(t, "compose.yaml", "services: {web: {image: '"+image+"', command: sleep, deploy: {update_config: {order: start-first}}}}",
		"other.yaml", "services: {web: {image: '"+r.host+"/app:2'}}")
	destroyAfter(t, "pins")
	args := []string{"pins", "-c", "compose.yaml"}
	contains(t, want(t, 0, dir, nil, append([]string{"plan"}, args...)...).stdout, image+"@"+first[:len("sha256:")+12])
	want(t, 0, dir, nil, append([]string{"apply", "-y"}, args...)...)
	if got := imageOf(t, "pins", "pins_web"); got != image+"@"+first {
		t.Errorf("runs %s", got)
	}
	if p := services(t, "pins")["pins_web"].Spec.TaskTemplate.Placement.Platforms; len(p) != 1 || p[0].OS != "linux" || p[0].Architecture != "amd64" {
		t.Errorf("platforms %+v", p)
	}
	settled(t, dir, nil, append(args, "--require-digest")...)

	// docker stack deploy finds nothing to change in it, nor stackup after docker.
	before := containers(t, "pins_web")
	docker(t, "stack", "deploy", "--detach=true", "-c", filepath.Join(dir, "compose.yaml"), "pins")
	settled(t, dir, nil, args...)
	if after := containers(t, "pins_web"); !slices.Equal(before, after) {
		t.Errorf("docker stack deploy has replaced %v by %v", before, after)
	}

	second := r.push(t, "app", "second")
	moved := want(t, 2, dir, nil, append([]string{"plan", "--detailed-exitcode"}, args...)...).stdout
	contains(t, moved, "image changed", "- "+image+"@"+first[:len("sha256:")+12], "+ "+image+"@"+second[:len("sha256:")+12], "restarts 1 task")
	settled(t, dir, nil, append(args, "--resolve-image", "changed")...)
	settled(t, dir, nil, append(args, "--resolve-image", "never")...)

	r.stop()
	away := want(t, 0, dir, nil, append([]string{"plan", "--detailed-exitcode"}, args...)...)
	contains(t, away.stdout, "nothing to do")
	contains(t, away.stderr, "warning: image", "connection refused")
	if n := strings.Count(away.stderr, "warning:"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, away.stderr)
	}
	contains(t, want(t, 4, dir, nil, append([]string{"plan", "--require-digest"}, args...)...).stderr, "its digest could not be looked up")
	contains(t, want(t, 0, dir, nil, append([]string{"plan"}, append(args, "-c", "other.yaml")...)...).stdout, "unpinned-image")

	r.start(t)
	want(t, 0, dir, nil, append([]string{"apply", "-y"}, args...)...)
	if got := imageOf(t, "pins", "pins_web"); got != image+"@"+second {
		t.Errorf("runs %s", got)
	}
	want(t, 0, dir, nil, "rollback", "pins", "-y")
	if got := imageOf(t, "pins", "pins_web"); got != image+"@"+first {
		t.Errorf("after the rollback it runs %s", got)
	}
}

// TestFewLookups: fifty services of ten images cost ten requests to registries,
// and an unchanged plan no more than that.
func TestFewLookups(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, "", swarm.Host)
	for i := range 10 {
		r.push(t, fmt.Sprintf("app%d", i), "x")
	}
	var file strings.Builder
	file.WriteString("services:\n")
	for i := range 50 {
		fmt.Fprintf(&file, "  s%02d: {image: '%s/app%d:1', deploy: {replicas: 0}}\n", i, r.host, i%10)
	}
	dir := write(t, "compose.yaml", file.String())
	p := newProxy(t)
	destroyAfter(t, "lookups")
	through := []string{"DOCKER_HOST=" + p.host}
	plan := func(most int64, args ...string) {
		t.Helper()
		before := p.requests.Load()
		want(t, 0, dir, through, append([]string{"plan", "lookups", "-c", "compose.yaml"}, args...)...)
		n := p.requests.Load() - before
		fmt.Printf("lookups: plan %v: %d requests\n", args, n)
		if n != most {
			t.Errorf("plan %v: %d requests, want %d", args, n, most)
		}
	}
	plan(19)
	want(t, 0, dir, nil, "apply", "lookups", "-c", "compose.yaml", "-y")
	plan(19)
	plan(9, "--resolve-image", "changed")
	plan(9, "--resolve-image", "never")
}

// dockerLogin is a docker folder with a login for a registry.
func dockerLogin(t *testing.T, host, login string) (environ []string) {
	t.Helper()
	dir := t.TempDir()
	text := fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, host, base64.StdEncoding.EncodeToString([]byte(login)))
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"DOCKER_CONFIG=" + dir}
}

// TestLogins: the nodes pull with the login that an apply sends, without ever
// having been logged in; renewing it restarts nothing.
func TestLogins(t *testing.T) {
	t.Parallel()
	s, err := throwaway.Start(t.Context(), throwaway.Options{Nodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	r := newRegistry(t, "ann:canary-password", s.Hosts...)
	digest := r.push(t, "private", "first")
	image := r.host + "/private:1"
	dir := write(t, "compose.yaml", "services: {web: {image: '"+image+"', command: sleep, deploy: {placement: {constraints: [node.hostname == node2]}}}}")
	login := append(dockerLogin(t, r.host, "ann:canary-password"), "DOCKER_HOST="+s.Host)
	wrong := append(dockerLogin(t, r.host, "ann:canary-wrong"), "DOCKER_HOST="+s.Host)
	args := []string{"-c", "compose.yaml", "--timeout", "5m"}

	r2 := want(t, 4, dir, wrong, "plan", "private", "-c", "compose.yaml")
	contains(t, r2.stderr, `compose.yaml:1: service "web": image "`+image+`": the registry refuses the login that docker has for it: unauthorized`, "hint: docker login")
	silent(t, r2)
	without := want(t, 7, dir, login, append([]string{"apply", "private", "-y", "--with-registry-auth=false"}, args...)...)
	contains(t, without.stderr, "No such image: "+image)
	silent(t, without)
	want(t, 0, dir, login, "destroy", "private", "-y")

	silent(t, want(t, 0, dir, login, append([]string{"apply", "private", "-y", "--json-into", "events.json"}, args...)...))
	tasks := func() (ids []string) {
		t.Helper()
		list, err := apiOf(t, s.Host).TaskList(t.Context(), client.TaskListOptions{Filters: make(client.Filters).Add("service", "private_web").Add("desired-state", "running")})
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range list.Items {
			if !strings.HasSuffix(task.Spec.ContainerSpec.Image, "@"+digest) || task.Status.State != "running" {
				t.Errorf("task %s: %s of %s", task.ID, task.Status.State, task.Spec.ContainerSpec.Image)
			}
			ids = append(ids, task.ID)
		}
		return ids
	}
	before := tasks()
	contains(t, want(t, 0, dir, login, "auth", "refresh", "private").stdout, `service "private_web" has a new login`)
	settled(t, dir, login, "private", "-c", "compose.yaml")
	want(t, 0, dir, login, "wait", "private")
	if after := tasks(); len(before) != 1 || !slices.Equal(before, after) {
		t.Errorf("tasks %v, then %v", before, after)
	}
	// The events and whatever else is in the folder say nothing of it.
	events, err := os.ReadFile(filepath.Join(dir, "events.json"))
	if err != nil || strings.Contains(string(events), "canary") {
		t.Errorf("events: %v", err)
	}
}

// silent demands that no canary is in what a run has printed.
func silent(t *testing.T, r result) {
	t.Helper()
	for _, form := range []string{"canary", base64.StdEncoding.EncodeToString([]byte("canary"))[:7]} {
		if strings.Contains(r.stdout+r.stderr, form) {
			t.Errorf("%q is printed:\n%s%s", form, r.stdout, r.stderr)
		}
	}
}
