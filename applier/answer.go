package applier

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// wrote takes in the answer to a write.
func (r *run) wrote(w result) {
	r.writing--
	c := w.change
	for _, text := range w.warnings {
		r.Events(stack.Notice{Text: c.Ref.String() + ": " + text})
	}
	now := time.Now()
	switch {
	case w.err == nil:
		r.accepted(c, w)
		return
	case !isLost(w.err):
		c.lost = time.Time{}
	case c.lost.IsZero():
		c.lost, c.maybe, c.tries = now, true, 0
		r.note(w.err)
	}
	if c.err = w.err; !r.mayPass(c, now) {
		r.end(c, stack.Outcome{State: stack.Failed, Cause: causeOf(w.err), Err: r.said(c, w.err)})
		return
	}
	c.phase = again
	c.retry = now.Add(min(200*time.Millisecond<<min(c.tries, 5), 5*time.Second))
	c.tries++
}

// mayPass says that what made a write vain is likely to pass by itself. A manager
// may be lost, or the swarm elects a leader. Tasks of a service that has just been
// removed use its networks for a while yet; and the name of a network that has
// been removed is taken until they have stopped, although it is listed no more
// (seen on engine 20.10.24).
func (r *run) mayPass(c *change, now time.Time) bool {
	short := now.Sub(c.begun) < patience
	switch {
	case isLost(c.err):
		return now.Sub(c.lost) < patience
	case c.Action == stack.Delete && errors.Is(c.err, stack.ErrInUse):
		return short || !r.Detach && r.leaving(c)
	case c.Action == stack.Create && c.Ref.Kind == stack.KindNetwork && errors.Is(c.err, stack.ErrConflict):
		return short
	}
	return false
}

// leaving says that something that uses the object is about to go: a task that
// stops, or one of a service that the plan removes or changes.
func (r *run) leaving(c *change) bool {
	for _, t := range r.poll.last.Tasks {
		if uses(t.Spec, c.id) && r.isStopping(t) {
			return true
		}
	}
	return slices.ContainsFunc(r.changes, func(other *change) bool {
		busy := other.phase != ended && (other.Action == stack.Delete || other.Action.Updates())
		return busy && other.Have != nil && other.Have.Service != nil && uses(other.Have.Service.Spec.TaskTemplate, c.id)
	})
}

// said is an error of a write without the object it starts with, which may be
// called by its name or its ID: an outcome has the object beside it.
func (r *run) said(c *change, err error) string {
	switch {
	case isLost(err) && c.phase != again:
		return fmt.Sprintf("the engine has not answered for %s: %s", time.Since(c.lost).Round(time.Second), c.own(err))
	case isLost(err):
		return "the engine does not answer: " + c.own(err)
	case c.Action == stack.Create && errors.Is(err, stack.ErrConflict):
		return createdMeanwhile
	case c.Action == stack.Delete && errors.Is(err, stack.ErrInUse):
		return r.inUse(c, err)
	case errors.Is(err, stack.ErrNotFound):
		return removedMeanwhile
	}
	return c.own(err)
}

// own is an error in its own words.
func (c *change) own(err error) string {
	text := strings.TrimPrefix(err.Error(), c.Ref.String()+": ")
	return strings.TrimPrefix(text, stack.Ref{Kind: c.Ref.Kind, Name: c.id}.String()+": ")
}

// accepted goes on with a change that the swarm has accepted.
func (r *run) accepted(c *change, w result) {
	c.written = true
	if c.Action == stack.Create {
		c.id = w.id
		r.ids[c.Ref] = w.id
	}
	if w.version != 0 {
		c.version = w.version
	}
	if c.Ref.Kind == stack.KindService {
		r.Events(stack.ChangeWritten{Ref: c.Ref, Action: c.Action})
	}
	nothing := c.Action == stack.Create && wantsNone(specOf(c.Change).Mode)
	if c.Ref.Kind != stack.KindService || r.Detach || nothing {
		c.started, c.running, c.completed = nothing, nothing, nothing
		r.end(c, stack.Outcome{State: stack.Done})
		return
	}
	c.phase, c.from = waiting, r.poll.count+1
	r.poll.hurry()
}
