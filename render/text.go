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

// width is the number of columns that s takes in a terminal, or one more for the
// odd emoji: none for combining marks, two for East Asian wide characters.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < unicode.MaxLatin1:
			n++
		case r == '\uFE0F': // makes an emoji of the character before it, which is wide
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

// wideBlocks is the first and the last character of each block of what has
// property W or F in Unicode's EastAsianWidth.txt. Scripts and groups of emoji are
// taken as a whole.
const wideBlocks = "\u1100\u115f\u231a\u231b\u2329\u232a\u23e9\u23ec\u23f0\u23f0\u23f3\u23f3\u25fd\u25fe\u2614\u2615" +
	"\u2630\u2637\u2648\u2653\u267f\u267f\u268a\u268f\u2693\u2693\u26a1\u26a1\u26aa\u26ab\u26bd\u26be" +
	"\u26c4\u26c5\u26ce\u26ce\u26d4\u26d4\u26ea\u26ea\u26f2\u26f3\u26f5\u26f5\u26fa\u26fa\u26fd\u26fd" +
	"\u2705\u2705\u270a\u270b\u2728\u2728\u274c\u274c\u274e\u274e\u2753\u2755\u2757\u2757\u2795\u2797" +
	"\u27b0\u27b0\u27bf\u27bf\u2b1b\u2b1c\u2b50\u2b50\u2b55\u2b55\u2e80\u303e\u3041\ua4cf\ua960\ua97c" +
	"\uac00\ud7a3\uf900\ufaff\ufe10\ufe19\ufe30\ufe6f\uff01\uff60\uffe0\uffe6\U00016fe0\U00018dff" +
	"\U0001aff0\U0001b2ff\U0001d300\U0001d376\U0001f004\U0001f004\U0001f0cf\U0001f0cf\U0001f18e\U0001f18e" +
	"\U0001f191\U0001f19a\U0001f200\U0001f64f\U0001f680\U0001f6ff\U0001f7e0\U0001f7f0\U0001f900\U0001faff" +
	"\U00020000\U0003fffd"

func wide(r rune) bool {
	if r < 0x1100 {
		return false
	}
	for rest := wideBlocks; rest != ""; {
		first, n := utf8.DecodeRuneInString(rest)
		last, m := utf8.DecodeRuneInString(rest[n:])
		if r <= last {
			return r >= first
		}
		rest = rest[n+m:]
	}
	return false
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

// minute is a time as people read it, in UTC.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

// moment is the same, and says that it is UTC.
func moment(t time.Time) string { return minute(t) + " UTC" }
