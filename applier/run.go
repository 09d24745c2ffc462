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
