package render

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// Drift writes what has been changed outside since a revision: each object, and
// of changed ones the fields, as they were applied and as they are. Unfinished
// is when an apply after the revision did not come to its end, or zero.
func Drift(w io.Writer, drift []stack.Drift, since stack.Entry, unfinished time.Time, s Style) error {
	pg := newPage(s)
	if len(drift) == 0 {
		pg.para(2, span{}, span{plain, noDrift(since)})
		return pg.flush(w)
	}
	pg.drift(drift, since, unfinished, nil)
	return pg.flush(w)
}

// drift is the heading and one block for each object. Of those that a plan
// changes it says what becomes of them.
func (p *page) drift(drift []stack.Drift, since stack.Entry, unfinished time.Time, changes []stack.Change) {
	p.para(2, span{}, span{bold, outside(since) + ":"})
	if text := perhapsOurs(unfinished); text != "" {
		p.para(2, span{}, span{yellow, text})
	}
	names := make([]string, len(drift))
	for i, d := range drift {
		names[i] = d.Ref.String()
	}
	column := columnAfter(names, p.width)
	apart := true
	for _, d := range drift {
		if apart || len(d.Fields) > 0 {
			p.line()
		}
		p.head(span{driftTone(d.What), "  " + pad(string(d.What), len(stack.Changed)+1)}, d.Ref.String(), answer(d, changes), column)
		p.fields(d.Fields, stack.NoEffect)
		apart = len(d.Fields) > 0
	}
}

func driftTone(k stack.DriftKind) tone {
	switch k {
	case stack.Missing:
		return red
	case stack.Added:
		return green
	case stack.Changed:
	}
	return yellow
}

// outside is: Changed outside since revision 12 (2026-11-24 18:02 UTC, by ann@ci).
func outside(since stack.Entry) string {
	if since.Number == 0 {
		return "Changed outside"
	}
	return "Changed outside since " + revision(since)
}

func noDrift(since stack.Entry) string {
	if since.Number == 0 {
		return "There is no revision to compare with."
	}
	return "Everything is as " + revision(since) + " left it."
}

// revision is: revision 12 (2026-11-24 18:02 UTC, by ann@ci).
func revision(e stack.Entry) string {
	var known []string
	if !e.At.IsZero() {
		known = append(known, moment(e.At))
	}
	if e.By != "" {
		known = append(known, "by "+e.By)
	}
	text := "revision " + strconv.Itoa(e.Number)
	if len(known) > 0 {
		text += " (" + strings.Join(known, ", ") + ")"
	}
	return text
}

// perhapsOurs says that an apply was cut short, so that nobody else need have
// changed anything.
func perhapsOurs(unfinished time.Time) string {
	if unfinished.IsZero() {
		return ""
	}
	return "An apply at " + moment(unfinished) + " did not come to its end, so this may be its doing."
}

// answer is what a plan does about an object that has drifted; empty if it does
// not touch it.
func answer(d stack.Drift, changes []stack.Change) string {
	i := slices.IndexFunc(changes, func(c stack.Change) bool { return c.Ref == d.Ref })
	if i < 0 || isKept(changes[i]) {
		return ""
	}
	switch c := changes[i]; {
	case d.What == stack.Missing && c.Action == stack.Create:
		return "the plan creates it again"
	case d.What == stack.Changed && putsBack(d, c):
		return "the plan puts it back"
	case c.Action == stack.Delete:
		return "the plan deletes it"
	}
	return "the plan overwrites it"
}

// putsBack says whether a change gives back to every field the value it had.
func putsBack(d stack.Drift, c stack.Change) bool {
	return !slices.ContainsFunc(d.Fields, func(f stack.FieldChange) bool {
		return !slices.ContainsFunc(c.Fields, func(g stack.FieldChange) bool { return g.Path == f.Path && g.New == f.Old })
	})
}
