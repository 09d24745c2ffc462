package lock_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stackup-cli/stackup/lock"
	"github.com/stackup-cli/stackup/stack"
)

// ann and bob want the same lock.
func ann() stack.Lock {
	return stack.Lock{
		ID: "a", Holder: "ann@build1", Command: "apply", URL: "https://ci.example/7",
		Since: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC),
	}
}

func bob() stack.Lock { return stack.Lock{Holder: "bob@laptop", Command: "destroy"} }

func acquire(f *fake, who stack.Lock, o lock.Options) *lock.Held {
	f.Helper()
	h, err := lock.Acquire(f.Context(), f, "shop", who, o)
	if err != nil {
		f.Fatal(err)
	}
	return h
}

func release(f *fake, h *lock.Held) {
	f.Helper()
	if err := h.Release(context.WithoutCancel(f.Context())); err != nil {
		f.Error(err)
	}
}

func holder(f *fake) string {
	f.Helper()
	l, found, err := lock.Read(f.Context(), f, "shop")
	if err != nil || found != (l.Holder != "") {
		f.Fatal(l, found, err)
	}
	return l.Holder
}

func isLost(h *lock.Held) bool {
	synctest.Wait()
	select {
	case <-h.Lost():
		return true
	default:
		return false
	}
}

// kill ends a holder without its letting go, as SIGKILL does: it gets no answer
// any more.
func kill(f *fake, h *lock.Held) {
	f.set(func(string) error { return errAway })
	<-h.Lost()
	f.set(nil)
}

// bubble runs a test on a clock of its own.
func bubble(t *testing.T, test func(f *fake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(&fake{T: t}) })
}

func TestOneAtATime(t *testing.T) {
	bubble(t, func(f *fake) {
		h := acquire(f, ann(), lock.Options{})
		if holder(f) != "ann@build1" {
			f.Error("held by", holder(f))
		}
		_, err := lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{})
		var e *stack.Error
		if !errors.Is(err, lock.ErrHeld) || !errors.As(err, &e) {
			f.Fatal(err)
		}
		want := `stack "shop": locked by ann@build1, who runs stackup apply since 2026-11-25 09:30:00 UTC (https://ci.example/7)`
		if err.Error() != want || !strings.Contains(e.Hint, "--lock-timeout") || !strings.Contains(e.Hint, "stackup unlock shop") {
			f.Errorf("got  %v\nwant %s; hint: %s", err, want, e.Hint)
		}
		other, err := lock.Acquire(f.Context(), f, "shop2", bob(), lock.Options{})
		if err != nil {
			f.Fatal("another stack:", err)
		}
		release(f, other)
		if _, found, err := lock.Read(f.Context(), f, "sho"); found || err != nil {
			f.Error("a stack whose name begins like that is locked, too:", err)
		}
		release(f, h)
		if len(f.configs) != 0 {
			f.Errorf("left behind: %+v", f.configs)
		}
		release(f, acquire(f, bob(), lock.Options{}))
	})
}

// Without a wait it costs one request to get and one to give back.
func TestItIsCheap(t *testing.T) {
	bubble(t, func(f *fake) {
		release(f, acquire(f, ann(), lock.Options{}))
		if got := strings.Join(f.calls, " "); got != "create remove" {
			f.Error(got)
		}
	})
}

func TestWaitingForALiveHolder(t *testing.T) {
	bubble(t, func(f *fake) {
		h := acquire(f, ann(), lock.Options{})
		time.AfterFunc(10*time.Minute+500*time.Millisecond, func() { release(f, h) })
		begun, told := time.Now(), []time.Duration{}
		mine := acquire(f, bob(), lock.Options{Timeout: time.Hour, Notify: func(l stack.Lock, silent time.Duration) {
			told = append(told, time.Since(begun))
			if l.Holder != "ann@build1" || silent > 11*time.Second {
				f.Errorf("told of %s, silent for %v", l.Holder, silent)
			}
		}})
		if d := time.Since(begun); d < 10*time.Minute || d > 10*time.Minute+2*time.Second {
			f.Errorf("it took %v", d)
		}
		if len(told) != 21 || told[0] != 0 || told[1] < 30*time.Second || told[1] > 31*time.Second {
			f.Errorf("told at %v", told)
		}
		release(f, mine)
	})
}

func TestWaitingEnds(t *testing.T) {
	bubble(t, func(f *fake) {
		defer release(f, acquire(f, ann(), lock.Options{}))
		begun := time.Now()
		if _, err := lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{Timeout: time.Minute}); !errors.Is(err, lock.ErrHeld) {
			f.Error(err)
		}
		if d := time.Since(begun); d < time.Minute || d > 62*time.Second {
			f.Errorf("it took %v", d)
		}
		ctx, cancel := context.WithTimeout(f.Context(), 5*time.Second)
		defer cancel()
		if _, err := lock.Acquire(ctx, f, "shop", bob(), lock.Options{Timeout: time.Minute}); !errors.Is(err, context.DeadlineExceeded) {
			f.Error(err)
		}
		if holder(f) != "ann@build1" {
			f.Error("held by", holder(f))
		}
	})
}

// A dead holder's lock falls to one of those who wait, a minute after they have
// begun to look, and not to one who does not wait.
func TestTakingOverFromTheDead(t *testing.T) {
	bubble(t, func(f *fake) {
		kill(f, acquire(f, ann(), lock.Options{}))
		time.Sleep(time.Hour)
		if _, err := lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{}); !errors.Is(err, lock.ErrHeld) {
			f.Error(err)
		}
		var (
			won     []*lock.Held
			mu      sync.Mutex
			waiters sync.WaitGroup
		)
		f.meanwhile(func() {
			f.block = func(context.Context, string) { time.Sleep(10 * time.Millisecond) } // they get into each other's way
		})
		begun := time.Now()
		for range 5 {
			waiters.Go(func() {
				h, err := lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{Timeout: 90 * time.Second})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won = append(won, h)
					if d := time.Since(begun); d < time.Minute || d > 62*time.Second {
						f.Errorf("taken over after %v", d)
					}
				case !errors.Is(err, lock.ErrHeld) || !strings.Contains(err.Error(), "bob@laptop"):
					f.Error(err)
				}
			})
		}
		waiters.Wait()
		if len(won) != 1 || holder(f) != "bob@laptop" {
			t.Fatalf("%d have won, held by %s", len(won), holder(f))
		}
		if isLost(won[0]) {
			f.Error("lost at once")
		}
		release(f, won[0])
		if len(f.configs) != 0 {
			f.Errorf("left behind: %+v", f.configs)
		}
	})
}

// An apply that was interrupted still holds the lock until it has tidied up.
func TestASignalDoesNotLoseIt(t *testing.T) {
	bubble(t, func(f *fake) {
		ctx, cancel := context.WithCancel(f.Context())
		h, err := lock.Acquire(ctx, f, "shop", ann(), lock.Options{})
		if err != nil {
			f.Fatal(err)
		}
		cancel()
		_, err = lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{Timeout: 5 * time.Minute})
		if !errors.Is(err, lock.ErrHeld) || isLost(h) {
			f.Error(err, isLost(h))
		}
		release(f, h)
	})
}

// The waiter's own clock counts from its own first look: what was before it does
// not know.
func TestALivingHolderKeepsTheLock(t *testing.T) {
	bubble(t, func(f *fake) {
		h := acquire(f, ann(), lock.Options{})
		beats := 0
		f.set(func(call string) error { // nine of ten signs of life do not get through
			if call == "relabel" {
				if beats++; beats%10 != 0 {
					return errAway
				}
			}
			return nil
		})
		_, err := lock.Acquire(f.Context(), f, "shop", bob(), lock.Options{Timeout: time.Hour})
		if !errors.Is(err, lock.ErrHeld) || isLost(h) || holder(f) != "ann@build1" {
			f.Errorf("%v; lost: %t; held by %s", err, isLost(h), holder(f))
		}
		release(f, h)
	})
}

func TestLosingIt(t *testing.T) {
	for name, test := range map[string]struct {
		happens func(f *fake) // behind the holder's back
		after   time.Duration // at most
		left    string
	}{
		"somebody takes it over": {func(f *fake) { f.takeOver() }, 11 * time.Second, "bob@laptop"},
		"somebody removes it": {func(f *fake) {
			f.meanwhile(func() { f.configs = nil })
		}, 11 * time.Second, ""},
		"somebody removes it and has one of their own": {func(f *fake) {
			f.meanwhile(func() { f.configs[0].ID, f.configs[0].Spec.Labels = "other", bob().Labels("shop") })
		}, 11 * time.Second, "bob@laptop"},
		"somebody breaks it": {func(f *fake) {
			if err := lock.Break(f.Context(), f, "shop", ann()); err != nil {
				f.Error(err)
			}
		}, 11 * time.Second, ""},
		"somebody breaks it between two requests": {func(f *fake) {
			f.set(once("inspect", func() error {
				l := ann()
				l.ID = ""
				f.configs[0].Version.Index, f.configs[0].Spec.Labels = 99, l.Labels("shop")
				return nil
			}))
		}, 6 * time.Second, "ann@build1"},
		"somebody breaks it, and cannot remove it": {func(f *fake) {
			f.set(once("remove", fails(errAway)))
			if err := lock.Break(f.Context(), f, "shop", ann()); !errors.Is(err, stack.ErrUnreachable) {
				f.Error(err)
			}
		}, 6 * time.Second, "ann@build1"},
		"no manager answers": {func(f *fake) {
			f.set(func(string) error { return errAway })
		}, 50 * time.Second, "ann@build1"},
		"a manager takes all requests and answers none": {func(f *fake) {
			f.meanwhile(func() { f.block = func(ctx context.Context, _ string) { <-ctx.Done() } })
		}, 50 * time.Second, "ann@build1"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(f *fake) {
				h := acquire(f, ann(), lock.Options{})
				time.Sleep(25 * time.Second) // two signs of life later
				test.happens(f)
				begun := time.Now()
				<-h.Lost()
				if d := time.Since(begun); d > test.after {
					f.Errorf("noticed after %v", d)
				}
				f.meanwhile(func() { f.fail, f.block = nil, nil })
				release(f, h)
				if holder(f) != test.left {
					f.Errorf("the lock is %q's, want %q", holder(f), test.left)
				}
			})
		})
	}
}
