package render

import (
	"fmt"
	"io"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// What is waited for is named again after this long without a line.
const reminder = 30 * time.Second

// A step of the wait that concerns more services than this names the first
// ones only.
const manyServices = 8

// Progress returns a function that writes an apply's events as plain lines:
// what begins, what is waited for and why, how it ended and after how long. It
// is not safe for concurrent use. What cannot be written is lost: an apply does
// not stop because nobody watches.
func Progress(w io.Writer, s Style) func(stack.Event) {
	p := &progress{w: w, style: s, seen: map[stack.Ref]stack.Progress{}}
	return p.event
}

type progress struct {
	w     io.Writer
	style Style
	seen  map[stack.Ref]stack.Progress // the latest
	last  time.Duration                // when the last line was written, since the apply began
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
	case stack.Notice:
		pg.hang(span{dim, "    note: "}, span{plain, e.Text})
	}
	_ = pg.flush(p.w)
}

// started is a line for services only: anything else is done at once.
func started(pg *page, e stack.ChangeStarted) {
	if e.Ref.Kind == stack.KindService {
		pg.mark(e.Action, e.Ref.String()+" "+wordsFor(e.Action).doing)
	}
}

// waiting names the services that got further, or all after a while.
func (p *progress) waiting(pg *page, e stack.Waiting) {
	remind := e.Elapsed-p.last >= reminder
	hidden := 0
	for _, s := range e.Services {
		if news := p.news(s); !news && !remind {
			continue
		}
		p.last = e.Elapsed
		if pg.lines >= manyServices {
			hidden++
			continue
		}
		pg.para(6, indented(4), span{plain, because(soFar(s)+" after "+duration(e.Elapsed), s.Reason)})
	}
	if hidden > 0 {
		pg.hang(indented(4), span{plain, "and " + plural(hidden, "more service")})
	}
}

// news says whether people care about the difference to what they know.
func (p *progress) news(s stack.Progress) bool {
	before, known := p.seen[s.Ref]
	p.seen[s.Ref] = s
	switch {
	case s.Tasks > 0 && s.Running >= s.Tasks:
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
