package render

import (
	"fmt"

	"github.com/stackup-cli/stackup/stack"
)

// detailIndent is where everything below a change's header begins.
const detailIndent = 6

// details is what stands below the header of a change: facts or fields, what
// it waits for, what it causes.
func (p *page) details(c stack.Change, touched map[stack.Ref]bool) {
	if s, ok := c.Want.(stack.Service); ok && c.Action == stack.Create {
		p.facts(s)
	}
	p.fields(c.Fields, c.Effect)
	if text := health(c); text != "" {
		p.hang(indented(detailIndent), span{yellow, text})
	}
	if text := waitsFor(c, touched); text != "" {
		p.hang(indented(detailIndent), span{plain, text})
	}
	if text := consequence(c); text != "" {
		p.hang(span{plain, spaces(detailIndent) + "=> "}, span{effectTone(c.Effect), text})
	}
}

// health warns that a service is about to be changed while it is not well.
func health(c stack.Change) string {
	if c.Action == stack.Delete || c.Have == nil || c.Have.Service == nil || c.Have.Service.JobStatus != nil {
		return ""
	}
	s := c.Have.Service.ServiceStatus
	if s == nil || s.RunningTasks >= s.DesiredTasks {
		return ""
	}
	return fmt.Sprintf("at present %d of %d tasks run", s.RunningTasks, s.DesiredTasks)
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
