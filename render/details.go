package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// detailIndent is where everything below a change's header begins.
const detailIndent = 6

// A diff in a plan takes no more lines than this.
const maxDiffLines = 20

// details is what stands below the header of a change: facts, fields or a
// diff, what it waits for, what it causes, what may go wrong, and of which
// services the same is true.
func (p *page) details(b block, touched map[stack.Ref]bool) {
	c := b.change
	if s, ok := c.Want.(stack.Service); ok && c.Action == stack.Create {
		p.facts(s)
	}
	if b.refers() {
		p.hang(indented(detailIndent), span{dim, "the same fields as " + b.as.String()})
	} else {
		p.fields(c.Fields, c.Effect)
		if c.Same > 0 && len(c.Fields) > 0 && len(b.same) == 0 {
			p.hang(indented(detailIndent), span{dim, "(" + plural(c.Same, "unchanged field") + ")"})
		}
	}
	p.configDiff(c.Diff)
	if text := health(c); text != "" {
		p.hang(indented(detailIndent), span{yellow, text})
	}
	if text := waitsFor(c, touched); text != "" {
		p.hang(indented(detailIndent), span{plain, text})
	}
	if text := consequence(c); text != "" {
		p.hang(span{plain, spaces(detailIndent) + "=> "}, span{effectTone(c.Effect), text})
	}
	p.hazards(b)
	if len(b.same) > 0 {
		p.para(detailIndent+2, indented(detailIndent), span{plain, sameIn(b.same)})
	}
}

// configDiff shows what changes in the content of a config.
func (p *page) configDiff(diff string) {
	lines := unified(diff)
	if blankDiff(lines) {
		p.line(span{dim, spaces(detailIndent) + onlyWhitespace})
	}
	p.diff(lines, detailIndent)
}

// diff shows lines with their signs.
func (p *page) diff(lines []diffLine, indent int) {
	for _, l := range legible(fold(lines, maxDiffLines), p.width-indent-2) {
		lead, t := "", dim
		switch l.sign {
		case '-':
			lead, t = "- ", red
		case '+':
			lead, t = "+ ", green
		case ' ':
			lead = "  "
		}
		p.line(span{t, strings.TrimRight(spaces(indent)+lead+l.text, " ")})
	}
}

// sameIn is: same change in 3 services: "a", "b", "c".
func sameIn(refs []stack.Ref) string {
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = strconv.Quote(ref.Name)
	}
	return "same change in " + plural(len(refs), "service") + ": " + strings.Join(names, ", ")
}

// health warns that a service is about to be changed while it is not well.
func health(c stack.Change) string {
	if c.Action == stack.Delete || c.Have == nil || c.Have.Service == nil {
		return ""
	}
	var unwell []string
	if s := c.Have.Service.ServiceStatus; s != nil && c.Have.Service.JobStatus == nil && s.RunningTasks < s.DesiredTasks {
		unwell = append(unwell, fmt.Sprintf("%d of %d tasks run", s.RunningTasks, s.DesiredTasks))
	}
	if u := c.Have.Service.UpdateStatus; u != nil && strings.HasSuffix(string(u.State), "paused") { // rollback_paused, too
		unwell = append(unwell, "its last update is paused")
	}
	if len(unwell) == 0 {
		return ""
	}
	return "at present " + enumerate(unwell)
}

// waitsFor names the services that have to get somewhere first. Those that the
// plan does not touch are left out, since they are there already; so are those
// of deletions, which come last anyway.
func waitsFor(c stack.Change, touched map[stack.Ref]bool) string {
	if c.Action == stack.Delete {
		return ""
	}
	var items []string
	for _, g := range c.After {
		if g.Condition != "" && touched[g.Ref] {
			items = append(items, g.Ref.String()+" "+met(g.Condition))
		}
	}
	if len(items) == 0 {
		return ""
	}
	return "after " + enumerate(items)
}

// consequence says what the change as a whole causes.
func consequence(c stack.Change) string {
	switch {
	case c.Impact != "":
		return c.Impact
	case c.Effect == stack.InPlace:
		return "in place, no task restarts"
	}
	return string(c.Effect)
}

func effectTone(e stack.Effect) tone {
	switch e {
	case stack.Downtime:
		return red
	case stack.Restarts, stack.RunsJob:
		return yellow
	case stack.Scales:
		return cyan
	case stack.InPlace:
		return dim
	case stack.NoEffect:
	}
	return plain
}
