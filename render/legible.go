package render

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// A digest stands behind a value that is cut if there are so many columns.
const roomyValue = 60

// legible makes lines harmless and cuts them to a number of columns, so that
// lines that differ still do.
func legible(lines []diffLine, room int) []diffLine {
	out := spelled(lines)
	for i := 0; i < len(out); i++ {
		minus := run(out[i:], '-')
		for k := range min(minus, run(out[i+minus:], '+')) {
			a, b := &out[i+k], &out[i+minus+k]
			x, y := fitting(lines[i+k].text, a.text, lines[i+minus+k].text, b.text, room)
			a.text, b.text = x, y
		}
		i += minus
	}
	for i, l := range out {
		if l.sign == '-' || l.sign == '+' { // one without a counterpart; the others fit
			_, l.text = fitting("", "", lines[i].text, l.text, room)
		}
		out[i].text = excerpt(l.text, 0, room)
	}
	return out
}

// fitting is the excerpts of two values as they are spelled. What is left out of
// one is told by a digest of the value, where there is room for it.
func fitting(rawOld, old, rawNow, now string, room int) (oldText, newText string) {
	oldText, newText = excerpts(old, now, room)
	isCut := func(text, whole string) bool { return text != whole && text != shortDigests(whole) }
	if room < roomyValue || !isCut(oldText, old) && !isCut(newText, now) {
		return oldText, newText
	}
	oldText, newText = excerpts(old, now, room-len(digest("")))
	if isCut(oldText, old) {
		oldText += digest(rawOld)
	}
	if isCut(newText, now) {
		newText += digest(rawNow)
	}
	return oldText, newText
}

// digest is the beginning of a value's, as `sha256sum` has it.
func digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return " (sha256:" + hex.EncodeToString(sum[:4]) + ")"
}

// run is the number of lines with this sign at the beginning.
func run(lines []diffLine, sign byte) int {
	n := 0
	for n < len(lines) && lines[n].sign == sign {
		n++
	}
	return n
}

// spelled shows tabs as blanks, and drops blanks at the end, but quotes lines
// in which only such things differ.
func spelled(lines []diffLine) []diffLine {
	counterpart := map[byte]map[string]string{'-': {}, '+': {}}
	for _, l := range lines {
		if l.sign == '-' || l.sign == '+' {
			counterpart['-'+'+'-l.sign][squeeze(l.text)] = l.text
		}
	}
	out := make([]diffLine, len(lines))
	for i, l := range lines {
		other, both := counterpart[l.sign][squeeze(l.text)]
		out[i] = diffLine{l.sign, safe(strings.TrimRight(strings.ReplaceAll(l.text, "\t", "    "), " "))}
		if both && other != l.text {
			out[i].text = safe(strconv.Quote(l.text))
		}
	}
	return out
}

// squeeze is s without any whitespace.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }
