package render

import (
	"io"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// ErrorMarkdown writes why nothing was planned or applied as a comment on a pull
// request, with a hint behind each mistake that has one. The same limit and the
// same rules hold as for [Markdown].
func ErrorMarkdown(w io.Writer, err error) error {
	var d document
	d.add("## Failed")
	var lines []string
	for _, err := range stack.Apart(err) {
		line := "- **Error:** " + prose(err.Error())
		if h := hint(err); h != "" {
			line += "; " + prose(h)
		}
		lines = append(lines, line+"\n")
	}
	d.add(strings.TrimSpace(fit(lines, tableLimit, func(n int) string {
		return "- " + ellipsis + " and " + plural(n, "more error") + "\n"
	})))
	return d.write(w)
}
