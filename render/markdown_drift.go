package render

import (
	"io"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// DriftMarkdown writes the same as [Drift] as a comment on a pull request. The
// same limit and the same rules hold as for [Markdown].
func DriftMarkdown(w io.Writer, drift []stack.Drift, since stack.Entry, unfinished time.Time) error {
	var d document
	if len(drift) == 0 {
		d.add("## Drift")
		d.add(prose(noDrift(since)))
		return d.write(w)
	}
	d.add("## " + prose(outside(since)))
	d.add(perhapsOurs(unfinished))
	d.add(driftTable(drift, nil))
	return d.write(w)
}

// driftTable has a row for each field that has drifted, and one for each object
// of which more cannot be said.
func driftTable(drift []stack.Drift, changes []stack.Change) string {
	var rows [][]string
	for _, d := range drift {
		what := string(d.What)
		if text := answer(d, changes); text != "" {
			what += ", " + text
		}
		if len(d.Fields) == 0 {
			rows = append(rows, []string{prose(what), codeRef(d.Ref), "", "", ""})
		}
		for _, r := range rowsOf(d.Fields, stack.NoEffect) {
			path := code(r.path)
			if r.remark != "" {
				path += ", " + prose(r.remark)
			}
			old, now := excerpts(r.old, r.now, maxCode)
			rows = append(rows, []string{prose(what), codeRef(d.Ref), path, code(orAbsent(old)), code(orAbsent(now))})
		}
	}
	return table("field", []string{"Drift", "Object", "Field", "As applied", "Now"}, rows)
}
