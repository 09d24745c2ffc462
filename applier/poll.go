package applier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// How the swarm is polled. One poll sees the whole stack, so its cost does not
// grow with the number of services waited for.
const (
	quick    = 100 * time.Millisecond // between polls while things move
	slow     = 2 * time.Second        // between polls when nothing has moved for a while
	patience = 30 * time.Second       // how long the engine may fail to answer
	tooLong  = 20 * time.Second       // for one poll: the engine's own limit for a request
	reminder = 30 * time.Second       // between words about an unchanged wait
	restless = 10 * time.Second       // how long a task may be stopping until its node is looked at, again and again
)

// poller knows when to poll next and what the last poll showed.
type poller struct {
	first    bool // one poll has to come before the first write
	busy     bool // a poll is under way
	count    int  // polls started
	due      time.Time
	interval time.Duration
	answers  chan answer

	failing  time.Time // since when the engine has not answered
	nodes    time.Time // when the nodes were last read
	stopping time.Time // since when there has always been a task that stops
	noted    map[string]bool

	last  stack.Status
	moved time.Time // when something waited for last changed

	told     []stack.Progress
	toldTime time.Time
}

// answer is what came of a poll.
type answer struct {
	number int // of the poll, from 1
	status stack.Status
	nodes  []swarm.Node // mostly nil
	err    error
}

func newPoller() poller {
	now := time.Now()
	return poller{
		due: now, moved: now, toldTime: now, nodes: now,
		interval: quick,
		answers:  make(chan answer, 1),
		noted:    map[string]bool{},
	}
}

// hurry makes polls quick again.
func (p *poller) hurry() {
	p.interval = quick
	p.by(time.Now().Add(quick))
}

// by makes the next poll due no later than t.
func (p *poller) by(t time.Time) {
	if t.Before(p.due) {
		p.due = t
	}
}

// polled says whether anything can be learnt from a poll.
func (r *run) polled() bool {
	return r.poll.first || !r.Detach && slices.ContainsFunc(r.changes, func(c *change) bool {
		return c.phase == waiting || c.phase == again
	})
}

// startPoll starts a poll if one is due and none is under way.
func (r *run) startPoll(ctx context.Context) {
	p := &r.poll
	if p.busy || !r.polled() || time.Now().Before(p.due) {
		return
	}
	p.busy = true
	p.count++
	s, name, answers, ask := r.swarm, r.stack, p.answers, r.nodesMatter()
	a := answer{number: p.count}
	if ask {
		p.nodes = time.Now()
	}
	go func() {
		ctx, cancel := context.WithTimeout(ctx, tooLong)
		defer cancel()
		if ask {
			a.nodes, _ = s.Nodes(ctx) // what was known before will do
		}
		a.status, a.err = s.Status(ctx, name)
		answers <- a
	}()
}

// look takes in what a poll has shown. It fails when the engine has not
// answered for too long.
func (r *run) look(a answer) error {
	p := &r.poll
	p.busy = false
	if a.err != nil {
		return r.unanswered(a.err)
	}
	r.know(a.nodes)
	p.first, p.failing, p.last = false, time.Time{}, a.status
	p.interval = min(p.interval*3/2, slow)
	moved := r.see(a)
	if moved {
		p.interval = quick
	}
	stopping := slices.ContainsFunc(a.status.Tasks, r.isStopping)
	if moved || r.writing > 0 || stopping {
		p.moved = time.Now()
	}
	switch {
	case !stopping:
		p.stopping = time.Time{}
	case p.stopping.IsZero():
		p.stopping = time.Now()
	}
	p.due = time.Now().Add(p.interval)
	r.judgeAll(a)
	r.tell()
	return nil
}

// unanswered takes in that a poll has failed.
func (r *run) unanswered(err error) error {
	p := &r.poll
	now := time.Now()
	if p.failing.IsZero() {
		p.failing = now
	}
	if now.Sub(p.failing) >= patience {
		return fmt.Errorf("the engine has not answered for %s: %w", now.Sub(p.failing).Round(time.Second), err)
	}
	r.note(err)
	p.interval = min(p.interval*3/2, slow)
	p.due = now.Add(p.interval)
	r.tell()
	return nil
}

// note tells of an engine that does not answer, each kind of failure once.
func (r *run) note(err error) {
	if text := err.Error(); !r.poll.noted[text] {
		r.poll.noted[text] = true
		r.Events(stack.Notice{Text: "the engine does not answer, trying again: " + text})
	}
}

// see updates what is known of the tasks of every service, and says whether
// anything that is waited for has moved.
func (r *run) see(a answer) (moved bool) {
	byService := map[string][]swarm.Task{}
	for _, t := range a.status.Tasks {
		byService[t.ServiceID] = append(byService[t.ServiceID], t)
	}
	for _, c := range r.changes {
		if c.Ref.Kind != stack.KindService || c.phase == ended {
			continue
		}
		w := &c.watch
		if c.phase != waiting || a.number < c.from || w.before == nil && c.Action == stack.Keep {
			w.remember(byService[c.id])
		}
		if c.phase != waiting {
			continue
		}
		mark := fingerprint(byService[c.id])
		moved = moved || mark != w.mark
		w.mark, w.tasks = mark, byService[c.id]
	}
	return moved
}

// tell sends a Waiting event if there is news, or has been none for long.
func (r *run) tell() {
	var now []stack.Progress
	for _, c := range r.changes {
		if c.phase == waiting || c.phase == again {
			now = append(now, r.progress(c))
		}
	}
	p := &r.poll
	if len(now) == 0 || slices.Equal(now, p.told) && time.Since(p.toldTime) < reminder {
		return
	}
	p.told, p.toldTime = now, time.Now()
	r.Events(stack.Waiting{Elapsed: time.Since(r.begun), Services: now})
}
