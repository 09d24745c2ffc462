package applier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fake is a swarm that does what a script says, at the times it says. It keeps
// its objects by name; the ID of "web" is "id-web".
type fake struct {
	begun  time.Time
	steps  map[string][]step // what happens to services and their tasks
	faults []fault
	logs   map[string][]string // by task
	nodes  []nodeStep

	mu        sync.Mutex
	services  map[string]*swarm.Service
	changedAt map[string]time.Time // last write
	specs     map[string]swarm.ServiceSpec
	objects   map[string]bool
	writes    int // under way
	most      int // writes ever under way together
	polls     int
	looks     int // at the nodes
	read      int // logs
	tries     map[string]int
	order     []string // writes take time by their place here, so that they end in order
	starts    func(verb, name string)
}

// step is one thing that happens to a service.
type step struct {
	after time.Duration
	since bool // counted from the last write of the service, not from the start
	task  string
	set   swarm.Task
	old   bool // the task is not of the present spec
	gone  bool
	apply func(*swarm.Service)
}

// fault is one thing that goes wrong.
type fault struct {
	verb, name string
	err        error
	from, till time.Duration // when; till 0 is for ever
	first      int           // only the first so many times
	takes      time.Duration
	hangs      bool
	meanwhile  func(*swarm.Service)
	loses      bool // the write is carried out, and only the answer is lost
}

// nodeStep is a node going down, or coming up again.
type nodeStep struct {
	after time.Duration
	node  string
	state swarm.NodeState
}

func newFake() *fake {
	return &fake{
		begun: time.Now(), steps: map[string][]step{}, services: map[string]*swarm.Service{},
		changedAt: map[string]time.Time{}, specs: map[string]swarm.ServiceSpec{},
		tries: map[string]int{}, objects: map[string]bool{}, logs: map[string][]string{},
	}
}

// begin counts a write and lets the faults of it happen.
func (f *fake) begin(ctx context.Context, verb, name string) error {
	f.mu.Lock()
	f.writes++
	f.most = max(f.most, f.writes)
	f.tries[verb+name]++
	times := f.tries[verb+name]
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.writes--
		f.mu.Unlock()
	}()
	if f.starts != nil {
		f.starts(verb, name)
	}
	// Powers of two, because no two sums of them are equal.
	time.Sleep(time.Microsecond << max(0, slices.Index(f.order, name)))
	return f.fault(ctx, verb, name, times)
}

func (f *fake) fault(ctx context.Context, verb, name string, times int) error {
	for _, x := range f.faults {
		now := time.Since(f.begun)
		if x.loses || x.verb != verb || x.name != name || now < x.from || x.till > 0 && now >= x.till || x.first > 0 && times > x.first {
			continue
		}
		if x.hangs {
			<-ctx.Done()
			return ctx.Err()
		}
		select {
		case <-time.After(x.takes):
		case <-ctx.Done():
			return ctx.Err()
		}
		if x.meanwhile != nil {
			f.mu.Lock()
			x.meanwhile(f.services[name])
			f.mu.Unlock()
		}
		if x.err != nil {
			return x.err
		}
	}
	return nil
}

// answer is the error that a write is answered with although it was carried out.
func (f *fake) answer(verb, name string) error {
	for _, x := range f.faults {
		if x.loses && x.verb == verb && x.name == name && f.tries[verb+name] <= x.first {
			return fmt.Errorf("EOF: %w", stack.ErrUnreachable)
		}
	}
	return nil
}

func (f *fake) Create(ctx context.Context, o stack.Object) (string, []string, error) {
	ref := o.Ref()
	if err := f.begin(ctx, "create", ref.Name); err != nil {
		return "", nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.objects[ref.Name] {
		return "", nil, stack.ErrConflict
	}
	f.objects[ref.Name] = true
	f.changedAt[ref.Name] = time.Now()
	if s, ok := o.(stack.Service); ok {
		f.specs[ref.Name] = s.Spec
		f.services[ref.Name] = &swarm.Service{ID: "id-" + ref.Name, Spec: s.Spec, Meta: swarm.Meta{Version: swarm.Version{Index: 10}}}
	}
	return "id-" + ref.Name, nil, f.answer("create", ref.Name)
}

func (f *fake) Find(ctx context.Context, o stack.Object) (string, bool, error) {
	name := o.Ref().Name
	if err := f.fault(ctx, "find", name, 0); err != nil {
		return "", false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return "id-" + name, f.objects[name], nil
}

func (f *fake) Update(ctx context.Context, have stack.Live, spec swarm.ServiceSpec) ([]string, error) {
	name := strings.TrimPrefix(have.ID, "id-")
	if err := f.begin(ctx, "update", name); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.services[name]
	if s == nil {
		return nil, stack.ErrNotFound
	}
	if s.Version != have.Version {
		return nil, fmt.Errorf("rpc error: %w", stack.ErrOutOfSequence)
	}
	was := s.Spec
	s.PreviousSpec, s.Spec, f.specs[name] = &was, spec, spec
	s.Version.Index += 10
	s.UpdateStatus = nil
	f.changedAt[name] = time.Now()
	return []string{"image could not be pinned"}, f.answer("update", name)
}

func (f *fake) Remove(ctx context.Context, _ stack.Kind, id string) error {
	name := strings.TrimPrefix(id, "id-")
	err := f.begin(ctx, "remove", name)
	if err != nil && !errors.Is(err, stack.ErrNotFound) {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.objects[name] {
		return stack.ErrNotFound
	}
	delete(f.services, name)
	delete(f.objects, name)
	f.changedAt[name] = time.Now()
	return cmp.Or(err, f.answer("remove", name))
}

func (f *fake) Service(_ context.Context, id string) (swarm.Service, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.services[strings.TrimPrefix(id, "id-")]
	if s == nil {
		return swarm.Service{}, stack.ErrNotFound
	}
	return *s, nil
}

func (f *fake) Nodes(context.Context) ([]swarm.Node, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	all := nodes()
	for _, x := range f.nodes {
		if time.Since(f.begun) < x.after {
			continue
		}
		for i := range all {
			if all[i].ID == x.node {
				all[i].Status.State = x.state
			}
		}
	}
	return all, nil
}

func (f *fake) Logs(ctx context.Context, task string, _ int) ([]string, error) {
	f.mu.Lock()
	f.read++
	f.mu.Unlock()
	return f.logs[task], f.fault(ctx, "logs", task, 0)
}

func (f *fake) Status(ctx context.Context, _ string) (stack.Status, error) {
	f.mu.Lock()
	f.polls++
	f.mu.Unlock()
	if err := f.fault(ctx, "status", "", 0); err != nil {
		return stack.Status{}, err
	}
	status := f.present()
	return status, f.fault(ctx, "answer", "", 0)
}

// present is how everything is now.
func (f *fake) present() stack.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	status := stack.Status{Current: map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(f.services)) {
		if s := f.happened(name); s != nil {
			status.Services = append(status.Services, *s)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.steps)) {
		f.tasks(name, &status)
	}
	return status
}

// happened is the service as it is now, nil when somebody removed it.
func (f *fake) happened(name string) *swarm.Service {
	s := *f.services[name]
	for _, x := range f.steps[name] {
		if x.apply == nil || !f.due(name, x) {
			continue
		}
		s.Version.Index++
		x.apply(&s)
	}
	if s.ID == "" {
		return nil
	}
	return &s
}

// tasks adds the tasks of a service as they are now.
func (f *fake) tasks(name string, status *stack.Status) {
	found := map[string]swarm.Task{}
	for _, x := range f.steps[name] {
		if x.task == "" || !f.due(name, x) {
			continue
		}
		t := x.set
		t.ID, t.ServiceID, t.Spec = name+"."+x.task, "id-"+name, f.specs[name].TaskTemplate
		t.CreatedAt = f.begun.Add(x.after)
		if first, ok := found[x.task]; ok {
			t.CreatedAt = first.CreatedAt
		} else if x.since {
			t.CreatedAt = f.changedAt[name].Add(x.after)
		}
		found[x.task] = t
		delete(status.Current, t.ID)
		if !x.old {
			status.Current[t.ID] = true
		}
		if x.gone {
			delete(found, x.task)
		}
	}
	for _, task := range slices.Sorted(maps.Keys(found)) {
		status.Tasks = append(status.Tasks, found[task])
	}
}

// due says whether a step has happened. A service that is removed and has no
// steps of its own for that has no tasks either.
func (f *fake) due(name string, x step) bool {
	written := f.changedAt[name]
	_, exists := f.services[name]
	if !exists && !slices.ContainsFunc(f.steps[name], func(s step) bool { return s.since }) {
		return false
	}
	if x.since {
		return !written.IsZero() && time.Since(written) >= x.after
	}
	return time.Since(f.begun) >= x.after
}

// sentinels are the errors a script can name.
func sentinels() map[string]error {
	return map[string]error{
		"unreachable": stack.ErrUnreachable, "missing": stack.ErrNotFound, "conflict": stack.ErrConflict,
		"in-use": stack.ErrInUse, "invalid": stack.ErrInvalid, "unavailable": fmt.Errorf("503: the swarm has no leader: %w", stack.ErrUnavailable),
	}
}
