package render

import (
	"cmp"
	"errors"
	"io"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// Error writes err as lines that begin with "error:", one for each of several
// joined errors ([errors.Join]), each followed by its "hint:" if it has one
// ([stack.Error]). Lines are not wrapped, so that they can be searched and
// copied. A nil error writes nothing.
func Error(w io.Writer, err error) {
	pg := newPage(Style{})
	list := stack.Apart(err)
	for i, err := range list {
		pg.verbatim("error: ", err.Error())
		if h := hint(err); h != "" && (i+1 == len(list) || hint(list[i+1]) != h) {
			pg.verbatim("hint: ", h)
		}
	}
	_ = pg.flush(w)
}

// Warnings writes one paragraph for each warning, with its hint. A hint that
// several in a row share stands once, after the last of them.
func Warnings(w io.Writer, ws []stack.Warning, s Style) {
	pg := newPage(s)
	for i, warning := range ws {
		pg.hang(span{yellow, "warning: "}, span{plain, warning.String()})
		if h := warning.Hint; h != "" && (i+1 == len(ws) || ws[i+1].Hint != h) {
			pg.hang(span{dim, "hint: "}, span{plain, h})
		}
	}
	_ = pg.flush(w)
}

// several is an error that wraps a list: one of errors.Join, or of fmt.Errorf
// with more than one %w.
type several interface{ Unwrap() []error }

// hint is the first one in the tree of wrapped errors.
func hint(err error) string {
	var e *stack.Error
	if errors.As(err, &e) {
		if h := cmp.Or(e.Hint, hint(e.Err)); h != "" {
			return h
		}
	}
	var list several
	if errors.As(err, &list) {
		for _, part := range list.Unwrap() {
			if h := hint(part); h != "" {
				return h
			}
		}
	}
	return ""
}

// verbatim writes text without wrapping. Its own line breaks are kept.
func (p *page) verbatim(lead, text string) {
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		p.line(span{plain, lead + strings.TrimRight(line, "\r")})
		lead = spaces(len(lead))
	}
}
