package applier

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// A failed dependency never releases what waits for it, however the goroutines
// are scheduled: the signal is success, not the end. To be run with -race.
func TestFailureReleasesNothing(t *testing.T) {
	plan := "create config conf\ncreate service db after conf\ncreate service api after db:started\n" +
		"delete network old after api\ncreate service web after conf"
	for range 300 {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			p := parsePlan(t, plan)
			f.exist(p)
			parseFaults(t, "create conf conflict", f)
			f.starts = func(verb, name string) {
				if name != "conf" {
					t.Errorf("%s %s has started", verb, name)
				}
			}
			rep, err := Apply(t.Context(), f, p, nil, Options{})
			if err != nil || rep.Count(stack.Failed) != 1 || rep.Count(stack.Blocked) != 4 {
				t.Errorf("%v %+v", err, rep)
			}
		})
	}
}

// fate is what the fake swarm has in store for a change.
type fate struct {
	refused      bool          // the write fails
	lost         int           // answers to the write
	rejected     bool          // the tasks fail
	starts, runs time.Duration // after the write
	begun        bool
}

// state is how the change must end, given how those it waits for end.
func (w world) state(c stack.Change) stack.State {
	for _, g := range c.After {
		dep := w.changes[g.Ref]
		s := w.state(dep)
		if s == stack.Failed && g.Condition == "" && dep.Action == stack.Create && !w.fates[g.Ref].refused {
			continue // it has been written, and that is all that is asked
		}
		if s != stack.Done {
			return stack.Blocked
		}
	}
	if w.fates[c.Ref].refused || w.fates[c.Ref].rejected {
		return stack.Failed
	}
	return stack.Done
}

// world is a random plan and the fates of its changes.
type world struct {
	plan    stack.Plan
	changes map[stack.Ref]stack.Change
	fates   map[stack.Ref]*fate
	fake    *fake
}

func newWorld(rng *rand.Rand) world {
	w := world{changes: map[stack.Ref]stack.Change{}, fates: map[stack.Ref]*fate{}, fake: newFake()}
	for i := range 1 + rng.IntN(12) {
		kind := []stack.Kind{stack.KindNetwork, stack.KindService, stack.KindService}[rng.IntN(3)]
		ref := stack.Ref{Kind: kind, Name: fmt.Sprintf("%s%d", kind, i)}
		c := stack.Change{Ref: ref, Action: stack.Create, Want: object(ref, nil, nil, "2")}
		x := &fate{refused: rng.IntN(8) == 0, starts: time.Duration(rng.IntN(5000)) * time.Millisecond}
		x.lost = max(0, rng.IntN(8)-5)
		x.runs = x.starts + time.Duration(rng.IntN(5000))*time.Millisecond
		x.rejected = kind == stack.KindService && rng.IntN(6) == 0
		if rng.IntN(5) == 0 {
			c.Action, c.Want, c.Have = stack.Delete, nil, &stack.Live{ID: "id-" + ref.Name}
			x.rejected = false
			w.fake.objects[ref.Name] = true
		}
		for _, dep := range w.plan.Changes {
			if rng.IntN(3) > 0 {
				continue
			}
			g := stack.Gate{Ref: dep.Ref}
			if dep.Ref.Kind == stack.KindService && dep.Action == stack.Create {
				g.Condition = []stack.Condition{"", stack.Started, stack.Healthy}[rng.IntN(3)]
			}
			c.After = append(c.After, g)
		}
		w.add(c, x, time.Duration(rng.IntN(2000))*time.Millisecond)
	}
	return w
}

func (w *world) add(c stack.Change, x *fate, takes time.Duration) {
	w.plan.Changes = append(w.plan.Changes, c)
	w.changes[c.Ref], w.fates[c.Ref] = c, x
	name, verb := c.Ref.Name, map[stack.Action]string{stack.Create: "create", stack.Delete: "remove"}[c.Action]
	w.fake.faults = append(w.fake.faults, fault{verb: verb, name: name, takes: takes})
	if x.lost > 0 {
		w.fake.faults = append(w.fake.faults, fault{verb: verb, name: name, loses: true, first: x.lost})
	}
	if x.refused {
		w.fake.faults = append(w.fake.faults, fault{verb: verb, name: name, err: stack.ErrInvalid})
	}
	if c.Ref.Kind != stack.KindService || c.Action == stack.Delete {
		return
	}
	life := []swarm.TaskState{swarm.TaskStateStarting, swarm.TaskStateRunning}
	if x.rejected {
		life = []swarm.TaskState{swarm.TaskStatePreparing, swarm.TaskStateRejected}
	}
	// It is listed before it is listed as current.
	s := step{since: true, task: "1", old: true}
	parseTask(&s, []string{"pending"})
	w.fake.steps[name] = append(w.fake.steps[name], s)
	for i, after := range []time.Duration{x.starts, x.runs} {
		s := step{after: after, since: true, task: "1"}
		parseTask(&s, []string{string(life[i]), "err=No such image: none"})
		w.fake.steps[name] = append(w.fake.steps[name], s)
	}
}

// check is called when a write starts: everything it waits for has succeeded.
func (w world) check(t *testing.T, name string) {
	t.Helper()
	for ref, c := range w.changes {
		if ref.Name != name {
			continue
		}
		x := w.fates[ref]
		if x.begun && x.lost == 0 {
			t.Errorf("%s is written twice", ref)
		}
		x.begun = true
		for _, g := range c.After {
			x := w.fates[g.Ref]
			met := map[stack.Condition]time.Duration{stack.Started: x.starts, stack.Healthy: x.runs}[g.Condition]
			written := w.fake.objects[g.Ref.Name] == (w.changes[g.Ref].Action == stack.Create)
			if !written || g.Condition != "" && (x.rejected || time.Since(w.fake.changedAt[g.Ref.Name]) < met) {
				t.Errorf("%s starts before %s %s", ref, g.Ref, g.Condition)
			}
		}
	}
}

// Whatever the plan, and whatever is lost: no change starts before all it waits
// for has succeeded, nor after a failure that is to stop everything; no more writes
// than allowed are under way, every change ends exactly once and as it must, with
// a cause if it failed, and the report is in plan order.
func FuzzApply(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(rng)
			o := Options{Parallel: 1 + rng.IntN(4), Timeout: time.Hour, OnFailure: OnFailure(rng.IntN(2))}
			endings, failed := map[stack.Ref]int{}, false
			o.Events = func(e stack.Event) {
				switch e := e.(type) {
				case stack.ChangeStarted:
					if failed && o.OnFailure == Stop {
						t.Errorf("%s starts after a failure", e.Ref)
					}
				case stack.ChangeEnded:
					endings[e.Outcome.Ref]++
					failed = failed || e.Outcome.State == stack.Failed
				}
			}
			w.run(t, o)
			for ref := range w.changes {
				if endings[ref] != 1 {
					t.Errorf("%s has ended %d times", ref, endings[ref])
				}
			}
			if w.fake.most > o.Parallel {
				t.Errorf("%d writes at once, allowed are %d", w.fake.most, o.Parallel)
			}
		})
	})
}

func (w world) run(t *testing.T, o Options) {
	t.Helper()
	rep, err := Apply(t.Context(), recorder{w.fake, t, w}, w.plan, nil, o)
	if err != nil || rep.TimedOut || len(rep.Outcomes) != len(w.plan.Changes) {
		t.Fatalf("%v, %+v", err, rep)
	}
	for i, c := range w.plan.Changes {
		got, want := rep.Outcomes[i], w.state(c)
		stopped := got.State == stack.NotStarted && !w.fates[c.Ref].begun && o.OnFailure == Stop && rep.Count(stack.Failed) > 0
		if got.Ref != c.Ref || got.State != want && !stopped {
			t.Errorf("%s: %s, not %s: %+v", c.Ref, got.State, want, got)
		}
		if got.State == stack.Blocked && w.state(w.changes[got.Culprit]) != stack.Failed {
			t.Errorf("%s: the culprit %s has not failed", c.Ref, got.Culprit)
		}
		if (got.State == stack.Failed) != (got.Cause != stack.CauseUnknown) {
			t.Errorf("%s: %s because of %q", c.Ref, got.State, got.Cause)
		}
	}
}

// recorder checks writes when they start.
type recorder struct {
	*fake
	t *testing.T
	w world
}

func (r recorder) Create(ctx context.Context, o stack.Object) (string, []string, error) {
	r.w.begin(r.t, o.Ref().Name)
	return r.fake.Create(ctx, o)
}

func (r recorder) Remove(ctx context.Context, kind stack.Kind, id string) error {
	r.w.begin(r.t, id[len("id-"):])
	return r.fake.Remove(ctx, kind, id)
}

func (w world) begin(t *testing.T, name string) {
	t.Helper()
	w.fake.mu.Lock()
	defer w.fake.mu.Unlock()
	w.check(t, name)
}
