package render

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const ellipsis = "..."

// excerpts cuts an old and a new value to a number of columns. Digests are
// shortened first; if that is not enough, the part around the first difference
// is kept, so that values that differ never come to look alike.
func excerpts(old, now string, room int) (oldText, newText string) {
	fit := func() bool { return width(old) <= room && width(now) <= room }
	if fit() {
		return old, now
	}
	if x, y := shortDigests(old), shortDigests(now); x != y {
		old, now = x, y
	}
	if fit() {
		return old, now
	}
	start, same := 0, commonPrefix(old, now)
	if width(old[:same]) > room/2 {
		start = same
		for width(old[start:same]) < room/4 {
			_, n := utf8.DecodeLastRuneInString(old[:start])
			start -= n
		}
	}
	return excerpt(old, start, room), excerpt(now, start, room)
}

// excerpt is s from byte start on in room columns, with an ellipsis where
// something is left out.
func excerpt(s string, start, room int) string {
	if start > 0 {
		s = ellipsis + s[start:]
	}
	if width(s) <= room {
		return s
	}
	return beginning(s, room-len(ellipsis)) + ellipsis
}

// beginning is as much of s as n columns have room for.
func beginning(s string, n int) string {
	columns := 0
	for i, r := range s {
		if columns += width(string(r)); columns > n {
			return s[:i]
		}
	}
	return s
}

// commonPrefix is the number of bytes with which both begin, whole characters
// only.
func commonPrefix(a, b string) int {
	for i, r := range a {
		if !strings.HasPrefix(b[i:], string(r)) {
			return i
		}
	}
	return len(a)
}

// shortDigests keeps 12 of a digest's 64 digits, as Docker does with IDs.
func shortDigests(s string) string {
	return regexp.MustCompile(`(sha256:[0-9a-f]{12})[0-9a-f]{52}\b`).ReplaceAllString(s, "${1}"+ellipsis)
}
