package planfile

import (
	"errors"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// encodeErrors is each of the errors that were joined.
func encodeErrors(err error) []mistake {
	out := []mistake{}
	for _, e := range apart(err) {
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

// apart takes errors.Join apart, at any depth. Other errors that wrap several
// have a text of their own and stay whole.
func apart(err error) []error {
	if err == nil {
		return nil
	}
	var list interface{ Unwrap() []error }
	if !errors.As(err, &list) {
		return []error{err}
	}
	joined := errors.Join(list.Unwrap()...)
	if joined == nil || joined.Error() != err.Error() {
		return []error{err}
	}
	var flat []error
	for _, e := range list.Unwrap() {
		flat = append(flat, apart(e)...)
	}
	return flat
}
