package render

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Annotations of GitHub take so many characters.
const maxAnnotation = 2000

// ErrorAnnotations writes err, and what failed in r (which may be nil), as
// commands to GitHub's runner: one line for each mistake and each failed object,
// at its place in a file where it has one. Path is a file's name as the
// repository knows it.
func ErrorAnnotations(w io.Writer, err error, r *stack.Report, path func(string) string) {
	for _, err := range stack.Apart(err) {
		pos := position(err)
		annotate(w, "error", pos, strings.TrimPrefix(err.Error(), pos.String()+": "), hint(err), path)
	}
	for _, text := range failures(r) {
		annotate(w, "error", stack.Position{}, text, "", path)
	}
}

// WarningAnnotations does the same for warnings that have a place; GitHub shows
// only ten of a step.
func WarningAnnotations(w io.Writer, ws []stack.Warning, path func(string) string) {
	for _, warning := range ws {
		if warning.Pos.File != "" {
			annotate(w, "warning", warning.Pos, warning.Msg, warning.Hint, path)
		}
	}
}

// Reason is in one line of n characters at most why a command did not end well:
// the first mistake, else the first object that failed, and how many more there
// are. It is empty if there is nothing to say.
func Reason(err error, r *stack.Report, n int) string {
	var reasons []string
	for _, err := range stack.Apart(err) {
		reasons = append(reasons, err.Error())
	}
	reasons = append(reasons, failures(r)...)
	if len(reasons) == 0 {
		return ""
	}
	more := ""
	if rest := len(reasons) - 1; rest > 0 {
		more = fmt.Sprintf(" (and %d more)", rest)
	}
	return brief(safe(reasons[0]), n-len(more)) + more
}

// failures is a line for each object that failed.
func failures(r *stack.Report) []string {
	if r == nil {
		return nil
	}
	var lines []string
	for _, o := range r.Outcomes {
		if o.State == stack.Failed || o.State == stack.Unfinished {
			lines = append(lines, o.Ref.String()+": "+cmp.Or(o.Err, string(o.State)))
		}
	}
	return lines
}

// position is the first one in the tree of wrapped errors.
func position(err error) stack.Position {
	var e *stack.Error
	if !errors.As(err, &e) {
		return stack.Position{}
	}
	if e.Pos.File == "" {
		return position(e.Err)
	}
	return e.Pos
}

// annotate writes a command to GitHub's runner, in which these characters would
// mean something (actions/toolkit packages/core/src/command.ts).
func annotate(w io.Writer, kind string, pos stack.Position, text, hint string, path func(string) string) {
	value := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	text = brief(text, maxAnnotation)
	if hint != "" {
		text += "\nhint: " + brief(hint, maxAnnotation)
	}
	at := ""
	if pos.File != "" {
		at = " file=" + property.Replace(path(pos.File))
		if pos.Line > 0 {
			at += fmt.Sprintf(",line=%d", pos.Line)
		}
	}
	_, _ = fmt.Fprintf(w, "::%s%s::%s\n", kind, at, value.Replace(text))
}
