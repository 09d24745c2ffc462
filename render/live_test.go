package render_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// TestLive shows what a terminal shows at some moments of an apply.
func TestLive(t *testing.T) {
	for _, tc := range []struct {
		name            string
		columns, height int
		events          []stack.Event
	}{
		{"usual", 80, 24, usual()},
		{"narrow", 40, 24, usual()},
		{"tiny", 14, 5, usual()},
		{"hundred", 80, 24, hundred()},
		{"hundred-narrow", 40, 10, hundred()},
		{"rollback", 80, 24, events()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				term := newTerminal(tc.columns, tc.height)
				event, stop := render.Live(term, render.Style{}, term.size)
				var shots strings.Builder
				look := func(when string) {
					synctest.Wait()
					fmt.Fprintf(&shots, "-- %s --\n%s\n", when, term.screen())
				}
				begun := time.Now()
				for _, e := range tc.events {
					if w, ok := e.(stack.Waiting); ok {
						time.Sleep(w.Elapsed - time.Since(begun))
						event(e)
						time.Sleep(300 * time.Millisecond)
						look(time.Since(begun).String())
						continue
					}
					event(e)
				}
				look("the end")
				stop()
				look("afterwards")
				goldenFile(t, "live-"+tc.name+".txt", shots.String())
			})
		})
	}
}

// usual is an apply of a few services, one of which is in trouble.
func usual() []stack.Event {
	front := stack.Ref{Kind: stack.KindNetwork, Name: "shop_front"}
	db, api, web := service("shop_db"), service("shop_api_with_a_long_name-blue"), service("shop_web")
	started := func(ref stack.Ref, a stack.Action) stack.Event { return stack.ChangeStarted{Ref: ref, Action: a} }
	ended := func(ref stack.Ref, a stack.Action, after time.Duration) stack.Event {
		return stack.ChangeEnded{Outcome: stack.Outcome{Ref: ref, Action: a, State: stack.Done}, Elapsed: after}
	}
	const missing = "No such image: registry.example.com/shop/api:1.29@sha256:0a1b2c3d0a1b2c3d0a1b2c3d"
	return []stack.Event{
		started(front, stack.Create),
		ended(front, stack.Create, 52*time.Millisecond),
		started(db, stack.Create),
		started(api, stack.Update),
		started(web, stack.Replace),
		stack.Notice{Text: "image postgres:17 could not be accessed on a registry to record its digest"},
		wait(1, progress(db, 0, 1, "preparing")),
		wait(5, progress(db, 1, 1, "running for less than 2s"), progress(api, 1, 3, "starting"), progress(web, 2, 12, "preparing")),
		ended(db, stack.Create, 7*time.Second),
		wait(75, progress(api, 1, 3, missing), progress(web, 2, 12, "漢字 in a reason \x1b[2J that wants to clear the screen of everything")),
		wait(80, progress(web, 12, 12, "monitored by the swarm"), progress(service("shop_old"), 2, 0, "stopping"), progress(front, 0, 0, `in use by service "shop_old"`)),
	}
}

// hundred is an apply of a hundred services.
func hundred() []stack.Event {
	var list []stack.Progress
	var out []stack.Event
	for i := range 100 {
		ref := service(fmt.Sprintf("shop_worker-%02d", i))
		p := progress(ref, 0, 1, "preparing")
		switch {
		case i%40 == 17:
			p.Reason = "starting container failed: port 80 is taken"
		case i > 30:
			p = progress(ref, 1, 1, "running for less than 2s")
		}
		list = append(list, p)
		out = append(out, stack.ChangeStarted{Ref: ref, Action: stack.Create})
	}
	return append(out, wait(0), wait(65, list...), wait(66, list[20:32]...))
}

// Whatever happens in whatever order: the frame is never higher or wider than
// the terminal, the lines that stay are those of the plain form, and in the end
// they are all that is left.
func TestLiveNeverOverwritesALine(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			term := newTerminal(2+rnd.IntN(90), 1+rnd.IntN(30))
			event, stop := render.Live(term, render.Style{Color: seed%2 == 0}, term.size)
			defer stop()
			var lines strings.Builder
			for range 80 {
				e := anyEvent(rnd)
				switch e.(type) {
				case stack.ChangeEnded, stack.RollingBack, stack.Notice:
					columns, _ := term.size()
					render.Progress(&lines, render.Style{Width: columns})(e)
				}
				event(e)
				time.Sleep(time.Duration(rnd.IntN(1000)) * time.Millisecond)
				synctest.Wait()
				checkFrame(t, term, lines.String())
				if rnd.IntN(10) == 0 { // higher, so that no line of a frame is pushed out of reach
					term.resize(2+rnd.IntN(90), 5000)
					time.Sleep(300 * time.Millisecond)
				}
			}
			stop()
			event(stack.Notice{Text: "after the end"})
			lines.WriteString("    note: after the end\n")
			if got := term.text(); got != lines.String() {
				t.Errorf("seed %d: there is\n%s\nnot\n%s", seed, got, lines.String())
			}
			if term.unknown != nil {
				t.Errorf("seed %d: escape sequences %q", seed, term.unknown)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// checkFrame wants of a terminal that it begins with these lines, and that what
// comes then fits.
func checkFrame(t *testing.T, term *terminal, lines string) {
	t.Helper()
	if !strings.HasPrefix(term.text(), lines) {
		t.Fatalf("a line is gone; there is\n%s\nnot\n%s", term.text(), lines)
	}
	term.mu.Lock()
	defer term.mu.Unlock()
	n := 0
	for i, count := 0, strings.Count(lines, "\n"); i < len(term.lines); i++ {
		switch {
		case count == 0 && term.lines[i].wraps:
			t.Fatalf("a row of the frame is too wide for %d columns: %q", term.columns, term.lines[i].cells)
		case count == 0 && len(term.lines[i].cells) > 0:
			n++
		case count > 0 && !term.lines[i].wraps:
			count--
		}
	}
	if n > 0 && n >= term.height {
		t.Fatalf("%d rows of %d", n, term.height)
	}
	if term.x != 0 || len(term.lines[term.y].cells) != 0 {
		t.Fatalf("the cursor is at %d, %d", term.x, term.y)
	}
}

func anyEvent(rnd *rand.Rand) stack.Event {
	words := []string{"preparing", "", "漢字漢字漢字", "no suitable node ✅ e\u0301", "\x1b[2J\x1b[1A", strings.Repeat("long and ", 30)}
	word := func() string { return words[rnd.IntN(len(words))] }
	ref := func() stack.Ref {
		return service(fmt.Sprintf("shop_%s-%d", []string{"web", "漢", strings.Repeat("x", 50)}[rnd.IntN(3)], rnd.IntN(20)))
	}
	var list []stack.Progress
	for range rnd.IntN(60) {
		list = append(list, progress(ref(), rnd.IntN(4), rnd.IntN(4), word()))
	}
	states := []stack.State{stack.Done, stack.Failed, stack.Unfinished, stack.Blocked, stack.NotStarted}
	switch rnd.IntN(6) {
	case 0:
		return stack.ChangeStarted{Ref: ref(), Action: stack.Create}
	case 1:
		return stack.ChangeWritten{Ref: ref(), Action: stack.Update}
	case 2:
		return stack.ChangeEnded{
			Outcome: stack.Outcome{Ref: ref(), Action: stack.Replace, State: states[rnd.IntN(len(states))], Err: word(), Culprit: ref()},
			Elapsed: time.Duration(rnd.IntN(100)) * time.Second,
		}
	case 3:
		if rnd.IntN(5) == 0 {
			return stack.RollingBack{Failed: []stack.Ref{ref()}}
		}
		return stack.Notice{Text: word()}
	}
	return stack.Waiting{Services: list}
}

// Nothing is written when nothing has changed to the eye.
func TestLiveIsQuietBetweenTheSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w writes
		event, stop := render.Live(&w, render.Style{}, func() (int, int) { return 0, 0 })
		event(wait(0, progress(service("shop_db"), 0, 1, "preparing")))
		time.Sleep(10*time.Second + 100*time.Millisecond)
		stop()
		if w > 12 {
			t.Errorf("%d writes in 10 seconds", w)
		}
	})
}

type writes int

func (w *writes) Write(p []byte) (int, error) { *w++; return len(p), nil }
