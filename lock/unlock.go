package lock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// ErrHeld says that somebody else has the lock. What wraps it is a
// [stack.Error] that says who.
var ErrHeld = errors.New("lock held")

// Read is who holds the lock of a stack, if anybody does, in one request.
func Read(ctx context.Context, s Swarm, stackName string) (holder stack.Lock, found bool, err error) {
	c, err := find(ctx, s, stackName)
	if c == nil || err != nil {
		return stack.Lock{}, false, err
	}
	return lockIn(c), true, nil
}

// Break takes the lock from a holder that [Read] has named, who loses it if it
// lives. It is [stack.ErrNotFound] when there is no lock any more, and [ErrHeld]
// when it is somebody else's by now; then nothing is removed.
func Break(ctx context.Context, s Swarm, stackName string, holder stack.Lock) error {
	for {
		c, err := find(ctx, s, stackName)
		switch {
		case err != nil:
			return err
		case c == nil:
			return &stack.Error{Msg: fmt.Sprintf("lock of stack %q", stackName), Err: stack.ErrNotFound}
		case lockIn(c).ID != holder.ID:
			return refusal(stackName, lockIn(c))
		}
		// A removal knows no version. So the lock is made nobody's first: only
		// this removes it then, and the holder gets to know.
		nobodys := lockIn(c)
		nobodys.ID = ""
		_, err = s.Relabel(ctx, *c, nobodys.Labels(stackName))
		switch {
		case errors.Is(err, stack.ErrOutOfSequence): // a sign of life
			continue
		case err != nil:
			return err
		}
		return s.Remove(ctx, stack.KindConfig, c.ID)
	}
}

func (w *waiter) refusal() error {
	if w.other == nil {
		return refusal(w.stack, stack.Lock{})
	}
	return refusal(w.stack, lockIn(w.other))
}

// refusal is an [ErrHeld] in words.
func refusal(stackName string, by stack.Lock) error {
	text := "locked by somebody who left no name"
	if by.Holder != "" {
		text = "locked by " + by.Holder
	}
	if by.Command != "" {
		text += ", who runs stackup " + by.Command
	}
	if !by.Since.IsZero() {
		text += " since " + by.Since.UTC().Format(time.DateTime) + " UTC"
	}
	if by.URL != "" {
		text += " (" + by.URL + ")"
	}
	return &stack.Error{
		Msg:  fmt.Sprintf("stack %q", stackName),
		Hint: "wait for it with --lock-timeout 10m; if it is dead, stackup unlock " + stackName,
		Err:  held(text),
	}
}

// held says who holds a lock, and is an [ErrHeld].
type held string

func (h held) Error() string        { return string(h) }
func (h held) Is(target error) bool { return target == ErrHeld }
