package lock_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fake is a swarm's configs in memory, in a test. Every call first asks fail, and is done
// if fail says nothing or says lost.
type fake struct {
	*testing.T
	mu      sync.Mutex
	index   uint64
	configs []swarm.Config
	calls   []string
	fail    func(call string) error
	block   func(ctx context.Context, call string)
}

// lost wraps the error of a call that was done, but whose answer was lost.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

var errAway = fmt.Errorf("no answer: %w", stack.ErrUnreachable)

func (f *fake) call(ctx context.Context, call string, do func() error) error {
	f.mu.Lock()
	fail, block := f.fail, f.block
	f.mu.Unlock()
	if block != nil {
		block(ctx, call)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
	if fail != nil {
		if err := fail(call); err != nil {
			if errors.As(err, new(lost)) {
				_ = do()
			}
			return err
		}
	}
	return do()
}

// set replaces the fault.
func (f *fake) set(fail func(string) error) { f.meanwhile(func() { f.fail = fail }) }

// meanwhile does something between two calls.
func (f *fake) meanwhile(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// takeOver is what another waiter does.
func (f *fake) takeOver() {
	f.meanwhile(func() { f.configs[0].Version.Index, f.configs[0].Spec.Labels = 99, bob().Labels("shop") })
}

func (f *fake) Configs(ctx context.Context, prefixes ...string) (out []swarm.Config, err error) {
	err = f.call(ctx, "list", func() error {
		for _, c := range f.configs {
			for _, p := range prefixes {
				if strings.HasPrefix(c.Spec.Name, p) {
					c.Spec.Labels = maps.Clone(c.Spec.Labels)
					out = append(out, c)
					break
				}
			}
		}
		return nil
	})
	return out, err
}

func (f *fake) Create(ctx context.Context, o stack.Object) (id string, _ []string, err error) {
	err = f.call(ctx, "create", func() error {
		for _, c := range f.configs {
			if c.Spec.Name == o.Ref().Name {
				return stack.ErrConflict
			}
		}
		f.index++
		id = fmt.Sprintf("id%d", f.index)
		c := swarm.Config{ID: id, Spec: o.(stack.Config).Spec}
		c.Version.Index = f.index
		f.configs = append(f.configs, c)
		return nil
	})
	return id, nil, err
}

func (f *fake) Relabel(ctx context.Context, c swarm.Config, labels map[string]string) (out swarm.Config, err error) {
	err = f.call(ctx, "relabel", func() error {
		for i, have := range f.configs {
			if have.ID != c.ID {
				continue
			}
			if have.Version != c.Version {
				return stack.ErrOutOfSequence
			}
			before, after := stack.LockOf(have.Spec.Labels), stack.LockOf(labels)
			if before.ID == after.ID && before.Beat >= after.Beat {
				f.Errorf("beat %d comes after beat %d", after.Beat, before.Beat)
			}
			f.index++
			f.configs[i].Version.Index, f.configs[i].Spec.Labels = f.index, maps.Clone(labels)
			return nil
		}
		return stack.ErrNotFound
	})
	if err != nil {
		return out, err
	}
	err = f.call(ctx, "inspect", func() error {
		for _, have := range f.configs {
			if have.ID == c.ID {
				out = have
				return nil
			}
		}
		return stack.ErrNotFound
	})
	return out, err
}

func (f *fake) Remove(ctx context.Context, _ stack.Kind, id string) error {
	return f.call(ctx, "remove", func() error {
		for i, c := range f.configs {
			if c.ID == id {
				f.configs = append(f.configs[:i:i], f.configs[i+1:]...)
				return nil
			}
		}
		return stack.ErrNotFound
	})
}
