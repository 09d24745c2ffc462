package applier

import (
	"context"
	"maps"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// grace is how long writes under way may go on after the run has been stopped,
// and how long the report waits for logs. What calls this has work of its own to
// do within the 5 seconds that a signal leaves.
const grace = 3 * time.Second

// run is one apply. All of it belongs to the goroutine of its loop.
type run struct {
	Options
	swarm   Swarm
	stack   string
	nodes   map[string]swarm.Node
	changes []*change
	ids     map[stack.Ref]string // of what specs refer to by name

	begun       time.Time
	interrupted bool
	timedOut    bool
	failed      bool // something has

	written chan result // answers of writes; never blocks the writer
	writing int         // writes under way
	poll    poller
	logs    logs
}

func newRun(s Swarm, p stack.Plan, nodes []swarm.Node, o Options) (*run, error) {
	o = o.complete()
	changes, err := bind(p, o)
	if err != nil {
		return nil, err
	}
	r := &run{
		Options: o,
		swarm:   s,
		stack:   p.Stack,
		nodes:   make(map[string]swarm.Node, len(nodes)),
		changes: changes,
		ids:     map[stack.Ref]string{},
		begun:   time.Now(),
		written: make(chan result, len(changes)),
		poll:    newPoller(),
		logs:    newLogs(o.Secrets),
	}
	maps.Copy(r.ids, p.IDs)
	r.know(nodes)
	r.sortOut()
	return r, nil
}

// complete fills in the defaults.
func (o Options) complete() Options {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Progress <= 0 {
		o.Progress = 5 * time.Minute
	}
	if o.Parallel <= 0 {
		o.Parallel = 10
	}
	if o.Events == nil {
		o.Events = func(stack.Event) {}
	}
	return o
}

// sortOut ends the changes that ask for nothing: what is kept, unless it is a
// service, which may still have to come up.
func (r *run) sortOut() {
	for _, c := range r.changes {
		service := c.Ref.Kind == stack.KindService
		switch {
		case c.Action == stack.Keep && service && !r.Detach:
			c.phase, c.from = waiting, 1
			r.poll.first = true
		case c.Action == stack.Keep:
			c.phase, c.outcome.State = ended, stack.Done
		case service && c.Action != stack.Create && !r.Detach:
			r.poll.first = true
		}
	}
}

// loop runs until every change has ended, or something ends the run.
func (r *run) loop(ctx context.Context) error {
	writes, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	polls, cancel := context.WithCancel(ctx)
	defer cancel()
	deadline := time.NewTimer(r.Timeout)
	defer deadline.Stop()

	for !r.over() {
		r.interrupted = ctx.Err() != nil
		r.timedOut = !r.interrupted && time.Since(r.begun) >= r.Timeout
		if r.interrupted || r.timedOut {
			r.drain()
			return nil
		}
		r.start(writes)
		if r.over() {
			break
		}
		r.startPoll(polls)
		select {
		case w := <-r.written:
			r.wrote(w)
		case a := <-r.poll.answers:
			if err := r.look(a); err != nil {
				r.drain()
				return err
			}
		case <-r.alarm():
		case <-deadline.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// over says that nothing is left to do or to wait for.
func (r *run) over() bool {
	for _, c := range r.changes {
		switch {
		case c.phase == ended:
		case c.phase != idle || r.mayStart(c):
			return false
		}
	}
	return true
}

// mayStart says whether an idle change can still have its turn. After a failure
// that is to stop everything, only the second half of a replacement can, and
// nothing that it waits for will start any more.
func (r *run) mayStart(c *change) bool {
	if r.OnFailure != Stop || !r.failed {
		return true
	}
	if c.removal == nil || c.removal.phase == idle {
		return false
	}
	open, _ := c.ready(r.Options)
	return open
}

// start starts the writes whose turn it is, in plan order, and ends what can
// no longer have its turn.
func (r *run) start(ctx context.Context) {
	if r.poll.first {
		return // what was there before is not known yet
	}
	for _, c := range r.changes {
		if c.phase == again && r.writing < r.Parallel && !time.Now().Before(c.retry) {
			r.write(ctx, c)
		}
		if c.phase != idle {
			continue
		}
		open, culprit := c.ready(r.Options)
		if culprit != (stack.Ref{}) {
			r.end(c, stack.Outcome{State: stack.Blocked, Culprit: culprit})
		}
		if open && r.writing < r.Parallel && r.mayStart(c) {
			r.write(ctx, c)
		}
	}
}

// alarm rings when a write that is to be tried again or a poll is next due. It
// never rings when there is nothing to wake up for.
func (r *run) alarm() <-chan time.Time {
	var next time.Time
	for _, c := range r.changes {
		if c.phase == again && r.writing < r.Parallel && (next.IsZero() || c.retry.Before(next)) {
			next = c.retry
		}
	}
	if due := r.poll.due; r.polled() && !r.poll.busy && (next.IsZero() || due.Before(next)) {
		next = due
	}
	if next.IsZero() {
		return nil
	}
	return time.After(time.Until(next))
}

// drain lets the writes under way finish, while the logs of what is given up are
// read.
func (r *run) drain() {
	for _, c := range r.changes {
		if c.phase == waiting {
			r.logs.fetch(r.failure(c, r.suspect(c)))
		}
	}
	over := time.After(grace)
	for r.writing > 0 {
		select {
		case w := <-r.written:
			r.wrote(w)
		case <-over:
			return
		}
	}
}
