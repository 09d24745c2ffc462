package history_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/history"
	"github.com/stackup-cli/stackup/stack"
)

// fake is a swarm's configs in memory. A write fails when budget is used up, as
// if the program had been killed before it.
type fake struct {
	configs []swarm.Config
	budget  int // of writes; less than 0 for no end
	calls   []string
	serial  int
}

var errKilled = errors.New("killed")

func (f *fake) Configs(_ context.Context, prefixes ...string) ([]swarm.Config, error) {
	f.calls = append(f.calls, "list")
	var out []swarm.Config
	for _, c := range f.configs {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(c.Spec.Name, p) }) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b swarm.Config) int { return strings.Compare(a.Spec.Name, b.Spec.Name) })
	return out, nil
}

func (f *fake) write(call string) error {
	if f.budget == 0 {
		return errKilled
	}
	f.budget--
	f.calls = append(f.calls, call)
	return nil
}

func (f *fake) Create(_ context.Context, o stack.Object) (string, []string, error) {
	name := o.Ref().Name
	if err := f.write("create " + name); err != nil {
		return "", nil, err
	}
	if slices.ContainsFunc(f.configs, func(c swarm.Config) bool { return c.Spec.Name == name }) {
		return "", nil, stack.ErrConflict
	}
	f.serial++
	f.configs = append(f.configs, swarm.Config{ID: fmt.Sprint("id", f.serial), Spec: o.(stack.Config).Spec})
	return "", nil, nil
}

func (f *fake) Remove(_ context.Context, _ stack.Kind, id string) error {
	is := func(c swarm.Config) bool { return c.ID == id || c.Spec.Name == id }
	i := slices.IndexFunc(f.configs, is)
	if i >= 0 {
		id = f.configs[i].Spec.Name
	}
	if err := f.write("remove " + id); err != nil {
		return err
	}
	if i < 0 {
		return stack.ErrNotFound
	}
	f.configs = slices.DeleteFunc(f.configs, is)
	return nil
}

// names is what the swarm has, without what they begin with.
func (f *fake) names() string {
	var out []string
	for _, c := range f.configs {
		out = append(out, strings.ReplaceAll(strings.TrimPrefix(c.Spec.Name, "stackup."), ".shop.", " "))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// latest is what an observation finds.
func (f *fake) latest() *swarm.Config {
	var out *swarm.Config
	highest := 0
	for _, c := range f.configs {
		if n := number(c.Spec.Name); n > highest {
			highest, out = n, &c
		}
	}
	return out
}

// number is that of a latest revision; 0 for other names.
func number(name string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(name, "stackup.latest.shop."))
	return n
}

func marshal(r stack.Revision) ([]byte, error) { return fmt.Appendf(nil, "data of %d", r.Number), nil }

func save(t *testing.T, s history.Swarm, number int, recorded *swarm.Config, most int) error {
	t.Helper()
	return history.Save(t.Context(), s, "shop", stack.Revision{Entry: stack.Entry{Number: number}}, marshal, recorded, most)
}

// saved is a swarm with so many revisions saved one after another.
func saved(t *testing.T, n, most int) *fake {
	t.Helper()
	f := &fake{budget: -1}
	for i := 1; i <= n; i++ {
		if err := save(t, f, i, f.latest(), most); err != nil {
			t.Fatal(err)
		}
	}
	f.calls = nil
	return f
}

func read(t *testing.T, s history.Swarm, number int) string {
	t.Helper()
	data, err := history.Read(t.Context(), s, "shop", number)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestTheLastOnesAreKept(t *testing.T) {
	for _, test := range []struct {
		saves, most int
		want        string
	}{
		{1, 3, "latest 1"},
		{3, 3, "latest 3, revision 1, revision 2"},
		{12, 3, "latest 12, revision 10, revision 11"},
		{4, 1, "latest 4"},
	} {
		f := saved(t, test.saves, test.most)
		if f.names() != test.want {
			t.Errorf("%d saves of %d: %s, want %s", test.saves, test.most, f.names(), test.want)
		}
	}
	f := saved(t, 7, 5)
	for n := 3; n <= 7; n++ {
		if got, want := read(t, f, n), fmt.Sprint("data of ", n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for most, want := range map[int]string{2: "latest 8, revision 7", 9: "latest 8, revision 3, revision 4, revision 5, revision 6, revision 7"} {
		f := saved(t, 7, 5)
		if err := save(t, f, 8, f.latest(), most); err != nil || f.names() != want {
			t.Errorf("then %d: %v; %s, want %s", most, err, f.names(), want)
		}
	}
}

// However many there are, a save reads the latest alone, and writes four times.
func TestASaveIsCheap(t *testing.T) {
	f := saved(t, 30, 20)
	if err := save(t, f, 31, f.latest(), 20); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"list", "create stackup.revision.shop.30", "remove stackup.revision.shop.11",
		"create stackup.latest.shop.31", "remove stackup.latest.shop.30",
	}
	if !slices.Equal(f.calls, want) {
		t.Errorf("%q", f.calls)
	}
}

// TestKilled: whenever a save is cut short, the latest revision is the old or the
// new one, every earlier one that is to be kept can be read, and the next save
// leaves what it would have left without that.
func TestKilled(t *testing.T) {
	for _, start := range []struct{ saves, most, next int }{{0, 3, 3}, {1, 3, 3}, {2, 3, 3}, {9, 3, 3}, {9, 6, 2}, {9, 3, 1}} {
		for budget := 0; ; budget++ {
			f := saved(t, start.saves, start.most)
			f.budget = budget
			err := save(t, f, start.saves+1, f.latest(), start.next)
			if err == nil {
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			f.budget = -1
			at := start.saves
			if f.latest() != nil {
				at = number(f.latest().Spec.Name)
			}
			if at != start.saves && at != start.saves+1 {
				t.Errorf("%+v killed after %d writes: the latest is %d", start, budget, at)
			}
			for n := max(1, start.saves+2-start.next); n <= start.saves; n++ {
				if got := read(t, f, n); got != fmt.Sprint("data of ", n) {
					t.Errorf("%+v killed after %d writes: %s", start, budget, got)
				}
			}
			if err := save(t, f, at+1, f.latest(), start.next); err != nil {
				t.Fatal(err)
			}
			if want := saved(t, at+1, start.next).names(); f.names() != want {
				t.Errorf("%+v killed after %d writes, and saved again: %s, want %s", start, budget, f.names(), want)
			}
		}
	}
}

// TestRace: of two that record after the same revision, one is told.
func TestRace(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		f := saved(t, n, 3)
		recorded := f.latest()
		if err := save(t, f, n+1, recorded, 3); err != nil {
			t.Fatal(err)
		}
		before := f.names()
		err := save(t, f, n+1, recorded, 3)
		if !errors.Is(err, stack.ErrConflict) || !strings.Contains(err.Error(), fmt.Sprintf(`revision %d of stack "shop": somebody else`, n+1)) {
			t.Errorf("after %d: %v", n, err)
		}
		if f.names() != before {
			t.Errorf("after %d: %s, before it %s", n, f.names(), before)
		}
	}
	// Others have gone on for long.
	f := saved(t, 3, 3)
	recorded := f.latest()
	for n := 4; n <= 6; n++ {
		if err := save(t, f, n, f.latest(), 3); err != nil {
			t.Fatal(err)
		}
	}
	if err := save(t, f, 4, recorded, 3); !errors.Is(err, stack.ErrConflict) || f.names() != "latest 6, revision 4, revision 5" {
		t.Error(err, f.names())
	}
	if err := save(t, f, 2, f.latest(), 3); !errors.Is(err, stack.ErrConflict) || f.names() != "latest 6, revision 4, revision 5" {
		t.Error(err, f.names())
	}
	// The other one comes between the look and the write.
	f = saved(t, 3, 3)
	r := &rival{fake: f, then: func() { _ = save(t, f, 4, f.latest(), 3) }}
	if err := save(t, r, 4, f.latest(), 3); !errors.Is(err, stack.ErrConflict) {
		t.Error(err)
	}
	if f.names() != "latest 4, revision 2, revision 3" {
		t.Error(f.names())
	}
}

// rival lets another save happen after the first look.
type rival struct {
	*fake
	then func()
}

func (r *rival) Configs(ctx context.Context, prefixes ...string) ([]swarm.Config, error) {
	out, err := r.fake.Configs(ctx, prefixes...)
	if then := r.then; then != nil {
		r.then = nil
		then()
	}
	return out, err
}

// TestABeginning: the numbers of a history that lost its latest revision come
// again, so what is left of it goes. Nobody else's configs do.
func TestABeginning(t *testing.T) {
	f := saved(t, 5, 3)
	f.configs = slices.DeleteFunc(f.configs, func(c swarm.Config) bool { return c.ID == f.latest().ID })
	for _, name := range []string{stack.LockName("shop"), stack.RevisionName("shop2", 4), "stackup.revision.shop.old", "stackup.revision.shop.77"} {
		c := stack.Config{}
		c.Spec.Name = name
		_, _, _ = f.Create(t.Context(), c)
	}
	if err := save(t, f, 1, nil, 3); err != nil {
		t.Fatal(err)
	}
	if want := "latest 1, lock.shop, revision 77, revision old, revision.shop2.4"; f.names() != want {
		t.Errorf("%s, want %s", f.names(), want)
	}
}

func TestRead(t *testing.T) {
	f := saved(t, 12, 8)
	_, err := history.Read(t.Context(), f, "shop", 1) // not 10, 11 or 12
	var e *stack.Error
	if !errors.Is(err, stack.ErrNotFound) || !errors.As(err, &e) || err.Error() != `revision 1 of stack "shop": not found` || e.Hint != "there are 5-12" {
		t.Errorf("%v; hint: %s", err, e.Hint)
	}
	_ = f.Remove(t.Context(), stack.KindConfig, stack.RevisionName("shop", 7))
	_ = f.Remove(t.Context(), stack.KindConfig, stack.RevisionName("shop", 10))
	if _, err = history.Read(t.Context(), f, "shop", 7); !errors.As(err, &e) || e.Hint != "there are 5-6, 8-9, 11-12" {
		t.Errorf("%v; hint: %s", err, e.Hint)
	}
	f.budget = 1 // a save that was killed has made a copy already
	_ = save(t, f, 13, f.latest(), 8)
	f.budget = -1
	if _, err = history.Read(t.Context(), f, "shop", 7); !errors.As(err, &e) || e.Hint != "there are 5-6, 8-9, 11-12" {
		t.Errorf("%v; hint: %s", err, e.Hint)
	}
	if _, err = history.Read(t.Context(), f, "other", 1); !errors.As(err, &e) || e.Hint != "an apply records the first" {
		t.Errorf("%v; hint: %s", err, e.Hint)
	}
	f.calls = nil
	if got := read(t, f, 12); got != "data of 12" || len(f.calls) != 1 {
		t.Error(got, f.calls)
	}
}

// TestForget: whenever it is cut short, there is a latest revision for as long as
// there is one at all.
func TestForget(t *testing.T) {
	for budget := 0; ; budget++ {
		f := saved(t, 10, 3)
		f.budget = 1 // a save that was killed has made a copy already
		_ = save(t, f, 11, f.latest(), 3)
		f.budget = budget
		err := history.Forget(t.Context(), f, "shop")
		if err == nil {
			if f.names() != "" {
				t.Error("left behind:", f.names())
			}
			break
		}
		if f.latest() == nil {
			t.Errorf("killed after %d writes: %s", budget, f.names())
		}
	}
}

func TestNothingIsWrittenOfWhatCannotBeMarshalled(t *testing.T) {
	f := saved(t, 2, 3)
	tooLarge := errors.New("too large")
	err := history.Save(t.Context(), f, "shop", stack.Revision{}, func(stack.Revision) ([]byte, error) { return nil, tooLarge }, f.latest(), 3)
	if !errors.Is(err, tooLarge) || len(f.calls) > 0 {
		t.Error(err, f.calls)
	}
}

// The same through the client: what is saved is what an observation finds.
func TestOnAnEngine(t *testing.T) {
	e := enginetest.Start(t)
	client, err := engine.Open(engine.Options{Host: e.Host})
	if err != nil {
		t.Fatal(err)
	}
	latest := func() *swarm.Config {
		t.Helper()
		s, err := client.Observe(t.Context(), stack.Stack{Name: "shop"})
		if err != nil || len(s.Configs) != 0 {
			t.Fatal(s.Configs, err)
		}
		return s.Recorded
	}
	for n := 1; n <= 12; n++ {
		if err := save(t, client, n, latest(), 3); err != nil {
			t.Fatal(err)
		}
	}
	if c := latest(); c.Spec.Name != stack.LatestName("shop", 12) || string(c.Spec.Data) != "data of 12" {
		t.Errorf("%+v", c)
	}
	if got := read(t, client, 11); got != "data of 11" {
		t.Error(got)
	}
	if err := save(t, client, 12, latest(), 3); !errors.Is(err, stack.ErrConflict) {
		t.Error(err)
	}
	if err := history.Forget(t.Context(), client, "shop"); err != nil || latest() != nil {
		t.Error(err)
	}
	left, err := client.Configs(t.Context(), "stackup.")
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
