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
)

// poller knows when to poll next and what the last poll showed.
type poller struct {
	first    bool // one poll has to come before the first write
	busy     bool // a poll is under way
	count    int  // polls started
	due      time.Time
	interval time.Duration
	answers  chan answer

	failing time.Time // since when the engine has not answered
	noted   map[string]bool

	last  stack.Status
	moved time.Time // when something waited for last changed

	told     []stack.Progress
	toldTime time.Time
}

// answer is what came of a poll.
type answer struct {
	number int // of the poll, from 1
	status stack.Status
	err    error
}

func newPoller() poller {
	now := time.Now()
	return poller{
		due: now, moved: now, toldTime: now,
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
		return c.phase == waiting || c.phase == refused
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
	number, s, name, answers := p.count, r.swarm, r.stack, p.answers
	go func() {
		ctx, cancel := context.WithTimeout(ctx, tooLong)
		defer cancel()
		status, err := s.Status(ctx, name)
		answers <- answer{number, status, err}
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
	p.first, p.failing, p.last = false, time.Time{}, a.status
	p.interval = min(p.interval*3/2, slow)
	moved := r.see(a)
	if moved {
		p.interval = quick
	}
	if moved || r.writing > 0 || slices.ContainsFunc(a.status.Tasks, r.isStopping) {
		p.moved = time.Now()
	}
	p.due = time.Now().Add(p.interval)
	r.judgeAll(a)
	r.tell()
	return nil
}

// unanswered notes that a poll has failed, each kind of failure once.
func (r *run) unanswered(err error) error {
	p := &r.poll
	now := time.Now()
	if p.failing.IsZero() {
		p.failing = now
	}
	if now.Sub(p.failing) >= patience {
		return fmt.Errorf("the engine has not answered for %s: %w", now.Sub(p.failing).Round(time.Second), err)
	}
	if text := err.Error(); !p.noted[text] {
		p.noted[text] = true
		r.Events(stack.Notice{Text: "the engine does not answer, trying again: " + text})
	}
	p.interval = min(p.interval*3/2, slow)
	p.due = now.Add(p.interval)
	r.tell()
	return nil
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
		if c.phase == waiting || c.phase == refused {
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
