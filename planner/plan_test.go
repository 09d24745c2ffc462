package planner_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// TestAppliedPlansLeaveNothing takes a swarm from one random stack to the next.
// After each step planning finds nothing to do, what a change waits for always
// stands before it, and in the end nothing is left.
func TestAppliedPlansLeaveNothing(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			dir := t.TempDir()
			w := newWorld()
			for step := range 8 {
				want := stack.Stack{Name: "shop"}
				text := ""
				if step < 7 {
					text = randomFile(r, dir)
					want = load(t, dir, "compose.yaml")
				}
				want.Revisions = 2
				plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
				if err != nil {
					t.Fatalf("step %d: %v\n%s", step, err, text)
				}
				checkOrder(t, plan)
				w.apply(t, plan)
				if !plan.Empty() && seed%2 == 0 {
					w.record(want)
				}
				again, err := planner.Plan(want, w.seenBy(want), planner.Options{})
				if err != nil || !again.Empty() {
					t.Fatalf("step %d: %v\n%s\n%s", step, err, listing(again), text)
				}
			}
			if n := len(w.Services) + len(w.Networks) + len(w.Configs) + len(w.Secrets); n != 0 {
				t.Errorf("%d objects are left after the stack was removed", n)
			}
		})
	}
}

// checkOrder demands that a plan can be carried out from the top down.
func checkOrder(t *testing.T, p stack.Plan) {
	t.Helper()
	place := map[stack.Ref]int{}
	for i, c := range p.Changes {
		if _, twice := place[c.Ref]; twice {
			t.Errorf("%s stands twice in the plan", c.Ref)
		}
		place[c.Ref] = i
	}
	for i, c := range p.Changes {
		for _, g := range c.After {
			if j, ok := place[g.Ref]; !ok || j >= i && g.Condition != stack.Removed {
				t.Errorf("%s %s waits for %s, which does not stand before it", c.Action, c.Ref, g.Ref)
			}
		}
	}
}

// randomFile writes a compose file, and the files it names, with a few of
// every kind of thing.
func randomFile(r *rand.Rand, dir string) string {
	var b strings.Builder
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	maybe := func(format string, args ...any) {
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, format+"\n", args...)
		}
	}
	secret := r.IntN(4) == 0
	b.WriteString("services:\n")
	names := []string{"a", "b", "c", "d"}[:1+r.IntN(4)]
	for i, name := range names {
		fmt.Fprintf(&b, "  %s:\n    image: app:%d\n", name, r.IntN(3))
		maybe("    environment: {X: %q, Y: %q}", pick("1", "2", ""), pick("1", "2"))
		maybe("    command: [run, %s]", pick("fast", "slow"))
		maybe("    networks: [%s]", pick("front", "back", "front, back"))
		maybe("    configs: [{source: page, target: /page%d}]", r.IntN(2))
		if secret { // few: each costs a scrypt
			maybe("    secrets: [token]")
		}
		maybe("    ports: [\"%d:80\"]", 8000+i)
		maybe("    volumes: [\"%s:/data\"]", pick("one", "two"))
		maybe("    healthcheck: {test: [CMD, ok], interval: %ds}", 1+r.IntN(3))
		maybe("    stop_grace_period: %ds", 9+r.IntN(3))
		if i > 0 {
			maybe("    depends_on: [%s]", names[r.IntN(i)])
		}
		fmt.Fprintf(&b, "    deploy:\n")
		if r.IntN(4) == 0 {
			b.WriteString("      mode: global\n")
		} else {
			fmt.Fprintf(&b, "      replicas: %d\n", r.IntN(4))
		}
		maybe("      labels: {l: %q}", pick("1", "2"))
		maybe("      restart_policy: {condition: %s}", pick("any", "on-failure", "none"))
		maybe("      update_config: {parallelism: %d, order: %s}", r.IntN(3), pick("start-first", "stop-first"))
		maybe("      placement: {constraints: [%s]}", pick("node.role==manager", "node.role!=manager"))
		maybe("      resources: {limits: {memory: %dM}}", 4+r.IntN(3))
	}
	fmt.Fprintf(&b, "networks: {front: {internal: %s}, back: {driver_opts: {mtu: %s}}}\n", pick("true", "false"), pick("1400", "1500"))
	b.WriteString("volumes: {one: {}, two: {}}\n")
	b.WriteString("configs: {page: {file: page}}\n")
	if secret {
		b.WriteString("secrets: {token: {file: token}}\n")
	}
	for _, f := range []struct{ name, text string }{
		{"compose.yaml", b.String()}, {"page", pick("one", "two", "three")}, {"token", pick("one", "two")},
	} {
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(f.text), 0o600); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// TestPlanIsDeterministic makes one plan many times.
func TestPlanIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	randomFile(rand.New(rand.NewPCG(7, 7)), dir)
	want := load(t, dir, "compose.yaml")
	w := newWorld()
	var seen []string
	for range 50 {
		plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if text := listing(plan); !slices.Contains(seen, text) {
			seen = append(seen, text)
		}
	}
	if len(seen) != 1 {
		t.Errorf("%d different plans, such as\n%s\n%s", len(seen), seen[0], seen[1])
	}
}

// TestPlanLeavesItsInputAlone makes sure that planning does not write into
// what it was given.
func TestPlanLeavesItsInputAlone(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 3))
	randomFile(r, dir)
	first := load(t, dir, "compose.yaml")
	w := newWorld()
	plan, err := planner.Plan(first, w.seenBy(first), planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, plan)
	randomFile(r, dir)
	want := load(t, dir, "compose.yaml")
	have := w.seenBy(want)
	before := fmt.Sprintf("%#v %#v", have.Services, want.Services)
	one, _ := planner.Plan(want, have, planner.Options{})
	two, _ := planner.Plan(want, have, planner.Options{})
	if listing(one) != listing(two) || fmt.Sprintf("%#v %#v", have.Services, want.Services) != before {
		t.Errorf("planning twice gives\n%s\nand\n%s", listing(one), listing(two))
	}
}

// BenchmarkPlan plans big stacks in which nothing, or everything, has changed.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("unchanged/%d", n), func(b *testing.B) { benchmarkPlan(b, n, false) })
		b.Run(fmt.Sprintf("changed/%d", n), func(b *testing.B) { benchmarkPlan(b, n, true) })
	}
}

func benchmarkPlan(b *testing.B, n int, changed bool) {
	b.Helper()
	var text strings.Builder
	text.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&text, "  s%d:\n    image: app:1\n    environment: {A: x, B: y}\n    networks: [front]\n    volumes: [\"data:/data\"]\n    deploy: {replicas: 0}\n", i)
	}
	text.WriteString("networks: {front: {}}\nvolumes: {data: {}}\n")
	dir := b.TempDir()
	want := loadText(b, dir, text.String())
	w := newWorld()
	plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
	if err != nil {
		b.Fatal(err)
	}
	w.apply(b, plan)
	if changed {
		want = loadText(b, dir, strings.ReplaceAll(text.String(), "app:1", "app:2"))
	}
	have := w.seenBy(want)
	for b.Loop() {
		if _, err := planner.Plan(want, have, planner.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func loadText(tb testing.TB, dir, text string) stack.Stack {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return load(tb, dir, "compose.yaml")
}
