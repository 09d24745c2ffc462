package render

import (
	"io"
	"strings"
)

// page collects lines. All text goes through [page.line], which makes it
// harmless; so no view can forget to.
type page struct {
	color bool
	width int
	buf   strings.Builder
	lines int
}

// span is a piece of a line.
type span struct {
	tone tone
	text string
}

func indented(n int) span { return span{plain, spaces(n)} }

func newPage(s Style) *page { return &page{color: s.Color, width: s.columns()} }

// line adds one line; without spans an empty one.
func (p *page) line(spans ...span) {
	for _, s := range spans {
		text := safe(s.text)
		if p.color {
			text = s.tone.paint(text)
		}
		p.buf.WriteString(text)
	}
	p.buf.WriteByte('\n')
	p.lines++
}

// hang adds a paragraph: the words of body beside lead, wrapped so that all
// lines begin where the first did.
func (p *page) hang(lead, body span) { p.para(width(lead.text), lead, body) }

// para adds a paragraph whose lines but the first are indented.
func (p *page) para(indent int, lead, body span) {
	p.words(indent, lead, body.tone, strings.Fields(body.text))
}

// words adds a paragraph of words, or of phrases that stay on one line.
func (p *page) words(indent int, lead span, t tone, words []string) {
	for i, word := range words {
		words[i] = safe(word)
	}
	for _, text := range fill(words, p.width-width(lead.text), p.width-indent) {
		if text == "" {
			lead.text = strings.TrimRight(lead.text, " ")
		}
		p.line(lead, span{t, text})
		lead = indented(indent)
	}
}

// add puts the lines of another page below.
func (p *page) add(other *page) {
	p.buf.WriteString(other.buf.String())
	p.lines += other.lines
}

// flush writes the page at once, so that it is not mixed with other output.
func (p *page) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.buf.String())
	p.buf.Reset()
	return err
}
