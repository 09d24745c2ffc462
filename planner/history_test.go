package planner_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// running is the services of a world as they matter: normal, with names in
// place of IDs.
func (w *world) running() map[string]swarm.ServiceSpec {
	names := map[string]string{}
	for _, n := range w.Networks {
		names[n.ID] = n.Name
	}
	out := map[string]swarm.ServiceSpec{}
	for _, s := range w.Services {
		spec := stack.Normal(s.Spec)
		for i, n := range spec.TaskTemplate.Networks {
			spec.TaskTemplate.Networks[i].Target = names[n.Target]
		}
		slices.SortFunc(spec.TaskTemplate.Networks, func(a, b swarm.NetworkAttachmentConfig) int { return strings.Compare(a.Target, b.Target) })
		container := *spec.TaskTemplate.ContainerSpec
		container.Configs, container.Secrets = slices.Clone(container.Configs), slices.Clone(container.Secrets)
		for i, c := range container.Configs {
			container.Configs[i] = &swarm.ConfigReference{File: c.File, ConfigName: c.ConfigName}
		}
		for i, c := range container.Secrets {
			container.Secrets[i] = &swarm.SecretReference{File: c.File, SecretName: c.SecretName}
		}
		spec.TaskTemplate.ContainerSpec = &container
		out[s.Spec.Name] = spec
	}
	return out
}

// TestReviveBringsBack takes random stacks back to a random earlier revision:
// the same runs as then, and planning it again finds nothing.
func TestReviveBringsBack(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r, dir, w := rand.New(rand.NewPCG(seed, 3)), t.TempDir(), newWorld()
			var then []map[string]swarm.ServiceSpec
			var revisions []stack.Revision
			for len(revisions) < 5 {
				randomFile(r, dir)
				want := load(t, dir, "compose.yaml")
				plan := mustPlan(t, w, want)
				w.apply(t, plan)
				if !plan.Empty() {
					w.record(want)
					then, revisions = append(then, w.running()), append(revisions, *w.Last)
				}
				if drift := planner.Drift(w.seenBy(want)); len(drift) > 0 {
					t.Fatalf("drift right after an apply: %+v", drift)
				}
			}
			i := r.IntN(len(revisions) - 1)
			back, err := planner.Revive(revisions[i], w.seenBy(revisions[i].Stack))
			if err != nil {
				t.Fatal(err)
			}
			w.apply(t, mustPlan(t, w, back))
			if again := mustPlan(t, w, back); !again.Empty() {
				t.Errorf("planning the revision again finds\n%s", listing(again))
			}
			if diff := cmp.Diff(then[i], w.running(), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
				t.Errorf("not what ran then:\n%s", diff)
			}
		})
	}
}

// TestReviveNamesWhatIsGone: a config or secret that somebody has removed
// cannot be had back.
func TestReviveNamesWhatIsGone(t *testing.T) {
	dir, w := t.TempDir(), newWorld()
	want := loadText(t, dir, "services: {web: {image: web, configs: [{source: page, target: /p}]}}\nconfigs: {page: {content: hello}}")
	w.apply(t, mustPlan(t, w, want))
	w.record(want)
	w.Configs = nil
	_, err := planner.Revive(*w.Last, w.seenBy(w.Last.Stack))
	if err == nil || !strings.Contains(err.Error(), "which revision 1 needs, is gone") {
		t.Errorf("got %v", err)
	}
}

// TestUndoTakesBack stops random plans at a random place and takes back what
// was done: then the services are as they were, and nothing new is left.
func TestUndoTakesBack(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r, dir, w := rand.New(rand.NewPCG(seed, 4)), t.TempDir(), newWorld()
			randomFile(r, dir)
			want := load(t, dir, "compose.yaml")
			w.apply(t, mustPlan(t, w, want))
			before, objects := w.running(), len(w.Configs)+len(w.Secrets)
			names := map[string]bool{}
			for _, n := range w.Networks {
				names[n.Name] = true
			}
			randomFile(r, dir)
			plan := mustPlan(t, w, load(t, dir, "compose.yaml"))
			// Deletions come last, after everything has succeeded.
			most := 0
			for most < len(plan.Changes) && plan.Changes[most].Action != stack.Delete {
				most++
			}
			part := plan
			part.Changes = plan.Changes[:r.IntN(most+1)]
			if plan.Count(stack.Replace) > 0 { // its two halves are not in the order of the plan
				part.Changes = plan.Changes[:most]
			}
			w.apply(t, part)
			var report stack.Report
			for i, c := range plan.Changes {
				state := stack.NotStarted
				if i < len(part.Changes) {
					state = stack.Done
				}
				report.Outcomes = append(report.Outcomes, stack.Outcome{Ref: c.Ref, Action: c.Action, State: state})
			}
			undo := planner.Undo(plan, report, w.seenBy(want))
			checkOrder(t, undo)
			w.apply(t, undo)
			if diff := cmp.Diff(before, w.running(), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
				t.Errorf("not what ran before:\n%s\n%s\n%s", diff, listing(part), listing(undo))
			}
			if n := len(w.Configs) + len(w.Secrets); n != objects {
				t.Errorf("%d configs and secrets, there were %d", n, objects)
			}
			for _, n := range w.Networks {
				if !names[n.Name] {
					t.Errorf("network %s is left", n.Name)
				}
			}
		})
	}
}

// TestUndoLeavesToOthers: what somebody has changed meanwhile, and jobs.
func TestUndoLeavesToOthers(t *testing.T) {
	dir, w := t.TempDir(), newWorld()
	want := loadText(t, dir, "services: {web: {image: 'web:1'}, api: {image: 'api:1'}, migrate: {image: 'm:1', deploy: {mode: replicated-job}}}")
	w.apply(t, mustPlan(t, w, want))
	plan := mustPlan(t, w, loadText(t, dir, "services: {web: {image: 'web:2'}, api: {image: 'api:2'}, migrate: {image: 'm:2', deploy: {mode: replicated-job}}}"))
	w.apply(t, plan)
	w.service(t, "shop_api").Spec.TaskTemplate.ContainerSpec.Image = "api:3"
	var report stack.Report
	for _, c := range plan.Changes {
		report.Outcomes = append(report.Outcomes, stack.Outcome{Ref: c.Ref, Action: c.Action, State: stack.Failed})
	}
	undo := planner.Undo(plan, report, w.seenBy(want))
	const expected = `update service "shop_web": put back as it was before the apply [restarts tasks] => restarts 1 task, stop-first
    image: web:2 -> web:1 [restarts tasks]
warning: service "shop_migrate" stays as it is: a job is not undone
warning: service "shop_api" stays as it is: somebody else has changed it meanwhile
`
	if diff := cmp.Diff(expected, listing(undo)); diff != "" {
		t.Error(diff)
	}
}

func mustPlan(t *testing.T, w *world, want stack.Stack) stack.Plan {
	t.Helper()
	plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
