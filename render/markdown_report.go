package render

import (
	"io"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Lines of a failure are cut after so many characters.
const maxFailureLine = 2000

// ReportMarkdown writes how an apply ended as a comment on a pull request:
// what became of each object in a table, and why for each failure. The same
// limit and the same rules hold as for [Markdown].
func ReportMarkdown(w io.Writer, r stack.Report) error {
	var d document
	if r.OK() {
		d.add("## Done in " + duration(r.Elapsed))
		d.add(strings.ToUpper(achieved(r)[:1]) + achieved(r)[1:])
	} else {
		d.add("## " + ending(r) + " after " + duration(r.Elapsed))
		d.add("**Result:** " + tally(r) + " " + prose(outlook(r)))
	}
	if len(r.Outcomes) == 0 {
		return d.write(w)
	}
	var rows [][]string
	for _, state := range states() {
		for _, o := range r.Outcomes {
			if o.State == state {
				rows = append(rows, []string{prose(string(o.State)), prose(string(o.Action)), codeRef(o.Ref), outcomeReason(o)})
			}
		}
	}
	d.add(table("object", []string{"Result", "Action", "Object", "Why"}, rows))
	var failures []string
	for _, o := range r.Outcomes {
		if text := failureDetail(o); text != "" {
			failures = append(failures, text+"\n\n")
		}
	}
	d.add(strings.TrimSpace(fit(failures, d.room(), func(n int) string {
		return "Left out for want of room: " + plural(n, "more failure") + ".\n\n"
	})))
	return d.write(w)
}

func outcomeReason(o stack.Outcome) string {
	if o.State == stack.Blocked {
		return "waits for " + codeRef(o.Culprit)
	}
	return prose(o.Err)
}

// failureDetail is what the table does not say of a failure.
func failureDetail(o stack.Outcome) string {
	if !isBad(o) || o.Failure == nil {
		return ""
	}
	var lines []string
	for _, row := range failureRows(o) {
		lines = append(lines, strings.TrimRight(pad(row[0], len("error")+2)+brief(safe(row[1]), maxFailureLine), " "))
	}
	var d document
	if len(lines) > 0 {
		d.add(fenced("text", lines))
	}
	if command := nextCommand(o); command != "" {
		d.add("Next:")
		d.add(fenced("sh", []string{brief(safe(command), maxFailureLine)}))
	}
	if len(d) == 0 {
		return ""
	}
	return "### " + codeRef(o.Ref) + "\n\n" + strings.Join(d, "\n\n")
}
