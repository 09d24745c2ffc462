package loader

import (
	"cmp"
	"errors"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// report collects what is wrong and what is worth knowing, so that a user
// hears of everything at once.
type report struct {
	order    []string // file names, in the order in which to speak of them
	errs     []stack.Error
	warnings []stack.Warning
}

func (r *report) fail(e stack.Error) { r.errs = append(r.errs, e) }

func (r *report) warn(w stack.Warning) { r.warnings = append(r.warnings, w) }

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

// sortedWarnings are the warnings by file and line, each once.
func (r *report) sortedWarnings() []stack.Warning {
	slices.SortStableFunc(r.warnings, func(a, b stack.Warning) int {
		return cmp.Or(r.compare(a.Pos, b.Pos), cmp.Compare(a.Msg, b.Msg))
	})
	return slices.Compact(r.warnings)
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
