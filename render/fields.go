package render

import (
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// absent stands for a value that is not there.
const absent = "(none)"

// row is one changed field, ready to be laid out.
type row struct {
	path, old, now string
	effect         stack.Effect
}

// widths are those of the columns that the rows of one change share.
type widths struct{ path, value int }

// fields writes the changed fields of one object as aligned rows:
//
//	deploy.replicas  2 -> 4  scales
//
// A row that is too wide for this has its values on lines of their own. If all
// effects are that of the whole change, it is left to the line below to say so.
func (p *page) fields(fields []stack.FieldChange, whole stack.Effect) {
	said := !slices.ContainsFunc(fields, func(f stack.FieldChange) bool { return f.Effect != whole })
	rows := make([]row, len(fields))
	for i, f := range fields {
		rows[i] = row{safe(f.Path), safe(f.Old), safe(f.New), f.Effect}
		if said {
			rows[i].effect = ""
		}
	}
	cols := p.align(rows)
	for _, r := range rows {
		if p.fits(r, cols.path) {
			p.inline(r, cols)
		} else {
			p.stacked(r, cols)
		}
	}
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
	if r.effect != "" {
		n += 2 + width(string(r.effect))
	}
	return n <= p.width && width(r.path) <= path
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
	if r.effect != "" {
		gap := spaces(cols.value - width(r.values()) + 2)
		spans = append(spans, span{effectTone(r.effect), gap + string(r.effect)})
	}
	p.line(spans...)
}

// stacked has the path and the effect on one line, each value on one below.
func (p *page) stacked(r row, cols widths) {
	lead := spaces(detailIndent) + r.path
	room := p.width - width(lead) - width(string(r.effect))
	switch gap := cols.path + 2 + cols.value + 2 - width(r.path); {
	case r.effect == "":
		p.line(span{plain, lead})
	case room >= 2:
		p.line(span{plain, lead + spaces(min(max(gap, 2), room))}, span{effectTone(r.effect), string(r.effect)})
	default:
		p.line(span{plain, lead})
		p.hang(indented(detailIndent+2), span{effectTone(r.effect), string(r.effect)})
	}
	lead = spaces(detailIndent + 2)
	old, now := excerpts(r.old, r.now, p.width-width(lead)-2)
	if r.old != "" {
		p.line(span{red, lead + "- " + old})
	}
	if r.now != "" {
		p.line(span{green, lead + "+ " + now})
	}
}
