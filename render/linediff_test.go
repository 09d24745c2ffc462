package render

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestValueDiff(t *testing.T) {
	for _, tc := range []struct{ name, old, now, want string }{
		{"one line", "a", "b", "-a|+b"},
		{"new", "", "a\nb", "+a|+b"},
		{"gone", "a\nb", "", "-a|-b"},
		{"in the middle", "a\nb\nc", "a\nx\nc", "-b|+x"},
		{"what stays between is left out", "a\nb\nc\nd", "x\nb\nc\ny", "-a|+x|-d|+y"},
		{"added and removed", "a\nb\nc", "b\nc\nd", "-a|+d"},
		{"the end of the last line", "a", "a\n", "+"},
		{"JSON", `{"a":1,"b":2}`, `{"a":1,"b":3}`, `-  "b": 2|+  "b": 3`},
		{"JSON that differs in whitespace only", `{"a":1}`, `{"a": 1}`, `-{"a":1}|+{"a": 1}`},
		{"no JSON", `{"a":1`, `{"a":2`, `-{"a":1|+{"a":2`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := written(valueDiff(tc.old, tc.now)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestVeryLongValuesAreNotComparedLineByLine(t *testing.T) {
	a := strings.Repeat("a\nsame\n", 600)
	got := valueDiff("first\n"+a+"b", "first\n"+strings.ReplaceAll(a, "a\n", "c\n")+"d")
	if got[0].text != "a" || len(got) < 2400 {
		t.Errorf("%d lines: %v ...", len(got), got[0])
	}
}

func TestUnified(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n\\ No newline at end of file\n": "@@ -1 +1 @@|-x|+y| z|\\ No newline at end of file",
		"@@ -1 +1 @@\n--- x\n+++ y\n":                                           "@@ -1 +1 @@|--- x|+++ y", // lines of the content
	} {
		if got := written(unified(in)); got != want {
			t.Errorf("unified(%q) = %s, want %s", in, got, want)
		}
	}
}

func written(lines []diffLine) string {
	list := make([]string, len(lines))
	for i, l := range lines {
		list[i] = strings.Trim(string(l.sign), "\x00") + l.text
	}
	return strings.Join(list, "|")
}

// FuzzValueDiff wants that both values have the same lines, but for those that
// are said to differ.
func FuzzValueDiff(f *testing.F) {
	f.Add("a\nb\nc", "c\nb\na")
	f.Add("a\na\n", "a\n\na")
	f.Fuzz(func(t *testing.T, old, now string) {
		a, b := linesOf(old), linesOf(now)
		for _, l := range compare(a, b) {
			if l.sign == '-' {
				a = without(t, a, l.text)
			} else {
				b = without(t, b, l.text)
			}
		}
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q and %q stay", a, b)
		}
	})
}

// without takes one line away; which of several equal ones does not matter to
// their number.
func without(t *testing.T, lines []string, text string) []string {
	t.Helper()
	for i, line := range lines {
		if line == text {
			return append(append([]string{}, lines[:i]...), lines[i+1:]...)
		}
	}
	t.Fatalf("%q is not there", text)
	return nil
}

func TestFold(t *testing.T) {
	lines := make([]diffLine, 21)
	if got := fold(lines[:20], 20); len(got) != 20 {
		t.Errorf("20 lines became %d", len(got))
	}
	got := fold(lines, 20)
	if len(got) != 20 || got[10].text != "... 2 lines left out ..." {
		t.Errorf("21 lines became %d, %v", len(got), got)
	}
}

// Lines that differ never come to look alike.
func TestLegible(t *testing.T) {
	far := strings.Repeat("x", 100)
	for _, lines := range [][]diffLine{
		{{'-', "a\tb"}, {'+', "a    b"}},
		{{'-', "a "}, {'+', "a"}},
		{{'-', far + "1"}, {'+', far + "2"}},
		{{'-', "other"}, {'-', "a\t"}, {'+', "a"}},
	} {
		got := legible(lines, 40)
		if last := len(got) - 1; got[last-1].text == got[last].text || width(got[last].text) > 40 {
			t.Errorf("%v became %v", lines, got)
		}
	}
}

// What is cut has a digest, so that it can be told from others that begin alike.
func TestLegibleHasDigestsOfWhatIsCut(t *testing.T) {
	long := strings.Repeat("a long\tvalue ", 9)
	sum := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return fmt.Sprintf("... (sha256:%x)", sum[:4])
	}
	for _, lines := range [][]diffLine{
		{{'+', long}},
		{{'-', "short"}, {'+', long}},
		{{'-', long + "1"}, {'+', long + "2" + long}},
	} {
		last := len(lines) - 1
		got := legible(lines, 70)
		if text := got[last].text; !strings.HasSuffix(text, sum(lines[last].text)) || width(text) > 70 {
			t.Errorf("%q became %q", lines[last].text, text)
		}
		if first := got[0].text; last > 0 && strings.Contains(first, "sha256:") != (first != "short") {
			t.Errorf("%q became %q", lines[0].text, first)
		}
	}
}
