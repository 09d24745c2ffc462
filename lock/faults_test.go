package lock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/lock"
	"github.com/stackup-cli/stackup/stack"
)

// fails is what becomes of a call that fails.
func fails(err error) func() error { return func() error { return err } }

// once is a fault of the first call of a kind.
func once(call string, happens func() error) func(string) error {
	done := false
	return func(c string) error {
		if c != call || done {
			return nil
		}
		done = true
		return happens()
	}
}

// Who does not get the answer finds out that the lock is theirs.
func TestLostAnswers(t *testing.T) {
	for name, test := range map[string]func(*fake){
		"to the creation": func(f *fake) {
			f.set(once("create", fails(lost{errAway})))
			release(f, acquire(f, ann(), lock.Options{}))
			if len(f.configs) != 0 {
				f.Errorf("left behind: %+v", f.configs)
			}
		},
		"to the creation, and the swarm is away for a while": func(f *fake) {
			created := false
			f.set(func(call string) error {
				if call == "create" && !created {
					created = true
					return lost{errAway}
				}
				return errAway
			})
			time.AfterFunc(10*time.Second, func() { f.set(nil) })
			release(f, acquire(f, ann(), lock.Options{Timeout: 20 * time.Second}))
		},
		"to the takeover": func(f *fake) {
			kill(f, acquire(f, ann(), lock.Options{}))
			f.set(once("relabel", fails(lost{errAway})))
			h := acquire(f, bob(), lock.Options{Timeout: 2 * time.Minute})
			if holder(f) != "bob@laptop" || isLost(h) {
				f.Error("held by", holder(f))
			}
			release(f, h)
		},
		"to a sign of life": func(f *fake) {
			h := acquire(f, ann(), lock.Options{})
			f.set(func(call string) error {
				if call == "relabel" && len(f.calls)%5 == 0 {
					return lost{errAway}
				}
				return nil
			})
			time.Sleep(time.Hour)
			if isLost(h) {
				f.Error("lost")
			}
			release(f, h)
		},
		"to the release": func(f *fake) {
			h := acquire(f, ann(), lock.Options{})
			f.set(once("remove", fails(lost{errAway})))
			if err := h.Release(f.Context()); !errors.Is(err, stack.ErrUnreachable) || len(f.configs) != 0 {
				f.Error(err, f.configs)
			}
		},
	} {
		t.Run(name, func(t *testing.T) { bubble(t, test) })
	}
}

// Who gives up leaves no lock behind.
func TestGivingUpLeavesNothing(t *testing.T) {
	bubble(t, func(f *fake) {
		ctx, cancel := context.WithCancel(f.Context())
		f.set(func(call string) error {
			switch call {
			case "create":
				cancel() // a signal comes while the request is under way
				return lost{context.Canceled}
			}
			return nil
		})
		if _, err := lock.Acquire(ctx, f, "shop", ann(), lock.Options{Timeout: time.Minute}); !errors.Is(err, context.Canceled) {
			f.Error(err)
		}
		if len(f.configs) != 0 {
			f.Errorf("left behind: %+v", f.configs)
		}
	})
}

func TestTheSwarmSaysNo(t *testing.T) {
	bubble(t, func(f *fake) {
		began := time.Now()
		f.set(func(string) error { return stack.ErrNotManager })
		if _, err := lock.Acquire(f.Context(), f, "shop", ann(), lock.Options{Timeout: time.Hour}); !errors.Is(err, stack.ErrNotManager) || time.Since(began) > time.Second {
			f.Error(err, time.Since(began))
		}
		f.set(func(string) error { return errAway })
		begun := time.Now()
		if _, err := lock.Acquire(f.Context(), f, "shop", ann(), lock.Options{}); !errors.Is(err, stack.ErrUnreachable) || time.Since(begun) > time.Second {
			f.Error(err, time.Since(begun))
		}
		f.meanwhile(func() { f.block = func(ctx context.Context, _ string) { <-ctx.Done() } })
		if _, err := lock.Acquire(f.Context(), f, "shop", ann(), lock.Options{}); !errors.Is(err, stack.ErrUnreachable) {
			f.Error(err)
		}
	})
}

// The lock is let go while somebody who does not wait asks for it.
func TestJustInTime(t *testing.T) {
	bubble(t, func(f *fake) {
		h := acquire(f, ann(), lock.Options{})
		f.set(once("list", func() error {
			f.configs = nil
			return nil
		}))
		release(f, acquire(f, bob(), lock.Options{}))
		release(f, h)
	})
}

// A holder that comes back after a long sleep takes nobody's lock away.
func TestReleaseAfterLong(t *testing.T) {
	bubble(t, func(f *fake) {
		h := acquire(f, ann(), lock.Options{})
		f.set(func(string) error { return errAway })
		time.Sleep(45 * time.Second)
		f.set(nil)
		f.takeOver()
		_ = h.Release(f.Context())
		if holder(f) != "bob@laptop" {
			f.Errorf("the lock is %q's", holder(f))
		}
	})
}

func TestBreak(t *testing.T) {
	bubble(t, func(f *fake) {
		if err := lock.Break(f.Context(), f, "shop", ann()); !errors.Is(err, stack.ErrNotFound) {
			f.Error("no lock:", err)
		}
		h := acquire(f, ann(), lock.Options{})
		other := ann()
		other.ID = "older"
		if err := lock.Break(f.Context(), f, "shop", other); !errors.Is(err, lock.ErrHeld) || holder(f) != "ann@build1" {
			f.Error("another lock:", err)
		}
		mine := f.configs[0]
		f.set(once("relabel", func() error { // another one takes over
			f.configs[0].Version.Index, f.configs[0].Spec.Labels = 99, bob().Labels("shop")
			return nil
		}))
		if err := lock.Break(f.Context(), f, "shop", ann()); !errors.Is(err, lock.ErrHeld) || holder(f) != "bob@laptop" {
			f.Error("taken over meanwhile:", err)
		}
		f.meanwhile(func() { f.configs[0] = mine })
		f.set(once("relabel", func() error { // a sign of life comes between
			f.configs[0].Version.Index++
			return nil
		}))
		if err := lock.Break(f.Context(), f, "shop", ann()); err != nil || holder(f) != "" {
			f.Error(err, holder(f))
		}
		<-h.Lost()
		release(f, h)
	})
}

// What somebody made by hand holds like a lock whose holder is dead.
func TestAConfigThatIsNoLock(t *testing.T) {
	bubble(t, func(f *fake) {
		c := stack.Config{}
		c.Spec.Name = stack.LockName("shop")
		_, _, _ = f.Create(f.Context(), c)
		_, err := lock.Acquire(f.Context(), f, "shop", ann(), lock.Options{})
		if !errors.Is(err, lock.ErrHeld) || err.Error() != `stack "shop": locked by somebody who left no name` {
			f.Error(err)
		}
		release(f, acquire(f, ann(), lock.Options{Timeout: 2 * time.Minute}))
	})
}

// The same through the client, with the words of an engine.
func TestOnAnEngine(t *testing.T) {
	e := enginetest.Start(t)
	client, err := engine.Open(engine.Options{Host: e.Host})
	if err != nil {
		t.Fatal(err)
	}
	e.FailWrite(1, enginetest.Lose)
	h, err := lock.Acquire(t.Context(), client, "shop", ann(), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = lock.Acquire(t.Context(), client, "shop", bob(), lock.Options{})
	if !errors.Is(err, lock.ErrHeld) {
		t.Error(err)
	}
	l, found, err := lock.Read(t.Context(), client, "shop")
	if err != nil || !found || l != ann() {
		t.Errorf("%+v, %t, %v", l, found, err)
	}
	if err := h.Release(t.Context()); err != nil {
		t.Error(err)
	}
	h, err = lock.Acquire(t.Context(), client, "shop", bob(), lock.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, _, err = lock.Read(t.Context(), client, "shop")
	if err != nil || l.Holder != "bob@laptop" || l.ID == "" {
		t.Errorf("%+v, %v", l, err)
	}
	if err := lock.Break(t.Context(), client, "shop", l); err != nil {
		t.Error(err)
	}
	if err := h.Release(t.Context()); err != nil {
		t.Error(err)
	}
	if _, found, err := lock.Read(t.Context(), client, "shop"); found || err != nil {
		t.Error(found, err)
	}
}
