package lock

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// The times of the protocol. Between losing a lock and its being taken over
// there is time for the writes that are under way.
const (
	interval  = 10 * time.Second // between two signs of life
	lostAfter = 50 * time.Second // without one, for the holder
	deadAfter = 60 * time.Second // without one, for who waits
	look      = time.Second      // between two looks at the lock
	remind    = 30 * time.Second // between two calls of Notify
	patience  = 10 * time.Second // with one look
)

// Options say what to do about a lock that somebody else holds.
type Options struct {
	// Timeout is how long to wait for it; 0 is not at all. It takes a minute to
	// take over from a holder that has died.
	Timeout time.Duration
	// Notify is called when the waiting begins and every 30 s from then on, with
	// the holder and for how long it has been seen to give no sign of life. It
	// may be nil.
	Notify func(holder stack.Lock, silent time.Duration)
}

// Acquire gets the lock of a stack for somebody, who needs no ID, and keeps it
// until [Held.Release], also when the context has ended. It is [ErrHeld] if
// somebody else has it and goes on having it; else the error is the swarm's or
// the context's.
func Acquire(ctx context.Context, s Swarm, stackName string, who stack.Lock, o Options) (*Held, error) {
	who.ID = cmp.Or(who.ID, rand.Text())
	w := &waiter{swarm: s, stack: stackName, who: who}
	held, err := w.wait(ctx, o)
	if err != nil {
		w.withdraw(ctx)
		return nil, err
	}
	held.start(ctx)
	return held, nil
}

// waiter is one who wants the lock.
type waiter struct {
	swarm Swarm
	stack string
	who   stack.Lock
	// other is the lock of somebody else as it was last seen, and since when it
	// has been seen so.
	other *swarm.Config
	since time.Time
	// unsure says that a write of ours got no answer.
	unsure bool
}

func (w *waiter) wait(ctx context.Context, o Options) (*Held, error) {
	begun := now()
	var told time.Time
	for {
		held, err := w.look(ctx)
		switch {
		case held != nil:
			return held, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && !passes(err):
			return nil, err
		case now().Sub(begun) >= o.Timeout:
			return nil, cmp.Or(err, w.refusal())
		}
		if o.Notify != nil && w.other != nil && (told.IsZero() || now().Sub(told) >= remind) {
			told = now()
			o.Notify(lockIn(w.other), told.Sub(w.since))
		}
		select {
		case <-ctx.Done():
		case <-time.After(look):
		}
	}
}

// look takes the lock if it can be had now.
func (w *waiter) look(ctx context.Context) (*Held, error) {
	attempt, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var held *Held
	var err error
	// A lock may be let go between two requests; more than once is unlikely.
	for range 3 {
		if held, err = w.create(attempt); held != nil || err != nil {
			break
		}
		if held, err = w.takeOver(attempt); held != nil || err != nil || w.other != nil {
			break
		}
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = fmt.Errorf("lock of stack %q: no answer in %v: %w", w.stack, patience, stack.ErrUnreachable)
	}
	return held, err
}

// create makes the lock, unless it is known that there is one.
func (w *waiter) create(ctx context.Context) (*Held, error) {
	if w.other != nil {
		return nil, nil
	}
	sent := now()
	id, _, err := w.swarm.Create(ctx, config(w.stack, w.who))
	switch {
	case err == nil:
		c := swarm.Config{ID: id}
		return w.hold(c, sent), nil
	case errors.Is(err, stack.ErrConflict):
		return nil, nil
	}
	w.unsure = true
	if found, _ := find(ctx, w.swarm, w.stack); found != nil && lockIn(found).ID == w.who.ID {
		return w.hold(*found, sent), nil
	}
	return nil, err
}

// takeOver looks at the lock, and makes it ours if it has been still for long.
func (w *waiter) takeOver(ctx context.Context) (*Held, error) {
	sent := now()
	found, err := find(ctx, w.swarm, w.stack)
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		w.other = nil
		return nil, nil
	case lockIn(found).ID == w.who.ID:
		return w.hold(*found, sent), nil
	case w.other == nil || w.other.Version != found.Version:
		w.other, w.since = found, now()
		return nil, nil
	case sent.Sub(w.since) < deadAfter:
		return nil, nil
	}
	mine, err := w.swarm.Relabel(ctx, *found, w.who.Labels(w.stack))
	switch {
	case errors.Is(err, stack.ErrOutOfSequence), errors.Is(err, stack.ErrNotFound):
		return nil, nil // somebody was faster
	case err != nil:
		w.unsure = true
		return nil, err
	}
	return w.hold(mine, sent), nil
}

func (w *waiter) hold(c swarm.Config, proven time.Time) *Held {
	return &Held{
		swarm: w.swarm, stack: w.stack, lock: w.who, config: c, proven: proven,
		lost: make(chan struct{}), done: make(chan struct{}),
	}
}

// withdraw leaves no lock behind that was made without our knowing.
func (w *waiter) withdraw(ctx context.Context) {
	if !w.unsure {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), look)
	defer cancel()
	if found, _ := find(ctx, w.swarm, w.stack); found != nil && lockIn(found).ID == w.who.ID {
		_ = w.swarm.Remove(ctx, stack.KindConfig, found.ID)
	}
}

// passes says whether an error is of the kind that waiting may help against.
func passes(err error) bool {
	return errors.Is(err, stack.ErrUnreachable) || errors.Is(err, stack.ErrUnavailable)
}

// now is the clock of this machine, of which only differences count.
func now() time.Time { return time.Now() } //nolint:forbidigo // a lock is about the time that passes
