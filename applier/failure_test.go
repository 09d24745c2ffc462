package applier

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// The texts are those of an engine 20.10.24, unless they say otherwise.
func TestImageMissing(t *testing.T) {
	for _, c := range []struct {
		state swarm.TaskState
		text  string
		want  bool
	}{
		{swarm.TaskStateRejected, "No such image: example/none:1", true},
		{swarm.TaskStateRejected, "No such image: 127.0.0.1:5992/a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
		// As the pull words it; the engine only logs these.
		{swarm.TaskStateRejected, "pull access denied for a, repository does not exist or may require 'docker login'", true},
		{swarm.TaskStateRejected, "manifest for a:1 not found: manifest unknown: manifest unknown", true},
		{swarm.TaskStateRejected, `invalid mount config for type "bind": bind source path does not exist: /does/not/exist`, false},
		{swarm.TaskStateFailed, "starting container failed: failed to create shim task: OCI runtime create failed: runc create failed: " +
			`unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`, false},
		{swarm.TaskStateFailed, "task: non-zero exit (137): dockerexec: unhealthy container", false},
		{swarm.TaskStateFailed, "No such image: in a program's own words", false},
	} {
		got := imageMissing(swarm.Task{Status: swarm.TaskStatus{State: c.state, Err: c.text}})
		if got != c.want {
			t.Errorf("%s: %s: %v", c.state, c.text, got)
		}
	}
}

// A failure tells everything the engine says, uncut.
func TestFailure(t *testing.T) {
	long := "starting container failed: failed to create shim task: OCI runtime create failed: runc create failed: " +
		`unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`
	r, err := newRun(newFake(), stack.Plan{}, nodes(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &change{Change: stack.Change{Ref: stack.Ref{Kind: stack.KindService, Name: "shop_web"}}}
	c.watch.census = census{wanted: 3, running: 1}
	task := swarm.Task{ID: "t5", Slot: 2, NodeID: "n2", Status: swarm.TaskStatus{
		State: swarm.TaskStateFailed, Err: long, ContainerStatus: &swarm.ContainerStatus{ExitCode: 127},
	}}
	want := &stack.Failure{Task: "shop_web.2", TaskID: "t5", Node: "vm2", State: "failed", ExitCode: 127, Err: long, Running: 1, Tasks: 3}
	if diff := cmp.Diff(want, r.failure(c, &task)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
