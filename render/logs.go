package render

import (
	"regexp"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Of a failed task's log so many lines are shown, the last ones.
const maxLogLines = 25

// logLines is the last lines that a task wrote, each in so many columns. Colours
// are left out, which would be but noise when made harmless.
func logLines(f *stack.Failure, columns int) []string {
	if f == nil {
		return nil
	}
	colour := regexp.MustCompile(`\x1b\[[0-9;:]*m`)
	var out []string
	for _, line := range f.Logs[max(0, len(f.Logs)-maxLogLines):] {
		line = strings.ReplaceAll(colour.ReplaceAllString(line, ""), "\t", "    ")
		out = append(out, cut(safe(strings.TrimRight(line, " \r\n")), columns))
	}
	return out
}
