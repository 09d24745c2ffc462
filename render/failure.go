package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// failure writes all that is known about one outcome that is not good. The
// report is the one that it is part of.
func (p *page) failure(o stack.Outcome, r stack.Report) {
	if !isBad(o) {
		return
	}
	p.line()
	p.para(4, span{red, o.Ref.String() + ": "}, span{bold, o.Err})
	rows := failureRows(o, o.Err, r.Rollback != nil)
	label := labels(rows)
	for _, row := range rows {
		p.hang(span{dim, label(row[0])}, span{plain, row[1]})
	}
	lead := label("logs")
	for _, line := range logLines(o.Failure, p.width-width(lead)-len("| ")) {
		p.line(span{dim, lead + strings.TrimRight("| "+line, " ")})
		lead = spaces(width(lead))
	}
	if command := nextCommand(o, r); command != "" {
		p.line(span{dim, label("next")}, span{plain, command}) // in one piece, to be copied
	}
}

// labels pads the labels of rows to one width.
func labels(rows [][2]string) func(string) string {
	widest := len("error")
	for _, row := range rows {
		widest = max(widest, len(row[0]))
	}
	return func(name string) string { return "    " + pad(name, widest+2) }
}

// isBad says whether there is something to explain.
func isBad(o stack.Outcome) bool {
	return (o.State == stack.Failed || o.State == stack.Unfinished) && (o.Err != "" || o.Failure != nil)
}

// task is which task failed, where and how.
func task(f stack.Failure) string {
	text := f.Task
	if f.Node != "" {
		text += " on " + f.Node
	}
	if f.State != "" {
		text += ", " + f.State
	}
	if f.ExitCode != 0 {
		text += ", exit code " + strconv.Itoa(f.ExitCode) + meaning(f.ExitCode)
	}
	return strings.TrimPrefix(text, ", ")
}

// meaning explains the exit codes that say the same everywhere: those of POSIX
// shells and of `docker run`, and 128 plus the number of a signal.
func meaning(code int) string {
	switch code {
	case 126:
		return " (command cannot be run)"
	case 127:
		return " (command not found)"
	case 137:
		return " (killed)"
	case 139:
		return " (segmentation fault)"
	case 143:
		return " (terminated)"
	}
	return ""
}

// nextCommand is where to look: at the logs of a container that ran, unless they
// stand above or cannot be had, else at what became of the tasks. There is
// nothing to look at when the rollback has removed the service.
func nextCommand(o stack.Outcome, r stack.Report) string {
	switch f := o.Failure; {
	case o.Ref.Kind == stack.KindNetwork && o.Cause == stack.CauseInUse:
		return "docker network inspect --verbose " + o.Ref.Name
	case o.Ref.Kind != stack.KindService || f == nil || isRemoved(o.Ref, r):
		return ""
	case len(f.Logs) == 0 && f.LogsErr == "" && (f.ExitCode != 0 || f.State == "failed" || f.State == "complete"):
		return "docker service logs --tail 25 " + o.Ref.Name
	}
	return "docker service ps " + o.Ref.Name + " --no-trunc"
}

func isRemoved(ref stack.Ref, r stack.Report) bool {
	return r.Rollback != nil && slices.ContainsFunc(r.Rollback.Outcomes, func(o stack.Outcome) bool {
		return o.Ref == ref && o.Action == stack.Delete && o.State == stack.Done
	})
}
