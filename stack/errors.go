package stack

import (
	"errors"
	"strconv"
	"strings"
)

// What can go wrong between stackup and the swarm. The engine package wraps
// its errors around these, so that others can tell them apart with [errors.Is]
// without knowing the client.
var (
	// ErrUnreachable: no engine answers at the address.
	ErrUnreachable = errors.New("engine unreachable")
	// ErrNotManager: the engine answers, but is not a manager of a swarm.
	ErrNotManager = errors.New("not a swarm manager")
	// ErrNotFound: the object does not exist (any more).
	ErrNotFound = errors.New("not found")
	// ErrConflict: an object of that name exists already.
	ErrConflict = errors.New("name in use")
	// ErrInUse: the object cannot be removed while something refers to it.
	ErrInUse = errors.New("in use")
	// ErrOutOfSequence: the object has changed since it was read.
	ErrOutOfSequence = errors.New("changed since it was read")
	// ErrUnavailable: the engine answers, but its swarm cannot do anything just
	// now: it has no leader, or the leader does not answer.
	ErrUnavailable = errors.New("swarm unavailable")
	// ErrInvalid: the engine refuses the spec.
	ErrInvalid = errors.New("refused by the engine")
)

// Position is a place in a compose file. The zero value means "unknown".
type Position struct {
	File string
	Line int // from 1; 0 when only the file is known
}

// String is file:line, or the file alone, or nothing.
func (p Position) String() string {
	if p.File == "" || p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Error is a mistake a user can mend: what is wrong, where, and what to do
// next. Several are joined with [errors.Join].
type Error struct {
	Pos  Position
	Msg  string // lower case, the object first: service "api": …
	Hint string // the next step; may be empty
	Err  error  // the cause; may be nil
}

// Error is one line: file:line, message, cause. The hint is not part of it.
func (e *Error) Error() string {
	s := e.Msg
	if e.Err != nil {
		if s != "" {
			s += ": "
		}
		s += e.Err.Error()
	}
	if at := e.Pos.String(); at != "" {
		s = at + ": " + s
	}
	return oneLine(s)
}

// Apart takes [errors.Join] apart, at any depth. Other errors that wrap several
// have a text of their own and stay whole. A nil error gives none.
func Apart(err error) []error {
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
		flat = append(flat, Apart(e)...)
	}
	return flat
}

// oneLine makes a line of a text that quotes something with line ends in it.
func oneLine(s string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
}

// Unwrap gives the cause to [errors.Is] and [errors.As].
func (e *Error) Unwrap() error { return e.Err }

// Warning is something a user should know and that stops nothing.
type Warning struct {
	Pos  Position
	Msg  string // lower case, the object first
	Hint string // may be empty
}

// String is file:line and the message.
func (w Warning) String() string {
	if at := w.Pos.String(); at != "" {
		return oneLine(at + ": " + w.Msg)
	}
	return oneLine(w.Msg)
}
