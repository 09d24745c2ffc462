package render

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// A plan of more lines than this ends with the list of what it touches.
const longPlan = 40

// Plan writes the text of a plan: what changes and why, each changed field
// with its effect, and a summary. What has been changed outside, and is changed
// by the plan, stands before. Objects that stay as they are are counted.
// Warnings are left to [Warnings], which writes elsewhere.
func Plan(w io.Writer, p stack.Plan, s Style) error {
	pg := newPage(s)
	pg.para(2, span{bold, safe(p.Stack) + " "}, span{plain, "on " + p.Target.String()})
	if p.Empty() {
		pg.line()
		pg.para(0, span{}, span{plain, "There is " + nothingToDo(p) + "."})
		return pg.flush(w)
	}
	changes := slices.DeleteFunc(slices.Clone(p.Changes), isKept)
	if len(p.Drift) > 0 {
		pg.line()
		pg.drift(p.Drift, p.Since, p.Unfinished, changes)
		pg.line()
		pg.line(span{bold, "Changes of this plan:"})
	}
	pg.changes(changes)
	pg.line()
	pg.summary(p)
	if pg.lines > longPlan {
		pg.touched(changes)
	}
	return pg.flush(w)
}

func isKept(c stack.Change) bool { return c.Action == stack.Keep }

// changes writes one block for each change. A block of several lines has an
// empty line on either side, unless it is a deletion.
func (p *page) changes(changes []stack.Change) {
	touched := map[stack.Ref]bool{}
	names := make([]string, len(changes))
	for i, c := range changes {
		touched[c.Ref], names[i] = true, c.Ref.String()
	}
	column := columnAfter(names, p.width)
	apart := true
	for _, b := range blocks(changes, touched) {
		details := &page{color: p.color, width: p.width}
		details.details(b, touched)
		tight := details.lines == 0 || b.change.Action == stack.Delete
		if apart || !tight {
			p.line()
		}
		p.header(b.change, column)
		p.add(details)
		apart = !tight
	}
}

// header is the line of one change: symbol, object, reason.
func (p *page) header(c stack.Change, column int) {
	sym, t := symbol(c.Action)
	p.head(span{t, "  " + sym + " "}, c.Ref.String(), c.Reason, column-len(sym)+1)
}

// head is the first line of a block: a mark, an object, and a text that begins
// so many columns after the mark. What is too long has lines of its own.
func (p *page) head(mark span, name, text string, column int) {
	name, text = safe(name), safe(text)
	gap := max(column-width(name), 2)
	if width(mark.text+name+text)+gap <= p.width {
		p.line(span{mark.tone, mark.text + name}, span{plain, strings.TrimRight(spaces(gap)+text, " ")})
		return
	}
	p.hang(mark, span{mark.tone, name})
	if text != "" {
		p.hang(indented(detailIndent), span{plain, text})
	}
}

// columnAfter is where a column after names begins, so that what is there stands
// below each other unless a name is very long.
func columnAfter(names []string, columns int) int {
	widest := 0
	for _, name := range names {
		if n := width(safe(name)); n <= columns/2 {
			widest = max(widest, n)
		}
	}
	return widest + 2
}

// touched lists the objects of a long plan once more, where the eye is.
func (p *page) touched(changes []stack.Change) {
	var list groups
	for _, c := range changes {
		list.add(c.Action, c.Ref)
	}
	for _, g := range list {
		sym, t := symbol(g.action)
		p.hang(span{t, "  " + sym + " "}, span{plain, g.String()})
	}
}

func nothingToDo(p stack.Plan) string {
	var list groups
	for _, c := range p.Changes {
		list.add(stack.Keep, c.Ref)
	}
	slices.SortStableFunc(list, func(a, b group) int { return kindOrder(a.kind) - kindOrder(b.kind) })
	var counts []string
	for _, g := range list {
		counts = append(counts, plural(len(g.names), string(g.kind)))
	}
	switch len(p.Changes) {
	case 0:
		return "nothing to do, the swarm has nothing of this stack"
	case 1:
		return "nothing to do, " + counts[0] + " is as the file says"
	}
	return "nothing to do, " + enumerate(counts) + " are as the file says"
}

// summary counts the actions, the services whose tasks are replaced, and the
// hazards.
func (p *page) summary(plan stack.Plan) {
	counts, effects := actionCounts(plan), effectCounts(plan)
	lead := span{bold, "Plan: "}
	if text := strings.Join(append(counts, effects...), " "); width(lead.text+text) <= p.width {
		counts, effects = []string{text}, nil
	}
	p.words(width(lead.text), lead, plain, counts)
	if len(effects) > 0 {
		p.words(width(lead.text), indented(width(lead.text)), plain, effects)
	}
	if hazards := hazardCounts(plan); len(hazards) > 0 {
		p.words(width("Hazards: "), span{bold, "Hazards: "}, yellow, listed(hazards, ""))
	}
}

// actionCounts is: 2 to create, 1 to delete.
func actionCounts(p stack.Plan) []string {
	var counts []string
	for _, a := range actions() {
		if n := p.Count(a.action); n > 0 {
			counts = append(counts, strconv.Itoa(n)+" "+a.planned)
		}
	}
	return listed(counts, ".")
}

// effectCounts is: Restarts 1 service. Runs 2 jobs again.
func effectCounts(p stack.Plan) []string {
	var effects []string
	if n := countEffect(p, stack.Restarts); n > 0 {
		effects = append(effects, "Restarts "+plural(n, "service")+".")
	}
	if n := countEffect(p, stack.Downtime); n > 0 {
		effects = append(effects, "Downtime of "+plural(n, "service")+".")
	}
	if n := countEffect(p, stack.RunsJob); n > 0 {
		effects = append(effects, "Runs "+plural(n, "job")+" again.")
	}
	return effects
}

// countEffect is the number of services with this effect.
func countEffect(p stack.Plan, e stack.Effect) int {
	n := 0
	for _, c := range p.Changes {
		if c.Effect == e && c.Ref.Kind == stack.KindService {
			n++
		}
	}
	return n
}
