package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// TestEdits makes many edits of a file at once, each on a service of its own,
// and compares what the plan says with what the engine then does. After that it
// takes them all back, which has to cause the same.
func TestEdits(t *testing.T) {
	t.Parallel()
	const basis = "image: " + app1 + ", command: [sleep], deploy: {update_config: {monitor: 1s}}"
	dir := write(t,
		"basis.yaml", shared+editsFile(func(edit) string { return "{" + basis + "}" }),
		"before.yaml", editsFile(func(e edit) string { return e.before }),
		"after.yaml", editsFile(func(e edit) string { return e.after }))
	destroyAfter(t, "edits")
	before := loader.Options{
		Name: "edits", Dir: dir, Files: []string{"basis.yaml", "before.yaml"}, Environ: []string{"KEY=k", "VERSION=one"},
	}
	after := before
	after.Files, after.Environ = []string{"basis.yaml", "after.yaml"}, []string{"KEY=k", "VERSION=two"}

	applied(t, before)
	for i, file := range []loader.Options{after, before} {
		name := []string{"there", "back"}[i]
		plan, old := planOf(t, file), facts(t, "edits")
		applied(t, file)
		now := facts(t, "edits")
		for _, e := range edits() {
			t.Run(name+"/"+e.name, func(t *testing.T) {
				service := "edits_" + e.key()
				compare(t, e, change(t, plan, service), old[service], now[service])
			})
		}
	}
}

// applied applies files, and demands that nothing is left to plan.
func applied(t *testing.T, file loader.Options) {
	t.Helper()
	args := []string{file.Name}
	for _, name := range file.Files {
		args = append(args, "-c", name)
	}
	want(t, 0, file.Dir, file.Environ, append([]string{"apply", "-y"}, args...)...)
	settled(t, file.Dir, file.Environ, args...)
}

// compare demands that the plan, the table and the engine agree.
func compare(t *testing.T, e edit, c stack.Change, old, now fact) {
	t.Helper()
	if c.Effect != e.effect {
		t.Errorf("the plan says %q, want %q: %+v", c.Effect, e.effect, c.Fields)
	}
	if e.field != "" && !slices.ContainsFunc(c.Fields, func(f stack.FieldChange) bool { return under(f.Path, e.field) }) {
		t.Errorf("%s is not among the changed fields: %+v", e.field, c.Fields)
	}
	if got := effectOf(old, now); got != c.Effect {
		t.Errorf("the plan says %q, and the engine did %q: %+v -> %+v", c.Effect, got, old, now)
	}
	if kept := c.Action == stack.Keep; kept != (old.version == now.version) {
		t.Errorf("action %s: version %d -> %d", c.Action, old.version, now.version)
	}
}

// under says whether a path is this field or a part of it.
func under(path, field string) bool { return path == field || strings.HasPrefix(path, field+".") }

func (e edit) key() string { return strings.ReplaceAll(e.name, " ", "-") }

// editsFile is a compose file with a service for each edit.
func editsFile(part func(edit) string) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for _, e := range edits() {
		fmt.Fprintf(&b, "  %s: %s\n", e.key(), part(e))
	}
	return b.String()
}

// planOf is what stackup plan shows, before it is made text.
func planOf(t *testing.T, file loader.Options) stack.Plan {
	t.Helper()
	want, err := loader.Load(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	have, err := open(t, swarm.Host).Observe(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Plan(want, have, planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func change(t *testing.T, plan stack.Plan, service string) stack.Change {
	t.Helper()
	i := slices.IndexFunc(plan.Changes, func(c stack.Change) bool {
		return c.Ref == stack.Ref{Kind: stack.KindService, Name: service}
	})
	if i < 0 {
		t.Fatalf("service %s is not in the plan", service)
	}
	return plan.Changes[i]
}

// fact is what an edit may move in a service.
type fact struct {
	version    uint64
	iteration  uint64 // of a job
	containers []string
}

// facts is the state of each service of a stack.
func facts(t *testing.T, name string) map[string]fact {
	t.Helper()
	out := map[string]fact{}
	for service, s := range services(t, name) {
		f := fact{version: s.Version.Index, containers: containers(t, service)}
		if s.JobStatus != nil {
			f.iteration = s.JobStatus.JobIteration.Index
		}
		out[service] = f
	}
	return out
}

// effectOf is what has happened, in the planner's words.
func effectOf(old, now fact) stack.Effect {
	kept := 0
	for _, id := range now.containers {
		if slices.Contains(old.containers, id) {
			kept++
		}
	}
	switch {
	case old.iteration != now.iteration:
		return stack.RunsJob
	case kept != len(old.containers) && kept != len(now.containers):
		return stack.Restarts
	case len(old.containers) != len(now.containers):
		return stack.Scales
	case old.version != now.version:
		return stack.InPlace
	}
	return stack.NoEffect
}
