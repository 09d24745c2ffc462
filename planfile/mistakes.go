package planfile

import (
	"errors"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// encodeErrors is each of the errors that were joined.
func encodeErrors(err error) []mistake {
	out := []mistake{}
	for _, e := range stack.Apart(err) {
		m := mistake{Message: e.Error()}
		for known := (*stack.Error)(nil); errors.As(e, &known); e = known.Err {
			if at := known.Pos.String(); at != "" && m.File == "" {
				m.File, m.Line = known.Pos.File, known.Pos.Line
				m.Message = strings.TrimPrefix(m.Message, at+": ")
			}
			if m.Hint == "" {
				m.Hint = known.Hint
			}
		}
		out = append(out, m)
	}
	return out
}
