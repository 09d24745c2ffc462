package lock

import (
	"context"
	"errors"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Held is a lock that was acquired.
type Held struct {
	swarm Swarm
	stack string
	lost  chan struct{}
	stop  context.CancelFunc
	done  chan struct{} // closed when nobody else touches what follows

	lock   stack.Lock
	config swarm.Config // without a version until the first sign of life
	proven time.Time    // it was ours for certain, and somebody saw it change
}

// Lost is closed when the lock has gone, has been taken over, or must be taken
// for lost because no manager could be told in time that the holder lives.
func (h *Held) Lost() <-chan struct{} { return h.lost }

// Release ends the holding: it removes the lock if it is still ours, usually in
// one request. If it cannot, the lock dies by itself. It is called once.
func (h *Held) Release(ctx context.Context) error {
	h.stop()
	<-h.done
	select {
	case <-h.lost:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// A removal knows no version. Nobody takes over a lock that has just given a
	// sign of life, so what is removed after one is ours.
	if now().Sub(h.proven) > deadAfter-2*patience {
		if gone, err := h.beat(ctx); gone || err != nil {
			return err
		}
	}
	err := h.swarm.Remove(ctx, stack.KindConfig, h.config.ID)
	if errors.Is(err, stack.ErrNotFound) {
		return nil
	}
	return err
}

// start gives signs of life from now on. A context that ends does not end them:
// an apply that was interrupted still has things to tidy up.
func (h *Held) start(ctx context.Context) {
	ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	go h.keep(ctx)
}

func (h *Held) keep(ctx context.Context) {
	defer close(h.done)
	pause := interval
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		end := h.proven.Add(lostAfter)
		attempt, cancel := context.WithDeadline(ctx, earlier(now().Add(patience), end))
		gone, err := h.beat(attempt)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case gone, err != nil && !now().Before(end):
			close(h.lost)
			return
		case err != nil:
			pause = min(look, end.Sub(now()))
		default:
			pause = interval
		}
	}
}

// beat gives a sign of life. Gone says that the lock is not ours any more; after
// an error it is not known.
func (h *Held) beat(ctx context.Context) (gone bool, err error) {
	if h.config.Version.Index == 0 {
		if gone, err := h.reread(ctx); gone || err != nil {
			return gone, err
		}
	}
	for {
		sent, next := now(), h.lock
		next.Beat++
		c, err := h.swarm.Relabel(ctx, h.config, next.Labels(h.stack))
		switch {
		case err == nil:
			h.config, h.lock, h.proven = c, next, sent
			return lockIn(&c).ID != h.lock.ID, nil
		case !errors.Is(err, stack.ErrOutOfSequence) && !errors.Is(err, stack.ErrNotFound):
			return false, err
		}
		// Perhaps the answer to the last sign of life was lost.
		if gone, err := h.reread(ctx); gone || err != nil {
			return gone, err
		}
	}
}

// reread learns how the lock is now.
func (h *Held) reread(ctx context.Context) (gone bool, err error) {
	found, err := find(ctx, h.swarm, h.stack)
	if err != nil {
		return false, err
	}
	if found == nil || lockIn(found).ID != h.lock.ID {
		return true, nil
	}
	h.config, h.lock.Beat = *found, lockIn(found).Beat
	return false, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
