package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// failure writes all that is known about one outcome that is not good.
func (p *page) failure(o stack.Outcome) {
	if !isBad(o) {
		return
	}
	p.line()
	p.para(4, span{red, o.Ref.String() + ": "}, span{bold, o.Err})
	for _, row := range failureRows(o) {
		p.hang(span{dim, label(row[0])}, span{plain, row[1]})
	}
	if command := nextCommand(o); command != "" {
		p.line(span{dim, label("next")}, span{plain, command}) // in one piece, to be copied
	}
}

// isBad says whether there is something to explain.
func isBad(o stack.Outcome) bool {
	return (o.State == stack.Failed || o.State == stack.Unfinished) && (o.Err != "" || o.Failure != nil)
}

// failureRows is labels and texts: which task, its error unless that has been
// said, and what runs.
func failureRows(o stack.Outcome) [][2]string {
	f := o.Failure
	if f == nil {
		return nil
	}
	var rows [][2]string
	if text := task(*f); text != "" {
		rows = append(rows, [2]string{"task", text})
	}
	if !strings.Contains(o.Err, f.Err) {
		rows = append(rows, [2]string{"error", f.Err})
	}
	if f.Tasks > 0 {
		rows = append(rows, [2]string{"now", fmt.Sprintf("%d of %d tasks run as wanted", f.Running, f.Tasks)})
	}
	return rows
}

func label(name string) string { return "    " + pad(name, len("error")+2) }

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

// nextCommand is where to look: at the logs of a container that ran, else at
// what the scheduler says about the tasks.
func nextCommand(o stack.Outcome) string {
	switch f := o.Failure; {
	case o.Ref.Kind != stack.KindService || f == nil:
		return ""
	case f.ExitCode != 0 || f.State == "failed" || f.State == "complete":
		return "docker service logs --tail 25 " + o.Ref.Name
	}
	return "docker service ps --no-trunc " + o.Ref.Name
}
