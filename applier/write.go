package applier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
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
		r.end(c, stack.Outcome{State: stack.Failed, Cause: causeOf(err), Err: err.Error()})
		return
	}
	if c.phase == idle {
		c.begun = time.Now()
		r.Events(stack.ChangeStarted{Ref: c.Ref, Action: c.Action})
	}
	c.phase = writing
	r.writing++
	go func() {
		ctx, cancel := context.WithTimeout(ctx, tooLong)
		defer cancel()
		w := send(ctx)
		w.change = c
		if errors.Is(w.err, context.DeadlineExceeded) {
			w.err = fmt.Errorf("no answer to a write within %s: %w", tooLong, stack.ErrUnreachable)
		}
		r.written <- w
	}()
}

// operation is the write of a change, complete in itself: it shares no state
// with the loop.
func (r *run) operation(c *change) (func(context.Context) result, error) {
	s, kind, id, maybe := r.swarm, c.Ref.Kind, c.id, c.maybe
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
		return func(ctx context.Context) result { return create(ctx, s, service, maybe) }, nil
	case c.Action == stack.Create:
		want := c.Want
		return func(ctx context.Context) result { return create(ctx, s, want, maybe) }, nil
	case isService && c.Have != nil && c.Have.Service != nil:
		u := overwrite{have: *c.Have, want: service.Spec, maybe: maybe}
		return func(ctx context.Context) result { return u.send(ctx, s) }, nil
	}
	return nil, fmt.Errorf("cannot %s a %s", c.Action, kind)
}

// create takes an object for its own if an earlier try may have made it and it
// is as wanted.
func create(ctx context.Context, s Swarm, o stack.Object, maybe bool) result {
	id, warnings, err := s.Create(ctx, o)
	if !maybe || !errors.Is(err, stack.ErrConflict) {
		return result{id: id, warnings: warnings, err: err}
	}
	id, ok, lookup := s.Find(ctx, o)
	switch {
	case lookup != nil:
		err = lookup
	case ok:
		err = nil
	}
	return result{id: id, err: err}
}

// remove treats what is gone already as removed.
func remove(ctx context.Context, s Swarm, kind stack.Kind, id string) result {
	err := s.Remove(ctx, kind, id)
	if errors.Is(err, stack.ErrNotFound) {
		err = nil
	}
	return result{err: err}
}

// overwrite is the update of a service.
type overwrite struct {
	have  stack.Live
	want  swarm.ServiceSpec
	maybe bool // an earlier try may have been carried out
}

// send writes a service's spec over the one that the plan saw. If just the
// version has moved since, it writes over the newer version; if the spec has
// changed, it leaves the service alone.
func (u overwrite) send(ctx context.Context, s Swarm) result {
	have := u.have
	for range attempts {
		warnings, err := s.Update(ctx, have, u.want)
		if !errors.Is(err, stack.ErrOutOfSequence) {
			return result{version: have.Version.Index, warnings: warnings, err: err}
		}
		live, err := s.Service(ctx, u.have.ID)
		switch {
		case err != nil:
			return result{err: err}
		case u.maybe && u.isDone(live):
			return result{version: live.Version.Index - 1} // a poll must have seen at least this
		case !sameSpec(live.Spec, u.have.Service.Spec):
			return result{err: meanwhile(changedMeanwhile)}
		}
		have.Version = live.Version
	}
	return result{err: fmt.Errorf("its version has moved each of %d times: %w", attempts, stack.ErrOutOfSequence)}
}

// isDone says that the service is as wanted, and not because it was so before:
// writing the same spec again starts a new iteration of a job (swarmkit
// manager/controlapi/service.go, UpdateService).
func (u overwrite) isDone(live swarm.Service) bool {
	if sameSpec(live.Spec, u.have.Service.Spec) {
		before := u.have.Service.JobStatus
		return live.JobStatus != nil && (before == nil || live.JobStatus.JobIteration != before.JobIteration)
	}
	return live.Spec.TaskTemplate.ForceUpdate == u.want.TaskTemplate.ForceUpdate && // Normal leaves it out
		maps.Equal(live.Spec.Labels, u.want.Labels) && // and our own among the labels
		reflect.DeepEqual(stack.Normal(live.Spec), stack.Normal(u.want))
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
