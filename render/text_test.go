package render

import (
	"strings"
	"testing"
)

func TestExcerpts(t *testing.T) {
	digest := func(end string) string { return "web@sha256:" + strings.Repeat("0a1b2c3d", 7) + end }
	for _, tc := range []struct {
		name           string
		old, now       string
		room           int
		oldCut, nowCut string
	}{
		{"what fits is whole", "nginx:1.27", "nginx:1.28", 10, "nginx:1.27", "nginx:1.28"},
		{"the end is cut", "", "a rather long value", 14, "", "a rather lo..."},
		{"the first difference is kept", strings.Repeat("a", 40) + "1" + strings.Repeat("b", 40), strings.Repeat("a", 40) + "2", 16, "...aaaa1bbbbb...", "...aaaa2"},
		{"a longer value shows that it is", strings.Repeat("a", 40), strings.Repeat("a", 42), 16, "...aaaa", "...aaaaaa"},
		{"digests are shortened", digest("00000000"), "web@sha256:" + strings.Repeat("f", 64), 40, "web@sha256:0a1b2c3d0a1b...", "web@sha256:ffffffffffff..."},
		{"unless they begin alike", digest("00000000"), digest("ffffffff"), 40, "...3d0a1b2c3d00000000", "...3d0a1b2c3dffffffff"},
		{"wide characters count twice", "", strings.Repeat("漢", 9), 14, "", "漢漢漢漢漢..."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old, now := excerpts(tc.old, tc.now, tc.room)
			if old != tc.oldCut || now != tc.nowCut {
				t.Errorf("got  %s\n     %s\nwant %s\n     %s", old, now, tc.oldCut, tc.nowCut)
			}
		})
	}
}

// FuzzExcerpts has values that differ. They may be cut, but never so that they
// look alike, and never wider than there is room.
func FuzzExcerpts(f *testing.F) {
	f.Add("nginx:1.27", "nginx:1.28", 80)
	f.Add(strings.Repeat("漢", 60)+"字", strings.Repeat("漢", 61), 14)
	f.Add("x sha256:"+strings.Repeat("0a1b2c3d", 8), "x sha256:"+strings.Repeat("0a1b2c3d", 7)+"00000000", 60)
	f.Add("ends in ...", "ends in ... and goes on and on", 14)
	f.Fuzz(func(t *testing.T, old, now string, room int) {
		if room < minWidth-10 || room > 500 {
			t.Skip()
		}
		old, now = safe(old), safe(now)
		oldCut, nowCut := excerpts(old, now, room)
		if old != now && oldCut == nowCut {
			t.Errorf("%q and %q look alike: %q", old, now, oldCut)
		}
		if width(oldCut) > room || width(nowCut) > room {
			t.Errorf("more than %d columns: %q, %q", room, oldCut, nowCut)
		}
	})
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"nothing to do here, 世界 é": "nothing to do here, 世界 é",
		"\x1b[31m":                 `\x1b[31m`,
		"two\nlines\tand\rmore":    `two\nlines\tand\rmore`,
		"\u009b2J":                 `\u009b2J`,
		"a\u202eb\u2066c":          `a\u202eb\u2066c`,
		"bad \xff\xc3":             `bad \xff\xc3`,
		"replaced \uFFFD":          "replaced \uFFFD",
		`C:\new "x"`:               `C:\new "x"`,
	} {
		if got := safe(in); got != want {
			t.Errorf("safe(%q) = %s, want %s", in, got, want)
		}
		if safe(want) != want {
			t.Errorf("safe(%q) is not stable", want)
		}
	}
}

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "ÿ": 1, "…": 1, "→": 1, "─": 1, "e\u0301": 1, "世界": 4, "한글": 4, "\u1100": 2, "\uff21": 2,
		"✅ ok": 5, "⚡": 2, "🚀": 2, "\u2764\ufe0f": 2, "\U0003fffd": 2,
	} {
		if got := width(s); got != want {
			t.Errorf("width(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestFill(t *testing.T) {
	for _, tc := range []struct {
		text        string
		first, rest int
		want        string
	}{
		{"", 5, 9, ""},
		{"one two three", 80, 80, "one two three"},
		{"one two three", 5, 9, "one|two three"},
		{"three one", 2, 9, "|three one"}, // nothing fits beside what is there already
		{"unbreakable x", 4, 4, "unbreakable|x"},
		{"漢字 漢字", 8, 8, "漢字|漢字"},
	} {
		if got := strings.Join(fill(strings.Fields(tc.text), tc.first, tc.rest), "|"); got != tc.want {
			t.Errorf("fill(%q, %d, %d) = %q, want %q", tc.text, tc.first, tc.rest, got, tc.want)
		}
	}
}
