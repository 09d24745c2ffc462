package render

import (
	"io"
	"sync"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// A live view is drawn this often, if there is anything new to see.
const refresh = 200 * time.Millisecond

// Live shows an apply on a terminal: below, one row for each object that is
// under way, redrawn in place several times a second; above, as in [Progress],
// a line for each change that has come to its end, which stays.
//
// The first result takes the events, the second ends the view: it takes the
// rows away and leaves the lines. It has to be called before anything else is
// written to the terminal; events that come later are lines all the same. Both
// are safe for concurrent use.
//
// Size is asked before each drawing, so the window may change; 0 stands for not
// known. No mode of the terminal is changed: whenever the program is killed,
// the cursor stands below the rows. Where the window becomes narrower the
// terminal is taken to wrap what stands there, as most do.
func Live(w io.Writer, s Style, size func() (width, height int)) (events func(stack.Event), stop func()) {
	l := &live{screen: screen{w: w}, style: s, size: size, begun: clock()}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticks := time.NewTicker(refresh)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				l.tick()
			case <-quit:
				return
			}
		}
	}()
	return l.event, sync.OnceFunc(func() {
		close(quit)
		<-gone
		l.end()
	})
}

// clock is for live views alone: what goes by between two events has to be
// shown.
func clock() time.Time { return time.Now() } //nolint:forbidigo // a view that is alive has to tell the time

// live is what is known of an apply under way.
type live struct {
	mu     sync.Mutex
	screen screen
	style  Style
	size   func() (width, height int)
	begun  time.Time
	ended  bool // the view is

	rows         []liveRow // in the order in which they began
	done, failed int
	seen         bool // something has begun
}

// liveRow is one object that is under way.
type liveRow struct {
	ref    stack.Ref
	action stack.Action
	since  time.Time
	// progress is the latest, once the object is waited for.
	progress stack.Progress
	awaited  bool
}

func (l *live) event(e stack.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case stack.ChangeStarted:
		l.row(e.Ref).action = e.Action
	case stack.Waiting:
		l.waiting(e.Services)
	case stack.ChangeEnded:
		l.remove(e.Outcome.Ref)
		l.count(e.Outcome.State)
	case stack.RollingBack:
		l.rows, l.done, l.failed = nil, 0, 0
	}
	columns, height := l.window()
	above := lasting(e, Style{Color: l.style.Color, Width: columns})
	switch {
	case l.ended:
		l.screen.draw(above, nil, columns)
	case above != "": // the rest can wait for the next tick
		l.screen.draw(above, l.frame(columns, height), columns)
	}
}

// lasting is the lines about an event that stay.
func lasting(e stack.Event, s Style) string {
	pg := newPage(s)
	switch e := e.(type) {
	case stack.ChangeEnded:
		ended(pg, e)
	case stack.RollingBack:
		rollingBack(pg, e)
	case stack.Notice:
		notice(pg, e)
	}
	return pg.buf.String()
}

// row is the one of this object, a new one if there is none.
func (l *live) row(ref stack.Ref) *liveRow {
	l.seen = true
	for i := range l.rows {
		if l.rows[i].ref == ref {
			return &l.rows[i]
		}
	}
	l.rows = append(l.rows, liveRow{ref: ref, action: stack.Keep, since: clock()})
	return &l.rows[len(l.rows)-1]
}

func (l *live) remove(ref stack.Ref) {
	for i := range l.rows {
		if l.rows[i].ref == ref {
			l.rows = append(l.rows[:i], l.rows[i+1:]...)
			return
		}
	}
}

func (l *live) count(s stack.State) {
	switch s {
	case stack.Done:
		l.done++
	case stack.Failed:
		l.failed++
	case stack.Unfinished, stack.Blocked, stack.NotStarted:
	}
}

// waiting takes in how far everything is. What was waited for and no longer is
// has come to its end without a word.
func (l *live) waiting(services []stack.Progress) {
	still := map[stack.Ref]bool{}
	for _, p := range services {
		still[p.Ref] = true
		r := l.row(p.Ref)
		r.progress, r.awaited = p, true
	}
	rows := l.rows[:0]
	for _, r := range l.rows {
		if still[r.ref] || !r.awaited {
			rows = append(rows, r)
		}
	}
	l.rows = rows
}

func (l *live) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	columns, height := l.window()
	l.screen.draw("", l.frame(columns, height), columns)
}

func (l *live) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	columns, _ := l.window()
	l.screen.draw("", nil, columns)
}

// window is the size of the terminal, or what is usual.
func (l *live) window() (columns, height int) {
	columns, height = l.size()
	if columns <= 0 {
		columns = l.style.columns()
	}
	if height <= 0 {
		height = usualHeight
	}
	return columns, height
}

// Of a terminal that does not say how high it is.
const usualHeight = 24

// state is what a row is doing, in one word.
func (r liveRow) state() string {
	if r.awaited {
		return stateOf(r.progress)
	}
	return wordsFor(r.action).doing
}
