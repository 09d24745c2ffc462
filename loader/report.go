package loader

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/stackup-cli/stackup/stack"
)

// report collects what is wrong and what is worth knowing, so that a user
// hears of everything at once.
type report struct {
	order   []string // file names, in the order in which to speak of them
	errs    []stack.Error
	remarks []remark
	strict  bool // a warning is an error
}

// remark is a warning that is not yet put together: one line of a file may
// stand for many objects.
type remark struct {
	pos       stack.Position
	who       string // service "web"; may be empty
	msg, hint string
}

func (r *report) fail(e stack.Error) { r.errs = append(r.errs, e) }

func (r *report) warn(m remark) { r.remarks = append(r.remarks, m) }

// err is everything that failed, by file and line; nil if nothing did.
func (r *report) err() error {
	slices.SortStableFunc(r.errs, func(a, b stack.Error) int {
		return cmp.Or(r.compare(a.Pos, b.Pos), cmp.Compare(a.Error(), b.Error()))
	})
	var errs []error
	for i, e := range r.errs {
		if i == 0 || e.Error() != r.errs[i-1].Error() {
			errs = append(errs, &e)
		}
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// verdict is what there is to say at the end: errors, or warnings, which are
// errors too if the report is strict.
func (r *report) verdict() ([]stack.Warning, error) {
	warnings := r.warnings()
	if r.strict {
		for _, w := range warnings {
			r.fail(stack.Error{Pos: w.Pos, Msg: w.Msg, Hint: w.Hint})
		}
	}
	return warnings, r.err()
}

// warnings are the remarks by file and line, those that say the same of
// several objects as one.
func (r *report) warnings() []stack.Warning {
	slices.SortStableFunc(r.remarks, func(a, b remark) int {
		return cmp.Or(r.compare(a.pos, b.pos), cmp.Compare(a.msg, b.msg), cmp.Compare(a.hint, b.hint), cmp.Compare(a.who, b.who))
	})
	var out []stack.Warning
	all := slices.Compact(r.remarks)
	for len(all) > 0 {
		first := all[0]
		n := 1
		for n < len(all) && all[n].pos == first.pos && all[n].msg == first.msg && all[n].hint == first.hint {
			n++
		}
		out = append(out, stack.Warning{Pos: first.pos, Msg: together(all[:n]) + first.msg, Hint: first.hint})
		all = all[n:]
	}
	return out
}

// together names the objects of remarks that say the same.
func together(same []remark) string {
	who := same[0].who
	switch {
	case who == "":
		return ""
	case len(same) == 1:
		return who + ": "
	}
	return who + " and " + strconv.Itoa(len(same)-1) + " more: "
}

func (r *report) compare(a, b stack.Position) int {
	return cmp.Or(
		cmp.Compare(r.rank(a.File), r.rank(b.File)),
		cmp.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
	)
}

// rank puts files that were not given, and "no file", last.
func (r *report) rank(file string) int {
	if i := slices.Index(r.order, file); i >= 0 {
		return i
	}
	return len(r.order)
}
