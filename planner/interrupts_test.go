package planner_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// TestInterrupts: to change a service that the swarm is still updating is a
// hazard, also for a plan that is older than the update. To remove one is not,
// nor to go on after an apply that did not come to its end.
func TestInterrupts(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) stack.Stack {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return load(t, dir, "compose.yaml")
	}
	w := newWorld()
	first := file("services: {web: {image: web}, old: {image: old}}")
	plan, err := planner.Plan(first, w.seenBy(first), planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, plan)
	w.record(first)
	second := file("services: {web: {image: web, labels: {a: b}}}")
	early, err := planner.Plan(second, w.seenBy(second), planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.Services {
		w.Services[i].UpdateStatus = &swarm.UpdateStatus{State: swarm.UpdateStateUpdating}
	}
	check := func(what string, have stack.Snapshot, want bool) {
		t.Helper()
		late, err := planner.Plan(second, have, planner.Options{})
		if err != nil {
			t.Fatal(err)
		}
		now, err := planner.Refresh(early, have)
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]stack.Plan{"plan": late, "refreshed plan": now} {
			for _, c := range p.Changes {
				is := slices.Contains(c.Hazards, stack.InterruptsUpdate)
				if is != (want && c.Ref.Name == "shop_web") {
					t.Errorf("%s, %s: %s %s interrupts an update: %v", what, name, c.Action, c.Ref, is)
				}
			}
		}
	}
	have := w.seenBy(second)
	check("while it is rolling", have, true)
	have.Recorded = &swarm.Config{}
	have.Recorded.Spec.Labels = map[string]string{stack.LabelUnfinished: "2026-11-25T12:00:00Z"}
	check("after an apply that was cut short", have, false)
}
