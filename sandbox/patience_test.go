package sandbox_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/applier"
	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/lock"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/sandbox/fault"
	"github.com/stackup-cli/stackup/stack"
)

// stackup's own client on a sandbox whose hours pass in no time.
func (w world) engine() *engine.Client {
	w.Helper()
	c, err := engine.Open(engine.Options{Host: "tcp://sandbox:2375", Dial: w.network.dial})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// apply makes the swarm what a compose file says, and says how long it took.
func (w world) apply(c *engine.Client, compose string) (time.Duration, stack.Report, error) {
	w.Helper()
	dir := w.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(compose), 0o600); err != nil {
		w.Fatal(err)
	}
	want, err := loader.Load(w.Context(), loader.Options{Name: "shop", ProjectDirectory: dir})
	if err != nil {
		w.Fatal(err)
	}
	have, err := c.Observe(w.Context(), want)
	if err != nil {
		w.Fatal(err)
	}
	plan, err := planner.Plan(want, have, planner.Options{})
	if err != nil {
		w.Fatal(err)
	}
	begun := time.Now()
	report, err := applier.Apply(w.Context(), c, plan, have.Nodes, applier.Options{Timeout: 2 * time.Hour})
	return time.Since(begun), report, err
}

func TestAnApplyWaitsForSlowUpdates(t *testing.T) {
	fast(t, Options{}, func(w world) {
		c := w.engine()
		update := "deploy: {replicas: 3, update_config: {parallelism: 1, delay: 1m, monitor: 5m}}"
		if _, report, err := w.apply(c, "services: {web: {image: 'nginx:1', "+update+"}}"); err != nil || !report.OK() {
			t.Fatalf("%v\n%+v", err, report)
		}
		took, report, err := w.apply(c, "services: {web: {image: 'sandbox/slow:30s', "+update+"}}")
		if err != nil || !report.OK() {
			t.Fatalf("%v\n%+v", err, report)
		}
		w.about("the update", took, 3*30*time.Second+3*time.Minute+5*time.Minute)
	})
}

func TestAnApplySeesAFailureLateInTheMonitor(t *testing.T) {
	fast(t, Options{}, func(w world) {
		c := w.engine()
		update := "deploy: {replicas: 2, update_config: {parallelism: 2, monitor: 5m, failure_action: rollback}}"
		if _, _, err := w.apply(c, "services: {web: {image: 'nginx:1', "+update+"}}"); err != nil {
			t.Fatal(err)
		}
		took, report, err := w.apply(c, "services: {web: {image: 'sandbox/sick:4m', "+update+"}}")
		if err != nil || report.OK() {
			t.Errorf("%v\n%+v", err, report)
		}
		w.about("the failure", took, 4*time.Minute)
	})
}

func TestALockIsTakenOverFromTheDead(t *testing.T) {
	fast(t, Options{}, func(w world) {
		// The first loses its engine for good, the second takes over.
		first, second := w.engine(), w.engine()
		dying, die := context.WithCancel(w.Context())
		held, err := lock.Acquire(dying, first, "shop", stack.Lock{}, lock.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock.Acquire(w.Context(), second, "shop", stack.Lock{}, lock.Options{}); !errors.Is(err, lock.ErrHeld) {
			t.Fatalf("while it is held: %v", err)
		}
		lost, err := fault.Parse("drop POST /configs/*/update")
		if err != nil {
			t.Fatal(err)
		}
		w.SetFaults(lost)
		begun := time.Now()
		<-held.Lost()
		if took := time.Since(begun); took >= time.Minute {
			t.Errorf("it was believed to be held for %v, when others may have taken it", took)
		}
		w.SetFaults()
		die()
		begun = time.Now()
		next, err := lock.Acquire(w.Context(), second, "shop", stack.Lock{}, lock.Options{Timeout: 5 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("taking over took %v", took)
		}
		if err := next.Release(w.Context()); err != nil {
			t.Error(err)
		}
		_ = held.Release(context.WithoutCancel(w.Context()))
	})
}
