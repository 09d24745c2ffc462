package render

import (
	"bytes"
	"encoding/json"
	"strings"
)

// What is compared line by line costs the product of both numbers of lines;
// beyond this all lines count as changed.
const maxCompared = 250_000

const onlyWhitespace = "only whitespace differs"

// diffLine is a line of a diff. Its sign is '-' or '+', ' ' for a line that
// stays, 0 for a line about lines.
type diffLine struct {
	sign byte
	text string
}

// unified takes a unified diff apart. The names of the files are left out.
func unified(diff string) []diffLine {
	if diff == "" {
		return nil
	}
	list := strings.Split(strings.TrimSuffix(diff, "\n"), "\n")
	if len(list) > 1 && strings.HasPrefix(list[0], "--- ") && strings.HasPrefix(list[1], "+++ ") {
		list = list[2:]
	}
	out := make([]diffLine, len(list))
	for i, text := range list {
		out[i] = diffLine{0, text}
		if text != "" && strings.IndexByte("-+ ", text[0]) >= 0 {
			out[i] = diffLine{text[0], text[1:]}
		}
	}
	return out
}

// valueDiff is the lines in which two values differ. Long JSON is taken apart
// first.
func valueDiff(old, now string) []diffLine {
	if a, b, ok := indentJSON(old, now); ok {
		old, now = a, b
	}
	return compare(linesOf(old), linesOf(now))
}

func linesOf(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "\n")
}

// indentJSON puts each member of two objects or lists on a line of its own, if
// that keeps them different.
func indentJSON(old, now string) (oldText, newText string, ok bool) {
	var a, b bytes.Buffer
	for _, v := range []struct {
		text string
		into *bytes.Buffer
	}{{old, &a}, {now, &b}} {
		if !strings.HasPrefix(v.text, "{") && !strings.HasPrefix(v.text, "[") || json.Indent(v.into, []byte(v.text), "", "  ") != nil {
			return "", "", false
		}
	}
	return a.String(), b.String(), a.String() != b.String()
}

// compare is the lines that are not in the longest common subsequence.
func compare(a, b []string) []diffLine {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	common := make([][]int, len(a)+1) // of a[i:] and b[j:]; no row stands for zeros
	if len(a)*len(b) <= maxCompared {
		common = commonLines(a, b)
	}
	at := func(i, j int) int {
		if common[i] == nil {
			return 0
		}
		return common[i][j]
	}
	var out []diffLine
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j] && at(i, j) == at(i+1, j+1)+1:
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || at(i+1, j) >= at(i, j+1)):
			out = append(out, diffLine{'-', a[i]})
			i++
		default:
			out = append(out, diffLine{'+', b[j]})
			j++
		}
	}
	return out
}

// commonLines is the length of the longest common subsequence of a[i:] and
// b[j:], for all i and j.
func commonLines(a, b []string) [][]int {
	n := make([][]int, len(a)+1)
	n[len(a)] = make([]int, len(b)+1)
	for i := len(a) - 1; i >= 0; i-- {
		n[i] = make([]int, len(b)+1)
		for j := len(b) - 1; j >= 0; j-- {
			n[i][j] = max(n[i+1][j], n[i][j+1])
			if a[i] == b[j] {
				n[i][j] = n[i+1][j+1] + 1
			}
		}
	}
	return n
}

// fold leaves out the middle of more lines than there is room for.
func fold(lines []diffLine, room int) []diffLine {
	if len(lines) <= room {
		return lines
	}
	head := room / 2
	tail := len(lines) - (room - head - 1)
	gap := diffLine{0, ellipsis + " " + plural(tail-head, "line") + " left out " + ellipsis}
	return append(append(lines[:head:head], gap), lines[tail:]...)
}

// blank says whether two values differ in nothing but whitespace.
func blank(old, now string) bool {
	return old != now && old != "" && now != "" && squeeze(old) == squeeze(now)
}

// blankDiff says the same of a diff's lines.
func blankDiff(lines []diffLine) bool {
	side := map[byte]string{}
	for _, l := range lines {
		side[l.sign] += "\n" + l.text
	}
	return side['-']+side['+'] != "" && squeeze(side['-']) == squeeze(side['+'])
}
