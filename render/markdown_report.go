package render

import (
	"io"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Lines of a failure are cut after so many characters.
const maxFailureLine = 2000

// The failures of a rollback take so many bytes of a report at most.
const rollbackLimit = 15_000

// ReportMarkdown writes how an apply ended as a comment on a pull request: what
// became of each object in a table, and why for each failure; the same of a
// rollback that failed, too. The same limit and the same rules hold as for
// [Markdown].
func ReportMarkdown(w io.Writer, r stack.Report) error {
	var d document
	if r.OK() {
		d.add("## Done in " + duration(r.Elapsed))
		d.add(strings.ToUpper(achieved(r)[:1]) + achieved(r)[1:])
	} else {
		r = afterRollback(r)
		d.add("## " + headline(r))
		d.add("**Result:** " + tally(r) + " " + prose(outlook(r)))
	}
	d.add(outcomeTable(r))
	var end document
	if back := r.Rollback; back != nil && !back.OK() {
		end.add("## The rollback")
		end.add(outcomeTable(takenBack(*back)))
		end.add(failureDetails(*back, rollbackLimit))
	}
	both := slices.Concat(d, end)
	d.add(failureDetails(r, both.room()))
	d = slices.Concat(d, end)
	return d.write(w)
}

func outcomeTable(r stack.Report) string {
	var rows [][]string
	for _, state := range states() {
		for _, o := range r.Outcomes {
			if o.State == state {
				rows = append(rows, []string{prose(string(o.State)), prose(string(o.Action)), codeRef(o.Ref), outcomeReason(o)})
			}
		}
	}
	if len(rows) == 0 {
		return ""
	}
	return table("object", []string{"Result", "Action", "Object", "Why"}, rows)
}

func failureDetails(r stack.Report, room int) string {
	var failures []string
	for _, o := range r.Outcomes {
		if text := failureDetail(o, r); text != "" {
			failures = append(failures, text+"\n\n")
		}
	}
	return strings.TrimSpace(fit(failures, room, func(n int) string {
		return "Left out for want of room: " + plural(n, "more failure") + ".\n\n"
	}))
}

func outcomeReason(o stack.Outcome) string {
	if o.State == stack.Blocked {
		return "waits for " + codeRef(o.Culprit)
	}
	return prose(o.Err)
}

// failureDetail is what the table does not say of a failure.
func failureDetail(o stack.Outcome, r stack.Report) string {
	if !isBad(o) {
		return ""
	}
	rows := failureRows(o, brief(o.Err, maxProse), r.Rollback != nil)
	label := labels(rows)
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.TrimSpace(label(row[0])+brief(safe(row[1]), maxFailureLine)))
	}
	var d document
	if len(lines) > 0 {
		d.add(fenced("text", lines))
	}
	if logs := logLines(o.Failure, maxDetailColumns); len(logs) > 0 {
		d.add("Its last lines:")
		d.add(fenced("text", logs))
	}
	if command := nextCommand(o, r); command != "" {
		d.add("Next:")
		d.add(fenced("sh", []string{brief(safe(command), maxFailureLine)}))
	}
	if len(d) == 0 {
		return ""
	}
	return "### " + codeRef(o.Ref) + "\n\n" + strings.Join(d, "\n\n")
}
