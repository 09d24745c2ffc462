package render

import (
	"io"
	"strings"
	"unicode/utf8"
)

// markdownLimit is the size in bytes that no document exceeds. GitHub takes
// 65,536 characters as a comment; the rest is left to what posts it.
const markdownLimit = 60_000

// What a part of a document may take, in bytes, and inline text in characters.
// All parts but the details at their largest leave room for details.
const (
	tableLimit   = 15_000
	warningLimit = 10_000
	maxProse     = 500
	maxCode      = 120
)

// document is paragraphs of markdown. Text from outside enters it through
// [prose], [code] or [fenced] only.
type document []string

// add puts a paragraph at the end, unless it is empty.
func (d *document) add(text string) {
	if text != "" {
		*d = append(*d, text)
	}
}

// room is how much may still be added as one paragraph.
func (d *document) room() int {
	left := markdownLimit - len("\n\n\n")
	for _, text := range *d {
		left -= len(text) + len("\n\n")
	}
	return left
}

func (d *document) write(w io.Writer) error {
	_, err := io.WriteString(w, strings.Join(*d, "\n\n")+"\n")
	return err
}

// escape writes every character that markdown or HTML could act on as a
// character reference, which stands for itself wherever it stands, in cells of
// tables too (CommonMark 0.31, 6.2 and 2.5). Backslashes would not do: `\|` is
// read twice in a table.
func escape(s string) string {
	return underscores(strings.NewReplacer(
		"&", "&amp;", "<", "&lt;", ">", "&gt;", `\`, "&#92;", "`", "&#96;", "*", "&#42;",
		"[", "&#91;", "]", "&#93;", "|", "&#124;", "~", "&#126;", "#", "&#35;", "!", "&#33;", "@", "&#64;",
		"$", "&#36;", "://", "&#58;//", "www.", "www&#46;",
	).Replace(safe(s)))
}

// underscores are escaped but for those within words, which cannot emphasise
// (CommonMark 0.31, 6.4) and are in most names.
func underscores(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i == len(s)-1 || !alphanumeric(s[i-1]) || !alphanumeric(s[i+1])) {
			b.WriteString("&#95;")
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// prose is a sentence from outside. What would mention somebody or refer to an
// issue is told apart by a space of no width, as those are looked for after the
// character references are resolved. It is never to begin a line.
func prose(s string) string {
	return strings.NewReplacer(
		"&#64;", "&#64;&#8203;", "&#35;", "&#35;&#8203;", "&#33;", "&#33;&#8203;",
	).Replace(escape(brief(s, maxProse)))
}

// code is a name from outside. Nobody is mentioned within code. It is an HTML
// element, as the other notation has no escapes and stands in no summary.
func code(s string) string { return "<code>" + escape(brief(s, maxCode)) + "</code>" }

// fenced is lines from outside as a block of code that they cannot end.
func fenced(language string, lines []string) string {
	fence := "```"
	for _, line := range lines {
		for strings.Contains(line, fence) {
			fence += "`"
		}
	}
	return fence + language + "\n" + strings.Join(lines, "\n") + "\n" + fence
}

// brief is the beginning of s, n characters at most.
func brief(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-len(ellipsis)]) + ellipsis
}

// fit joins the parts that have room in limit bytes. If not all have, some in
// the middle are left out, and gap says how many.
func fit(parts []string, limit int, gap func(n int) string) string {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if size <= limit {
		return strings.Join(parts, "")
	}
	left := limit - len(gap(len(parts)))
	take := func(part string) bool {
		left -= len(part)
		return left >= 0
	}
	head, tail := 0, len(parts)
	for head < tail && take(parts[head]) {
		head++
		if head == tail || !take(parts[tail-1]) {
			break
		}
		tail--
	}
	return strings.Join(parts[:head], "") + gap(tail-head) + strings.Join(parts[tail:], "")
}

// table has one row of cells for each thing of a kind.
func table(noun string, head []string, rows [][]string) string {
	row := func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
	lines := make([]string, len(rows))
	for i, cells := range rows {
		lines[i] = row(cells)
	}
	body := fit(lines, tableLimit, func(n int) string {
		cells := make([]string, len(head))
		cells[0] = ellipsis
		cells[1] = plural(n, "more "+noun)
		return row(cells)
	})
	return row(head) + strings.Repeat("|---", len(head)) + "|\n" + strings.TrimSuffix(body, "\n")
}
