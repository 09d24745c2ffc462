package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"
)

const examples = "../examples"

// TestHTTPD is the tutorial of Swarm: two replicas, scaled to four, then a
// published port. Each plan says what it causes, and that is what happens.
func TestHTTPD(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(examples, "httpd")
	environ := []string{"HTTPD_IMAGE=" + app1, "HTTPD_PORT=18080"}
	four := append(environ, "REPLICAS=4")
	plain := []string{"httpd", "-c", "compose.yaml"}
	published := append(plain, "-c", "published.yaml")
	destroyAfter(t, "httpd")

	r := want(t, 2, dir, environ, append([]string{"plan", "--detailed-exitcode"}, plain...)...)
	contains(t, r.stdout, `+ network "httpd_front"`, `+ service "httpd_web"`, "Plan: 2 to create")
	if names := left(t, "httpd"); len(names) > 0 {
		t.Fatalf("a plan has created %v", names)
	}

	want(t, 0, dir, environ, append([]string{"apply", "-y"}, plain...)...)
	settled(t, dir, environ, plain...)
	contains(t, docker(t, "service", "ls"), "httpd_web", "2/2")
	contains(t, docker(t, "stack", "ls"), "httpd")
	contains(t, docker(t, "stack", "ps", "httpd"), "httpd_web.1", "httpd_web.2")
	attachedTo(t, "httpd_web", "httpd_front")
	two := containers(t, "httpd_web")
	if len(two) != 2 {
		t.Fatalf("%d containers run, want 2", len(two))
	}

	r = want(t, 2, dir, four, append([]string{"plan", "--detailed-exitcode"}, plain...)...)
	contains(t, r.stdout, "deploy.replicas  2 -> 4", "starts 2 tasks, restarts none", "1 to scale")
	want(t, 0, dir, four, append([]string{"apply", "-y"}, plain...)...)
	settled(t, dir, four, plain...)
	all := containers(t, "httpd_web")
	if len(all) != 4 || !slices.Contains(all, two[0]) || !slices.Contains(all, two[1]) {
		t.Errorf("scaled from %v to %v: the first two have to keep running", two, all)
	}

	r = want(t, 2, dir, four, append([]string{"plan", "--detailed-exitcode"}, published...)...)
	contains(t, r.stdout, "ports", "18080:80/tcp", "restarts 4 tasks, 1 at a time, start-first")
	want(t, 0, dir, four, append([]string{"apply", "-y"}, published...)...)
	settled(t, dir, four, published...)
	for _, id := range containers(t, "httpd_web") {
		if slices.Contains(all, id) {
			t.Errorf("container %s still runs; the plan said that every task restarts", id)
		}
	}
	attachedTo(t, "httpd_web", "httpd_front", "ingress")
}

// attachedTo demands that every running task of a service is on these networks.
func attachedTo(t *testing.T, service string, networks ...string) {
	t.Helper()
	tasks := running(t, service)
	if len(tasks) == 0 {
		t.Fatalf("no task of %s runs", service)
	}
	for _, task := range tasks {
		var names []string
		for _, a := range task.NetworksAttachments {
			names = append(names, a.Network.Spec.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, networks) {
			t.Errorf("task %s is attached to %v, want %v", task.ID, names, networks)
		}
	}
}

// voting is how the voting example is run with the test image, published on this
// port and the next.
func voting(port int) (dir string, environ []string) {
	for _, name := range []string{"VOTE", "REDIS", "WORKER", "DB", "RESULT"} {
		environ = append(environ, name+"_IMAGE="+app1)
	}
	return filepath.Join(examples, "voting"), append(environ, fmt.Sprint("VOTE_PORT=", port), fmt.Sprint("RESULT_PORT=", port+1))
}

// TestVoting applies five services in the order of depends_on, changes one of
// them, and removes them all.
func TestVoting(t *testing.T) {
	t.Parallel()
	dir, environ := voting(15000)
	file := []string{"voting", "-c", "compose.yaml"}
	destroyAfter(t, "voting")

	want(t, 0, dir, environ, append([]string{"apply", "-y"}, file...)...)
	settled(t, dir, environ, file...)
	before := services(t, "voting")
	if len(before) != 5 {
		t.Fatalf("%d services", len(before))
	}
	for _, edge := range [][2]string{{"vote", "redis"}, {"worker", "redis"}, {"worker", "db"}, {"result", "db"}} {
		dependent, on := before["voting_"+edge[0]], running(t, "voting_"+edge[1])
		if len(on) == 0 || dependent.CreatedAt.Before(on[0].CreatedAt) {
			t.Errorf("%s was created before a task of %s", edge[0], edge[1])
		}
		if edge[0] != "result" && dependent.CreatedAt.Before(on[0].Status.Timestamp) {
			t.Errorf("%s was created at %s, before %s was healthy at %s", edge[0], dependent.CreatedAt, edge[1], on[0].Status.Timestamp)
		}
	}

	changed := append(slices.Clone(environ), "WORKER_IMAGE="+app2)
	r := want(t, 0, dir, changed, append([]string{"apply", "-y"}, file...)...)
	contains(t, r.stdout, app1+" -> "+app2, "1 to update, 6 unchanged")
	settled(t, dir, changed, file...)
	for name, after := range services(t, "voting") {
		moved := after.Version.Index != before[name].Version.Index
		if moved != (name == "voting_worker") {
			t.Errorf("%s: version %d -> %d", name, before[name].Version.Index, after.Version.Index)
		}
	}

	want(t, 0, dir, nil, "destroy", "voting", "-y")
	if names := left(t, "voting"); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestSecretsConfigs edits a config: the new content gets a new name, the
// service is pointed at it, and the version before last goes, which neither the
// one kept revision nor the service's last spec has. The last one stays, since a
// rollback goes back to it.
func TestSecretsConfigs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(examples, "secrets-configs"))); err != nil {
		t.Fatal(err)
	}
	environ := []string{"NGINX_IMAGE=" + app1}
	if err := os.WriteFile(filepath.Join(dir, "history.yaml"), []byte("x-stackup: {history: 1}"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := []string{"site", "-c", "compose.yaml", "-c", "history.yaml"}
	destroyAfter(t, "site")

	var versions []string
	for _, text := range []string{"one", "two", "three"} {
		if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := want(t, 0, dir, environ, append([]string{"apply", "-y"}, file...)...)
		settled(t, dir, environ, file...)
		if strings.Contains(r.stdout+r.stderr, "replace-me") {
			t.Error("a secret is shown")
		}
		ref := services(t, "site")["site_web"].Spec.TaskTemplate.ContainerSpec.Configs[0]
		live, err := api(t).ConfigInspect(t.Context(), ref.ConfigID, client.ConfigInspectOptions{})
		if err != nil || string(live.Config.Spec.Data) != text {
			t.Errorf("the service uses %s, which holds %q, want %q (%v)", ref.ConfigName, live.Config.Spec.Data, text, err)
		}
		versions = append(versions, ref.ConfigName)
	}
	names := left(t, "site")
	if slices.Contains(names, versions[0]) {
		t.Errorf("%s is still there, two versions later", versions[0])
	}
	if !slices.Contains(names, versions[1]) {
		t.Errorf("%s is gone, and a rollback needs it", versions[1])
	}

	docker(t, "service", "rollback", "--detach=false", "site_web")
	ref := services(t, "site")["site_web"].Spec.TaskTemplate.ContainerSpec.Configs[0]
	if ref.ConfigName != versions[1] || len(running(t, "site_web")) != 2 {
		t.Errorf("after a rollback the service uses %s, want %s", ref.ConfigName, versions[1])
	}
}
