package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// absent stands for a value that is not there.
const absent = "(none)"

// row is one changed field, ready to be laid out.
type row struct {
	path, old, now string
	remark         string // at the end of the line
	tone           tone
	lines          []diffLine // the same below each other
	tall           bool       // a value has several lines
}

// widths are those of the columns that the rows of one change share.
type widths struct{ path, value int }

// fields writes the changed fields of one object as aligned rows:
//
//	deploy.replicas  2 -> 4  scales
//
// A row that is too wide for this has its values on lines of their own.
func (p *page) fields(fields []stack.FieldChange, whole stack.Effect) {
	rows := rowsOf(fields, whole)
	cols := p.align(rows)
	for _, r := range rows {
		if p.fits(r, cols.path) {
			p.inline(r, cols)
		} else {
			p.stacked(r, cols)
		}
	}
}

// rowsOf lays out fields. If all effects are that of the whole change, it is
// left to the line below to say so.
func rowsOf(fields []stack.FieldChange, whole stack.Effect) []row {
	said := !slices.ContainsFunc(fields, func(f stack.FieldChange) bool { return f.Effect != whole })
	rows := make([]row, len(fields))
	for i, f := range fields {
		rows[i] = rowOf(f, said)
	}
	return rows
}

// rowOf lays out one field; its effect may have been said already.
func rowOf(f stack.FieldChange, said bool) row {
	r := row{path: safe(f.Path), tone: effectTone(f.Effect)}
	var remarks []string
	old, now := f.Old, f.New
	if blank(old, now) {
		remarks = append(remarks, onlyWhitespace)
	}
	if f.Effect != stack.NoEffect && !said {
		remarks = append(remarks, string(f.Effect))
	}
	r.remark = safe(strings.Join(remarks, ", "))
	r.lines = valueDiff(old, now)
	r.tall = strings.Contains(old+now, "\n")
	if blank(old, now) {
		old, now = strconv.Quote(old), strconv.Quote(now)
	}
	r.old, r.now = safe(old), safe(now)
	return r
}

// align makes the path column as wide as the widest path that leaves room for
// values, and the value column as wide as the widest value that fits.
func (p *page) align(rows []row) widths {
	var cols widths
	for _, r := range rows {
		if n := width(r.path); n <= p.width/2 {
			cols.path = max(cols.path, n)
		}
	}
	for _, r := range rows {
		if p.fits(r, cols.path) {
			cols.value = max(cols.value, width(r.values()))
		}
	}
	return cols
}

// fits says whether the row fits on one line when paths take that much.
func (p *page) fits(r row, path int) bool {
	n := detailIndent + max(path, width(r.path)) + 2 + width(r.values())
	if r.remark != "" {
		n += 2 + width(r.remark)
	}
	return n <= p.width && width(r.path) <= path && !r.tall
}

func (r row) values() string { return orAbsent(r.old) + " -> " + orAbsent(r.now) }

func orAbsent(v string) string {
	if v == "" {
		return absent
	}
	return v
}

func (p *page) inline(r row, cols widths) {
	spans := []span{
		{plain, spaces(detailIndent) + pad(r.path, cols.path+2)},
		{dim, orAbsent(r.old) + " -> "},
		{plain, orAbsent(r.now)},
	}
	if r.remark != "" {
		gap := spaces(cols.value - width(r.values()) + 2)
		spans = append(spans, span{r.tone, gap + r.remark})
	}
	p.line(spans...)
}

// stacked has the path and the remark on one line, the values below.
func (p *page) stacked(r row, cols widths) {
	lead := spaces(detailIndent) + r.path
	room := p.width - width(lead) - width(r.remark)
	switch gap := cols.path + 2 + cols.value + 2 - width(r.path); {
	case r.remark == "":
		p.line(span{plain, lead})
	case room >= 2:
		p.line(span{plain, lead + spaces(min(max(gap, 2), room))}, span{r.tone, r.remark})
	default:
		p.line(span{plain, lead})
		p.hang(indented(detailIndent+2), span{r.tone, r.remark})
	}
	p.diff(r.lines, detailIndent+2)
}
