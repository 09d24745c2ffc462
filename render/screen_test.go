package render_test

import (
	"fmt"
	"strings"
	"sync"
	"unicode"
)

// terminal understands as much of a terminal as the live view needs. It wraps
// lines, and when its width changes wraps them anew, as tmux and most others do.
type terminal struct {
	mu              sync.Mutex
	columns, height int
	lines           []line // all that was ever written; the last are on the screen
	x, y            int    // the cursor; y counts lines from the first
	unknown         []string
}

// line is one line of the terminal.
type line struct {
	cells []string // a wide character has two, the second is empty
	wraps bool     // it goes on in the next one
}

func newTerminal(columns, height int) *terminal {
	return &terminal{columns: columns, height: height, lines: make([]line, 1)}
}

func (t *terminal) size() (int, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.columns, t.height
}

// top is the first line that can be reached.
func (t *terminal) top() int { return max(0, len(t.lines)-t.height) }

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for text := []rune(string(p)); len(text) > 0; {
		switch r := text[0]; r {
		case 0x1b:
			end := 1
			for end < len(text) && !unicode.IsLetter(text[end]) {
				end++
			}
			t.control(string(text[1 : end+1]))
			text = text[end:]
		case 0x0d:
			t.x = 0
		case 0x0a:
			t.feed()
			t.x = 0
		default:
			t.put(r)
		}
		text = text[1:]
	}
	return len(p), nil
}

func (t *terminal) control(seq string) {
	n := 1
	_, _ = fmt.Sscanf(seq, "[%d", &n)
	switch {
	case strings.HasSuffix(seq, "m"): // colours
	case strings.HasSuffix(seq, "A"):
		t.y = max(t.y-n, t.top())
	case seq == "[2K":
		t.lines[t.y] = line{}
	case seq == "[J":
		t.lines[t.y].cut(t.x)
		for i := t.y + 1; i < len(t.lines); i++ {
			t.lines[i] = line{}
		}
	default:
		t.unknown = append(t.unknown, seq)
	}
}

func (l *line) cut(n int) {
	if n < len(l.cells) {
		l.cells = l.cells[:n]
	}
	l.wraps = false
}

func (t *terminal) feed() {
	t.y++
	if t.y == len(t.lines) {
		t.lines = append(t.lines, line{})
	}
}

func (t *terminal) put(r rune) {
	n := cellsOf(r)
	if n == 0 {
		if cells := t.lines[t.y].cells; t.x > 0 && t.x <= len(cells) {
			cells[t.x-1] += string(r)
		}
		return
	}
	if t.x+n > t.columns {
		t.lines[t.y].wraps = true
		t.feed()
		t.x = 0
	}
	l := &t.lines[t.y]
	for len(l.cells) < t.x+n {
		l.cells = append(l.cells, " ")
	}
	l.cells[t.x] = string(r)
	for i := 1; i < n; i++ {
		l.cells[t.x+i] = ""
	}
	t.x += n
}

// cellsOf knows the characters that the tests use.
func cellsOf(r rune) int {
	switch {
	case r == '\u0301' || r == '\ufe0f':
		return 0
	case r >= 0x2e80 || r == '\u2705':
		return 2
	}
	return 1
}

// resize wraps everything anew and keeps the cursor where it is in the text.
func (t *terminal) resize(columns, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []line
	var x, y int
	for i := 0; i < len(t.lines); i++ {
		var whole []string
		at, first := -1, i
		for i = first; ; i++ {
			if i == t.y {
				at = len(whole) + t.x
			}
			whole = append(whole, t.lines[i].cells...)
			if !t.lines[i].wraps || i+1 == len(t.lines) {
				break
			}
		}
		if at >= 0 {
			x, y = at%columns, len(lines)+at/columns
		}
		for len(whole) > columns {
			n := columns
			if whole[n] == "" { // not within a wide character
				n--
			}
			lines = append(lines, line{whole[:n:n], true})
			whole = whole[n:]
		}
		lines = append(lines, line{whole, false})
	}
	for len(lines) <= y {
		lines = append(lines, line{})
	}
	t.lines, t.x, t.y, t.columns, t.height = lines, x, y, columns, height
}

// text is everything that was written and is still there, the lines put
// together again that were wrapped.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, l := range t.lines {
		b.WriteString(strings.Join(l.cells, ""))
		if !l.wraps {
			b.WriteString("\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// screen is the lines that are to be seen.
func (t *terminal) screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for _, l := range t.lines[t.top():] {
		out = append(out, strings.Join(l.cells, ""))
	}
	return strings.Join(out, "\n")
}
