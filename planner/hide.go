package planner

import "regexp"

// Hide masks values that may be credentials, as plans show them: it returns the
// value that stands at a compose path without them. Unlike in a plan it does
// not show which are equal.
func Hide() func(path, value string) string {
	m, numbers := newMask(), regexp.MustCompile(`\(sensitive #\d+\)`)
	return func(path, value string) string {
		return numbers.ReplaceAllString(m.hide(path, value), "(sensitive)")
	}
}
