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

func acquire(t *testing.T, f *fake, who stack.Lock, o lock.Options) *lock.Held {
	t.Helper()
	h, err := lock.Acquire(t.Context(), f, "shop", who, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func release(t *testing.T, h *lock.Held) {
	t.Helper()
	if err := h.Release(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func holder(t *testing.T, f *fake) string {
	t.Helper()
	l, found, err := lock.Read(t.Context(), f, "shop")
	if err != nil || found != (l.Holder != "") {
		t.Fatal(l, found, err)
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

func bubble(t *testing.T, test func(t *testing.T, f *fake)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, &fake{}) })
}

func TestOneAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		h := acquire(t, f, ann(), lock.Options{})
		if holder(t, f) != "ann@build1" {
			t.Error("held by", holder(t, f))
		}
		_, err := lock.Acquire(t.Context(), f, "shop", bob(), lock.Options{})
		var e *stack.Error
		if !errors.Is(err, lock.ErrHeld) || !errors.As(err, &e) {
			t.Fatal(err)
		}
		want := `stack "shop": locked by ann@build1, who runs stackup apply since 2026-11-25 09:30:00 UTC (https://ci.example/7)`
		if err.Error() != want || !strings.Contains(e.Hint, "--lock-timeout") || !strings.Contains(e.Hint, "stackup unlock shop") {
			t.Errorf("got  %v\nwant %s; hint: %s", err, want, e.Hint)
		}
		other, err := lock.Acquire(t.Context(), f, "shop2", bob(), lock.Options{})
		if err != nil {
			t.Fatal("another stack:", err)
		}
		release(t, other)
		release(t, h)
		if len(f.configs) != 0 {
			t.Errorf("left behind: %+v", f.configs)
		}
		release(t, acquire(t, f, bob(), lock.Options{}))
	})
}

// Without a wait it costs one request to get and one to give back.
func TestItIsCheap(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		release(t, acquire(t, f, ann(), lock.Options{}))
		if got := strings.Join(f.calls, " "); got != "create remove" {
			t.Error(got)
		}
	})
}

func TestWaitingForALiveHolder(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		h := acquire(t, f, ann(), lock.Options{})
		time.AfterFunc(10*time.Minute+500*time.Millisecond, func() { release(t, h) })
		begun, told := time.Now(), []time.Duration{}
		mine := acquire(t, f, bob(), lock.Options{Timeout: time.Hour, Notify: func(l stack.Lock, silent time.Duration) {
			told = append(told, time.Since(begun))
			if l.Holder != "ann@build1" || silent > 11*time.Second {
				t.Errorf("told of %s, silent for %v", l.Holder, silent)
			}
		}})
		if d := time.Since(begun); d < 10*time.Minute || d > 10*time.Minute+2*time.Second {
			t.Errorf("it took %v", d)
		}
		if len(told) != 21 || told[0] != 0 || told[1] < 30*time.Second || told[1] > 31*time.Second {
			t.Errorf("told at %v", told)
		}
		release(t, mine)
	})
}

func TestWaitingEnds(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		defer release(t, acquire(t, f, ann(), lock.Options{}))
		begun := time.Now()
		if _, err := lock.Acquire(t.Context(), f, "shop", bob(), lock.Options{Timeout: time.Minute}); !errors.Is(err, lock.ErrHeld) {
			t.Error(err)
		}
		if d := time.Since(begun); d < time.Minute || d > 62*time.Second {
			t.Errorf("it took %v", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := lock.Acquire(ctx, f, "shop", bob(), lock.Options{Timeout: time.Minute}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if holder(t, f) != "ann@build1" {
			t.Error("held by", holder(t, f))
		}
	})
}

// A dead holder's lock falls to one of those who wait, a minute after they have
// begun to look, and not to one who does not wait.
func TestTakingOverFromTheDead(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		kill(f, acquire(t, f, ann(), lock.Options{}))
		time.Sleep(time.Hour)
		if _, err := lock.Acquire(t.Context(), f, "shop", bob(), lock.Options{}); !errors.Is(err, lock.ErrHeld) {
			t.Error(err)
		}
		var (
			won     []*lock.Held
			mu      sync.Mutex
			waiters sync.WaitGroup
		)
		begun := time.Now()
		for range 5 {
			waiters.Go(func() {
				h, err := lock.Acquire(t.Context(), f, "shop", bob(), lock.Options{Timeout: 90 * time.Second})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won = append(won, h)
					if d := time.Since(begun); d < time.Minute || d > 62*time.Second {
						t.Errorf("taken over after %v", d)
					}
				case !errors.Is(err, lock.ErrHeld) || !strings.Contains(err.Error(), "bob@laptop"):
					t.Error(err)
				}
			})
		}
		waiters.Wait()
		if len(won) != 1 || holder(t, f) != "bob@laptop" {
			t.Fatalf("%d have won, held by %s", len(won), holder(t, f))
		}
		if isLost(won[0]) {
			t.Error("lost at once")
		}
		release(t, won[0])
		if len(f.configs) != 0 {
			t.Errorf("left behind: %+v", f.configs)
		}
	})
}

// The waiter's own clock counts from its own first look: what was before it does
// not know.
func TestALivingHolderKeepsTheLock(t *testing.T) {
	bubble(t, func(t *testing.T, f *fake) {
		h := acquire(t, f, ann(), lock.Options{})
		beats := 0
		f.set(func(call string) error { // three of four signs of life do not get through
			if call == "relabel" {
				if beats++; beats%4 != 0 {
					return errAway
				}
			}
			return nil
		})
		_, err := lock.Acquire(t.Context(), f, "shop", bob(), lock.Options{Timeout: time.Hour})
		if !errors.Is(err, lock.ErrHeld) || isLost(h) || holder(t, f) != "ann@build1" {
			t.Errorf("%v; lost: %t; held by %s", err, isLost(h), holder(t, f))
		}
		release(t, h)
	})
}

func TestLosingIt(t *testing.T) {
	for name, test := range map[string]struct {
		happens func(t *testing.T, f *fake) // behind the holder's back
		after   time.Duration               // at most
		left    string
	}{
		"somebody takes it over": {func(_ *testing.T, f *fake) { f.takeOver() }, 11 * time.Second, "bob@laptop"},
		"somebody removes it": {func(_ *testing.T, f *fake) {
			f.meanwhile(func() { f.configs = nil })
		}, 11 * time.Second, ""},
		"somebody removes it and has one of their own": {func(_ *testing.T, f *fake) {
			f.meanwhile(func() { f.configs[0].ID, f.configs[0].Spec.Labels = "other", bob().Labels("shop") })
		}, 11 * time.Second, "bob@laptop"},
		"somebody breaks it": {func(t *testing.T, f *fake) {
			if err := lock.Break(t.Context(), f, "shop", ann()); err != nil {
				t.Error(err)
			}
		}, 11 * time.Second, ""},
		"no manager answers": {func(_ *testing.T, f *fake) {
			f.set(func(string) error { return errAway })
		}, 50 * time.Second, "ann@build1"},
		"a manager takes all requests and answers none": {func(_ *testing.T, f *fake) {
			f.meanwhile(func() { f.block = func(ctx context.Context, _ string) { <-ctx.Done() } })
		}, 50 * time.Second, "ann@build1"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, f *fake) {
				h := acquire(t, f, ann(), lock.Options{})
				time.Sleep(25 * time.Second) // two signs of life later
				test.happens(t, f)
				begun := time.Now()
				<-h.Lost()
				if d := time.Since(begun); d > test.after {
					t.Errorf("noticed after %v", d)
				}
				f.meanwhile(func() { f.fail, f.block = nil, nil })
				release(t, h)
				if holder(t, f) != test.left {
					t.Errorf("the lock is %q's, want %q", holder(t, f), test.left)
				}
			})
		})
	}
}
