package render

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// A service that is waited for is named again after this long without a line.
// The applier tells of an unchanged wait at the same distance, so this is a
// little less.
const reminder = 30*time.Second - 500*time.Millisecond

// A step of the wait that concerns more services than this names the first
// ones only.
const manyServices = 8

// Progress returns a function that writes an apply's events as plain lines:
// what begins, what is waited for and why, how it ended and after how long. It
// is not safe for concurrent use. What cannot be written is lost: an apply does
// not stop because nobody watches.
func Progress(w io.Writer, s Style) func(stack.Event) {
	p := &progress{w: w, style: s, told: map[stack.Ref]told{}}
	return p.event
}

type progress struct {
	w     io.Writer
	style Style
	told  map[stack.Ref]told
}

// told is what people know of a service, and since when, counted from the
// beginning of the apply.
type told struct {
	progress stack.Progress
	at       time.Duration
}

func (p *progress) event(e stack.Event) {
	pg := newPage(p.style)
	switch e := e.(type) {
	case stack.ChangeStarted:
		started(pg, e)
	case stack.Waiting:
		p.waiting(pg, e)
	case stack.ChangeEnded:
		ended(pg, e)
	case stack.RollingBack:
		clear(p.told)
		rollingBack(pg, e)
	case stack.Notice:
		notice(pg, e)
	}
	_ = pg.flush(p.w)
}

// Quiet returns a function that writes of an apply's events only what goes
// wrong, as [Progress] does.
func Quiet(w io.Writer, s Style) func(stack.Event) {
	return func(e stack.Event) {
		pg := newPage(s)
		switch e := e.(type) {
		case stack.ChangeEnded:
			if e.Outcome.State == stack.Failed || e.Outcome.State == stack.Unfinished {
				ended(pg, e)
			}
		case stack.RollingBack:
			rollingBack(pg, e)
		}
		_ = pg.flush(w)
	}
}

// started is a line for services only: anything else is done at once.
func started(pg *page, e stack.ChangeStarted) {
	if e.Ref.Kind == stack.KindService {
		pg.mark(e.Action, e.Ref.String()+" "+wordsFor(e.Action).doing)
	}
}

// waiting names the services that got further, and those of which nothing has
// been said for long.
func (p *progress) waiting(pg *page, e stack.Waiting) {
	var news, still []stack.Progress
	for _, s := range e.Services {
		before, known := p.told[s.Ref]
		switch {
		case isNews(before.progress, s, known):
			news = append(news, s)
		case known && e.Elapsed-before.at >= reminder:
			still = append(still, s)
		case known:
			p.told[s.Ref] = told{s, before.at}
			continue
		}
		p.told[s.Ref] = told{s, e.Elapsed}
	}
	after := " after " + duration(e.Elapsed)
	pg.some(news, func(s stack.Progress) (lead, text string) { return "    ", soFar(s) + after })
	pg.some(still, func(s stack.Progress) (lead, text string) { return "    still waiting" + after + ": ", soFar(s) })
}

// some writes a line for each service, those in trouble first, and for those
// beyond a number one of what they are doing.
func (p *page) some(services []stack.Progress, words func(stack.Progress) (lead, text string)) {
	slices.SortStableFunc(services, func(a, b stack.Progress) int { return rank(a) - rank(b) })
	most := min(len(services), manyServices)
	for _, s := range services[:most] {
		lead, text := words(s)
		p.para(6, span{plain, lead}, span{plain, because(text, s.Reason)})
	}
	var more []string
	for _, s := range services[most:] {
		more = append(more, stateOf(s))
	}
	if len(more) > 0 {
		p.para(6, indented(4), span{plain, "and " + plural(len(more), "more service") + ": " + frequencies(more)})
	}
}

// isNews says whether people care about the difference to what they know.
func isNews(before, s stack.Progress, known bool) bool {
	switch {
	case isUp(s):
		return false // it is about to end, which is a line of its own
	case known && s.Running != before.Running:
		return true
	}
	return s.Reason != before.Reason && !fleeting(s.Reason)
}

// fleeting is true of the states that a task passes through at once (swarmkit
// design/task_model.md), and of what goes without saying.
func fleeting(reason string) bool {
	switch reason {
	case "", "new", "allocated", "assigned", "accepted", "stopping":
		return true
	}
	return false
}

// soFar says how far a service is. One that is going away wants no tasks.
func soFar(s stack.Progress) string {
	switch {
	case s.Tasks > 0:
		return fmt.Sprintf("%s %d of %d tasks running", s.Ref, s.Running, s.Tasks)
	case s.Running > 0:
		return s.Ref.String() + " " + plural(s.Running, "task") + " left"
	}
	return s.Ref.String() + " not done"
}

// because adds the reason to a statement, if there is one.
func because(text, reason string) string {
	if reason == "" {
		return text
	}
	return text + ": " + reason
}

func notice(pg *page, e stack.Notice) {
	pg.hang(span{dim, "    note: "}, span{plain, e.Text})
}

// rollingBack says that what follows takes back what was done.
func rollingBack(pg *page, e stack.RollingBack) {
	var list groups
	for _, ref := range e.Failed {
		list.add("", ref)
	}
	var names []string
	for _, g := range list {
		names = append(names, g.some(manyServices))
	}
	why := ""
	if len(names) > 0 {
		why = enumerate(names) + " failed"
	}
	pg.trouble("rolling back", why)
}

func ended(pg *page, e stack.ChangeEnded) {
	o := e.Outcome
	switch o.State {
	case stack.Done:
		if o.Action == stack.Keep {
			return // it was waited for, but nothing was done to it
		}
		pg.mark(o.Action, o.Ref.String()+" "+wordsFor(o.Action).done+" in "+duration(e.Elapsed))
	case stack.Failed:
		pg.trouble(o.Ref.String()+" failed after "+duration(e.Elapsed), o.Err)
	case stack.Unfinished:
		pg.trouble(o.Ref.String()+" not finished after "+duration(e.Elapsed), o.Err)
	case stack.Blocked:
		pg.trouble(o.Ref.String()+" blocked by "+o.Culprit.String(), o.Err)
	case stack.NotStarted: // the report names them all
	}
}

// mark writes a line that begins with the symbol of an action.
func (p *page) mark(a stack.Action, text string) {
	sym, t := symbol(a)
	p.para(6, span{t, "  " + sym + " "}, span{plain, text})
}

// trouble writes a line about something that did not go well.
func (p *page) trouble(text, why string) {
	p.para(6, span{red, "  ! "}, span{red, because(text, why)})
}
