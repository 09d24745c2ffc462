package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// failureRows is labels and texts: the kind of trouble, which task, its error
// unless that has been said, and what runs, or ran before a rollback.
func failureRows(o stack.Outcome, said string, isOver bool) [][2]string {
	rows := [][2]string{{"cause", cause(o)}}
	if f := o.Failure; f != nil {
		rows = append(rows, [2]string{"task", task(*f)}, taskError(*f, said), running(o, isOver))
		if len(f.Logs) == 0 && f.LogsErr != "" {
			rows = append(rows, [2]string{"logs", "cannot be had: " + f.LogsErr})
		}
	}
	return slices.DeleteFunc(rows, func(row [2]string) bool { return row[1] == "" })
}

// cause is the name of the kind of trouble, by which it can be looked up, unless
// the sentence or the headline has it.
func cause(o stack.Outcome) string {
	if o.Cause == stack.CauseTimeout || o.Cause == stack.CauseInterrupted || strings.Contains(o.Err, string(o.Cause)) {
		return ""
	}
	return string(o.Cause)
}

// taskError is the whole error. Of a task that no node has taken yet it is the
// scheduler's.
func taskError(f stack.Failure, said string) [2]string {
	switch {
	case strings.Contains(said, f.Err):
		return [2]string{}
	case f.State == "pending":
		return [2]string{"scheduler", f.Err}
	}
	return [2]string{"error", f.Err}
}

// running is how many tasks are as wanted, and what has become of the update.
func running(o stack.Outcome, isOver bool) [2]string {
	switch f := o.Failure; {
	case f.Tasks == 0:
		return [2]string{}
	case isOver:
		return [2]string{"then", fmt.Sprintf("%d of %d tasks ran as wanted", f.Running, f.Tasks)}
	case o.Cause == stack.CauseRolledBack:
		return [2]string{"now", fmt.Sprintf("%d of %d tasks run as wanted; the service is as before the update", f.Running, f.Tasks)}
	case o.Cause == stack.CausePaused:
		return [2]string{"now", fmt.Sprintf("%d of %d tasks run as wanted; the update stands still", f.Running, f.Tasks)}
	default:
		return [2]string{"now", fmt.Sprintf("%d of %d tasks run as wanted", f.Running, f.Tasks)}
	}
}
