package engine_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// dockerFolder is a folder as the docker command leaves it: contexts by name,
// and config.json.
func dockerFolder(t *testing.T, config string, contexts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	s := store.New(filepath.Join(dir, "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(docker.DockerEndpoint, func() any { return &docker.EndpointMeta{} }),
	))
	for name, host := range contexts {
		meta := store.Metadata{Name: name, Metadata: map[string]any{}, Endpoints: map[string]any{docker.DockerEndpoint: docker.EndpointMeta{Host: host}}}
		if err := s.CreateOrUpdate(meta); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestOrder is docker's: what is asked for by a flag, DOCKER_HOST,
// DOCKER_CONTEXT, the current context, the local socket.
func TestOrder(t *testing.T) {
	dir := dockerFolder(t, `{"currentContext":"current"}`, map[string]string{
		"asked": "unix:///asked", "env": "unix:///env", "current": "unix:///current",
	})
	plain := dockerFolder(t, `{}`, nil)
	for _, test := range []struct {
		o    engine.Options
		want string
	}{
		{engine.Options{Context: "asked", Environ: []string{"DOCKER_HOST=unix:///host", "DOCKER_CONTEXT=env"}}, "unix:///asked"},
		{engine.Options{Host: "unix:///flag", Environ: []string{"DOCKER_HOST=unix:///host", "DOCKER_CONTEXT=env"}}, "unix:///flag"},
		{engine.Options{Environ: []string{"DOCKER_HOST=unix:///host", "DOCKER_CONTEXT=env"}}, "unix:///host"},
		{engine.Options{Environ: []string{"DOCKER_CONTEXT=env"}}, "unix:///env"},
		{engine.Options{}, "unix:///current"},
		{engine.Options{Context: "default", Environ: []string{"DOCKER_HOST=unix:///host"}}, "unix:///host"},
		{engine.Options{Context: "default"}, "unix:///var/run/docker.sock"},
		{engine.Options{Environ: []string{"DOCKER_CONTEXT=default"}}, "unix:///var/run/docker.sock"},
		{engine.Options{Environ: []string{"DOCKER_CONFIG=" + plain}}, "unix:///var/run/docker.sock"},
	} {
		test.o.Environ = append([]string{"DOCKER_CONFIG=" + dir}, test.o.Environ...)
		if got := open(t, test.o).Host(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.o, got, test.want)
		}
	}
}

// A context gives the snapshot its name; the swarm's ID comes with it.
func TestTargetNamesContextAndCluster(t *testing.T) {
	e := enginetest.Start(t)
	e.Cluster = "k3xq0vwy1r3oq7vplj0ltl0vb"
	dir := dockerFolder(t, `{}`, map[string]string{"prod": e.Host})
	s, err := open(t, engine.Options{Context: "prod", Environ: []string{"DOCKER_CONFIG=" + dir}}).Observe(t.Context(), stack.Stack{Name: "shop"})
	want := stack.Target{Context: "prod", Host: e.Host, APIVersion: "1.41", Cluster: e.Cluster}
	if err != nil || s.Target != want {
		t.Errorf("%#v, %v", s.Target, err)
	}
	if got := s.Target.String(); got != "context prod ("+e.Host+"), cluster k3xq0vwy1r3o" {
		t.Errorf("as text: %s", got)
	}
}

// What asks for the swarm's ID may be denied, as by a proxy in front of the socket.
func TestClusterMayBeUnknown(t *testing.T) {
	e := enginetest.Start(t)
	e.SetFault(only("/v1.41/swarm", 403, "Forbidden"))
	s, err := open(t, engine.Options{Host: e.Host}).Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil || s.Target.Cluster != "" {
		t.Errorf("%+v, %v", s.Target, err)
	}
}

func TestWrongEndpoints(t *testing.T) {
	dir := dockerFolder(t, `{"currentContext":"lost","auths":{"r":{"auth":"Y2FuYXJ5OmNhbmFyeQ=="}}}`, map[string]string{"b": "unix:///b", "a": "unix:///a"})
	broken := dockerFolder(t, `{"auths": canary}`, nil)
	for _, test := range []struct {
		o          engine.Options
		want, hint string
	}{
		{engine.Options{Context: "nosuch"}, `context "nosuch" does not exist`, "these do: default, a, b"},
		{engine.Options{Environ: []string{"DOCKER_CONTEXT=gone"}}, `context "gone", which comes from DOCKER_CONTEXT, does not exist`, "these do: default, a, b"},
		{engine.Options{}, `context "lost", which comes from currentContext in ` + dir + `/config.json, does not exist`, "these do: default, a, b"},
		{engine.Options{Context: "a", Host: "unix:///b"}, "--context and --host do not go together", "a context has a host"},
		{engine.Options{Environ: []string{"DOCKER_CONFIG=" + broken}}, `docker's configuration "` + broken + `/config.json" cannot be read`, "JSON"},
		{engine.Options{Host: "ssh://me:secret@there"}, "", "ssh://user@host"},
	} {
		test.o.Environ = append([]string{"DOCKER_CONFIG=" + dir}, test.o.Environ...)
		_, err := engine.Open(test.o)
		var e *stack.Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), test.want) || !strings.Contains(e.Hint, test.hint) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want %q with the hint %q", err, test.want, test.hint)
		}
	}
}

// TestSSHFails lets a program called ssh say what the real one says.
func TestSSHFails(t *testing.T) {
	for _, test := range []struct{ says, exit, want string }{
		{"ssh: Could not resolve hostname there: Name or service not known", "255", "ssh: Could not resolve hostname there: Name or service not known"},
		{"me@there: Permission denied (publickey).", "255", "ssh: me@there: Permission denied (publickey)."},
		{"bash: line 1: docker: command not found", "127", "there is no docker command on the far side: bash: line 1: docker: command not found"},
		{"failed to open the raw stream connection: dial unix /var/run/docker.sock: connect: no such file or directory", "1", "on the far side: failed to open the raw stream"},
	} {
		dir := t.TempDir()
		script := "#!/bin/sh\necho '" + test.says + "' >&2\nexit " + test.exit + "\n"
		if err := os.WriteFile(filepath.Join(dir, "ssh"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+":/usr/bin:/bin")
		_, err := open(t, engine.Options{Host: "ssh://me@there"}).Observe(t.Context(), stack.Stack{Name: "shop"})
		var e *stack.Error
		if !errors.Is(err, stack.ErrUnreachable) || !errors.As(err, &e) || e.Hint == "" || !strings.HasPrefix(err.Error(), `engine "ssh://me@there": `+test.want) {
			t.Errorf("%s: got %v", test.says, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	_, err := open(t, engine.Options{Host: "ssh://me@there"}).Observe(t.Context(), stack.Stack{Name: "shop"})
	if err == nil || !strings.Contains(err.Error(), "there is no ssh program here") {
		t.Errorf("without ssh: %v", err)
	}
}

// only answers the requests to one path, and none else.
func only(path string, status int, message string) enginetest.Fault {
	return func(r *http.Request) (int, string) {
		if r.URL.Path != path {
			return 0, ""
		}
		return status, message
	}
}
