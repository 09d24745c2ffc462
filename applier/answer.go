package applier

import (
	"errors"
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
	switch {
	case w.err == nil:
		r.accepted(c, w)
	case r.mayPass(c, w.err):
		c.phase, c.err = refused, w.err
		c.retry = time.Now().Add(min(200*time.Millisecond<<min(c.tries, 5), 5*time.Second))
		c.tries++
	default:
		r.end(c, stack.Outcome{State: stack.Failed, Err: r.said(c, w.err)})
	}
}

// mayPass says that a refusal is likely to pass by itself. Tasks of a service
// that has just been removed use its networks for a while yet; and the name of
// a network that has been removed is taken until they have stopped, although it
// is listed no more (seen on engine 20.10.24).
func (r *run) mayPass(c *change, err error) bool {
	short := time.Since(c.begun) < patience
	switch {
	case c.Action == stack.Delete && errors.Is(err, stack.ErrInUse):
		return short || !r.Detach
	case c.Action == stack.Create && c.Ref.Kind == stack.KindNetwork && errors.Is(err, stack.ErrConflict):
		return short
	}
	return false
}

// said is an error of a write without the object it starts with, which may be
// called by its name or its ID: an outcome has the object beside it.
func (r *run) said(c *change, err error) string {
	switch {
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
