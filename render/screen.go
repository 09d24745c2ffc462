package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// screen is the lower end of a terminal, where a frame of lines is drawn again
// and again. The cursor rests in the first column of the line below the frame.
// Only what every terminal knows is used (ECMA-48: CUU, ED, EL).
type screen struct {
	w       io.Writer
	shown   []shot
	columns int // of the terminal when that was drawn
}

// shot is one line of a frame, as it is written and as it is seen.
type shot struct{ text, plain string }

// draw writes lines that stay above the frame, and the frame below them, in one
// piece. What the terminal does not take is lost.
func (s *screen) draw(above string, frame []shot, columns int) {
	if above == "" && columns == s.columns && slices.Equal(frame, s.shown) {
		return
	}
	var b strings.Builder
	if n := s.height(columns); n > 0 {
		fmt.Fprintf(&b, "\r\x1b[%dA", n)
	} else if len(s.shown)+len(frame) > 0 {
		b.WriteString("\r")
	}
	if len(s.shown) > 0 && (above != "" || len(frame) == 0) {
		b.WriteString("\x1b[J")
	}
	b.WriteString(above)
	for _, line := range frame {
		b.WriteString(line.text + "\x1b[K\n")
	}
	if len(frame) < len(s.shown) || columns != s.columns {
		b.WriteString("\x1b[J")
	}
	s.shown, s.columns = frame, columns
	_, _ = io.WriteString(s.w, b.String())
}

// height is how many lines of the terminal the last frame takes. What has become
// too wide for a line since takes several.
func (s *screen) height(columns int) int {
	n := 0
	for _, line := range s.shown {
		n++
		x := 0
		for _, r := range line.plain {
			if x += width(string(r)); x > columns {
				n, x = n+1, width(string(r))
			}
		}
	}
	return n
}
