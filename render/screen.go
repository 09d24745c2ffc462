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
//
// A line is erased as a whole before it is written: tmux counts cells that were
// erased at its end as part of it, and wraps them when the window becomes
// narrower. For what is erased all together ED would do, but in the upper left
// corner tmux takes that for a reason to keep what was there in its history.
func (s *screen) draw(above string, frame []shot, columns int) {
	if above == "" && columns == s.columns && slices.Equal(frame, s.shown) {
		return
	}
	var b strings.Builder
	n := s.height(columns)
	if len(s.shown)+len(frame) > 0 {
		b.WriteString("\r" + up(n))
	}
	if above != "" || len(frame) == 0 || columns != s.columns {
		b.WriteString(strings.Repeat(eraseLine+"\n", n) + up(n))
	}
	b.WriteString(above)
	for _, line := range frame {
		b.WriteString(eraseLine + line.text + "\n")
	}
	if rest := len(s.shown) - len(frame); rest > 0 && len(frame) > 0 {
		b.WriteString(eraseBelow)
	}
	s.shown, s.columns = frame, columns
	_, _ = io.WriteString(s.w, b.String())
}

const (
	eraseLine  = "\x1b[2K"
	eraseBelow = "\x1b[J"
)

// up moves the cursor.
func up(lines int) string {
	if lines == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA", lines)
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
