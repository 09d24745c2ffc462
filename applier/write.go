package applier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// attempts is how often an update is tried when nothing but the version of the
// service keeps moving, as it does while the engine allocates and updates.
const attempts = 5

// result is the answer to a write.
type result struct {
	change   *change
	id       string // of what was created
	version  uint64 // of the service, that the accepted update was based on
	warnings []string
	err      error
}

// write sends a change to the swarm, for the first time or again.
func (r *run) write(ctx context.Context, c *change) {
	send, err := r.operation(c)
	if err != nil {
		r.end(c, stack.Outcome{State: stack.Failed, Err: err.Error()})
		return
	}
	if c.phase == idle {
		c.begun = time.Now()
		r.Events(stack.ChangeStarted{Ref: c.Ref, Action: c.Action})
	}
	c.phase = writing
	r.writing++
	go func() {
		w := send(ctx)
		w.change = c
		r.written <- w
	}()
}

// operation is the write of a change, complete in itself: it shares no state
// with the loop.
func (r *run) operation(c *change) (func(context.Context) result, error) {
	s, kind, id := r.swarm, c.Ref.Kind, c.id
	service, isService := c.Want.(stack.Service)
	if isService {
		spec, err := resolve(service.Spec, r.ids)
		if err != nil {
			return nil, err
		}
		service.Spec = spec
	}
	switch {
	case c.Action == stack.Delete && c.Have != nil:
		return func(ctx context.Context) result { return remove(ctx, s, kind, id) }, nil
	case c.Action == stack.Create && isService:
		return func(ctx context.Context) result { return create(ctx, s, service) }, nil
	case c.Action == stack.Create:
		want := c.Want
		return func(ctx context.Context) result { return create(ctx, s, want) }, nil
	case isService && c.Have != nil && c.Have.Service != nil:
		have := *c.Have
		return func(ctx context.Context) result { return update(ctx, s, have, service.Spec) }, nil
	}
	return nil, fmt.Errorf("cannot %s a %s", c.Action, kind)
}

func create(ctx context.Context, s Swarm, o stack.Object) result {
	id, warnings, err := s.Create(ctx, o)
	return result{id: id, warnings: warnings, err: err}
}

// remove treats what is gone already as removed.
func remove(ctx context.Context, s Swarm, kind stack.Kind, id string) result {
	err := s.Remove(ctx, kind, id)
	if errors.Is(err, stack.ErrNotFound) {
		err = nil
	}
	return result{err: err}
}

// update writes a service's spec over the one that the plan saw. If just the
// version has moved since, it writes over the newer version; if the spec has
// changed, it leaves the service alone.
func update(ctx context.Context, s Swarm, have stack.Live, spec swarm.ServiceSpec) result {
	version := have.Version
	for range attempts {
		warnings, err := s.Update(ctx, have.ID, version, spec)
		if !errors.Is(err, stack.ErrOutOfSequence) {
			return result{version: version.Index, warnings: warnings, err: err}
		}
		live, err := s.Service(ctx, have.ID)
		if err != nil {
			return result{err: err}
		}
		if !sameSpec(live.Spec, have.Service.Spec) {
			return result{err: errors.New(changedMeanwhile)}
		}
		version = live.Version
	}
	return result{err: fmt.Errorf("its version has moved each of %d times: %w", attempts, stack.ErrOutOfSequence)}
}

// What to say when somebody else writes to the same object.
const (
	createdMeanwhile = "someone created one of that name meanwhile: plan again"
	changedMeanwhile = "someone changed it meanwhile: plan again"
	removedMeanwhile = "someone removed it meanwhile: plan again"
)

// sameSpec compares specs as the engine sends them, where an absent list and an
// empty one are the same.
func sameSpec(a, b swarm.ServiceSpec) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
