package render

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

const (
	planDigits = 12 // so much of a plan's ID is shown
	maxHolder  = 16 // and of who applied it, in a table
	tableWidth = 70 // with less there is no table
)

// History writes the revisions of a stack as a table, the newest first: number,
// time, who applied it, which plan, what it did, and below the address of the
// CI job if there was one. Where that is too wide each has some lines.
func History(w io.Writer, entries []stack.Entry, s Style) error {
	pg := newPage(s)
	entries = slices.SortedFunc(slices.Values(entries), func(a, b stack.Entry) int { return cmp.Compare(b.Number, a.Number) })
	switch {
	case len(entries) == 0:
		pg.para(2, span{}, span{plain, "No revision has been recorded yet."})
	case pg.width < tableWidth:
		pg.entryList(entries)
	default:
		pg.entryTable(entries)
	}
	return pg.flush(w)
}

func (p *page) entryTable(entries []stack.Entry) {
	rows := [][]string{{"revision", "when (UTC)", "by", "plan"}}
	for _, e := range entries {
		rows = append(rows, []string{strconv.Itoa(e.Number), minute(e.At), shortened(safe(e.By), maxHolder), shortPlan(e)})
	}
	cols := columnWidths(rows)
	row := func(t tone, cells []string, what string) {
		lead := ""
		for i, cell := range cells {
			lead += pad(safe(cell), cols[i]) + "  "
		}
		p.hang(span{t, lead}, span{plain, what})
	}
	row(bold, rows[0], "what")
	for i, e := range entries {
		t, what := latest(i, e.Summary)
		row(t, rows[i+1], what)
		p.address(cols[0]+2, e.URL)
	}
}

func (p *page) entryList(entries []stack.Entry) {
	for i, e := range entries {
		t, title := latest(i, "revision "+strconv.Itoa(e.Number)+", "+moment(e.At))
		p.para(2, span{}, span{t, title})
		for _, text := range []string{"by " + e.By, "plan " + shortPlan(e), e.Summary} {
			p.para(4, indented(2), span{plain, text})
		}
		p.address(2, e.URL)
	}
}

// latest marks the first entry.
func latest(i int, text string) (tone, string) {
	if i > 0 {
		return plain, text
	}
	return green, strings.TrimSpace(text + " (latest)")
}

// address is that of a CI job, in one piece, to be opened.
func (p *page) address(indent int, url string) {
	if url != "" {
		p.line(span{dim, spaces(indent) + url})
	}
}

func shortPlan(e stack.Entry) string { return e.PlanID[:min(len(e.PlanID), planDigits)] }

// columnWidths is how wide each column has to be.
func columnWidths(rows [][]string) []int {
	cols := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			cols[i] = max(cols[i], width(safe(cell)))
		}
	}
	return cols
}

// Lock writes who holds the lock of a stack, since when, for what, and the
// address of the CI job if there is one. The zero lock is one that nobody holds.
func Lock(w io.Writer, stackName string, l stack.Lock, s Style) error {
	pg := newPage(s)
	text := "Stack " + strconv.Quote(stackName)
	if l == (stack.Lock{}) {
		text += " is not locked"
	} else {
		text += " is locked by " + cmp.Or(l.Holder, "somebody unknown")
	}
	if !l.Since.IsZero() {
		text += " since " + l.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	if l.Command != "" {
		text += ", for stackup " + l.Command
	}
	pg.para(2, span{}, span{plain, text + "."})
	pg.address(2, l.URL)
	return pg.flush(w)
}
