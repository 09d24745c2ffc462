package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// safe is s on one line, with every character that a terminal could act on
// written as in a Go string: \n, \x1b, \u202e. Applied twice it changes nothing
// more.
func safe(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		char := s[:n]
		if unsafeRune(r) && char != "\uFFFD" {
			char = strings.Trim(strconv.Quote(char), `"`)
		}
		b.WriteString(char)
		s = s[n:]
	}
	return b.String()
}

// unsafeRune is also true of U+FFFD, which is what invalid bytes decode to.
func unsafeRune(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }

// width is the number of columns that s takes in a terminal, to within the odd
// emoji: none for combining marks, two for East Asian wide characters.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < unicode.MaxLatin1:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the blocks of Unicode's EastAsianWidth.txt with property W or F.
func wide(r rune) bool {
	return r >= 0x1100 && r <= 0x115f ||
		r >= 0x2e80 && r <= 0xa4cf && r != 0x303f ||
		r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f ||
		r >= 0xff01 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 ||
		r >= 0x1f300 && r <= 0x1f64f ||
		r >= 0x1f680 && r <= 0x1faff ||
		r >= 0x20000 && r <= 0x3fffd
}

func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// pad is s followed by blanks, n columns wide or wider.
func pad(s string, n int) string { return s + spaces(n-width(s)) }

// fill puts words on lines, the first of which has another width than the
// rest. A word wider than a whole line has a line of its own.
func fill(words []string, first, rest int) []string {
	lines, room := []string{""}, first
	for _, word := range words {
		last := &lines[len(lines)-1]
		joined := strings.TrimLeft(*last+" "+word, " ")
		if width(joined) > room && (*last != "" || room < rest) {
			lines, room = append(lines, word), rest
			continue
		}
		*last = joined
	}
	return lines
}

// plural is "1 task", "2 tasks".
func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// enumerate is "a", "a and b", "a, b and c".
func enumerate(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// listed is items with commas between and end after the last, each still on
// its own.
func listed(items []string, end string) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item + ","
		if i == len(items)-1 {
			out[i] = item + end
		}
	}
	return out
}

// duration is d as people say it: 0.3s, 42s, 1m32s, 10m.
func duration(d time.Duration) string {
	if d < 10*time.Second {
		return strings.Replace(fmt.Sprintf("%.1fs", d.Seconds()), ".0s", "s", 1)
	}
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return s
}
