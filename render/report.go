package render

import (
	"io"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Report writes how an apply ended: one line if all went well; otherwise what
// was done and what was not, why for each failure, how the rollback went, and
// what to type next.
func Report(w io.Writer, r stack.Report, s Style) error {
	pg := newPage(s)
	if r.OK() {
		pg.hang(span{green, "Done in " + duration(r.Elapsed) + ": "}, span{plain, achieved(r)})
		return pg.flush(w)
	}
	r = afterRollback(r)
	if len(r.Outcomes) > 0 {
		pg.line()
	}
	pg.result(r)
	if back := r.Rollback; back != nil && !back.OK() {
		pg.line()
		pg.line(span{bold, "The rollback:"})
		pg.result(takenBack(*back))
	}
	pg.line()
	lead := span{red, headline(r) + ": "}
	if width(lead.text) > pg.width {
		pg.para(0, span{}, span{red, headline(r) + ":"})
		lead = span{}
	}
	pg.para(0, lead, span{plain, tally(r)})
	pg.para(0, span{}, span{plain, outlook(r)})
	return pg.flush(w)
}

// result is what became of each change, and why of what went wrong.
func (p *page) result(r stack.Report) {
	for _, state := range states() {
		p.outcomes(r, state)
	}
	for _, o := range r.Outcomes {
		p.failure(o, r)
	}
}

// outcomes lists what ended in one state.
func (p *page) outcomes(r stack.Report, state stack.State) {
	lead := span{stateTone(state), "  " + pad(string(state), len(stack.NotStarted)+2)}
	next := func(text string) {
		p.hang(lead, span{plain, text})
		lead = span{plain, spaces(width(lead.text))}
	}
	var list groups
	for _, o := range r.Outcomes {
		switch {
		case o.State != state:
		case state == stack.Blocked:
			sym, _ := symbol(o.Action)
			next(sym + " " + o.Ref.String() + ", waits for " + o.Culprit.String())
		default:
			list.add(o.Action, o.Ref)
		}
	}
	for _, g := range list {
		sym, _ := symbol(g.action)
		next(sym + " " + g.String())
	}
}

func stateTone(s stack.State) tone {
	switch s {
	case stack.Done:
		return green
	case stack.Failed, stack.Unfinished:
		return red
	case stack.Blocked, stack.NotStarted:
	}
	return yellow
}

func achieved(r stack.Report) string {
	var counts []string
	for _, a := range actions() {
		n := 0
		for _, o := range r.Outcomes {
			if o.Action == a.action {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, strconv.Itoa(n)+" "+a.done)
		}
	}
	return sentence(counts)
}

// sentence joins counts. That there are none is worth saying.
func sentence(counts []string) string {
	if len(counts) == 0 {
		return "nothing had to change."
	}
	return strings.Join(counts, ", ") + "."
}

func tally(r stack.Report) string {
	var counts []string
	for _, state := range states() {
		if n := r.Count(state); n > 0 {
			counts = append(counts, strconv.Itoa(n)+" "+string(state))
		}
	}
	return sentence(counts)
}
