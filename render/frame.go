package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stackup-cli/stackup/stack"
)

// frame is what the live view shows now: a line of counts, then the rows, what
// fails first. Its lines are narrower than the terminal, so that it never wraps
// them, and it leaves some lines of the terminal to what stands above.
func (l *live) frame(columns, height int) []shot {
	if !l.seen {
		return nil
	}
	room := height - height/5 - 1 // the cursor has a line, too
	if room < 1 {
		return nil
	}
	now, paint := clock(), painter{l.style.Color, columns - 1}
	lines := []shot{paint.line(span{bold, l.headline(now)})}
	rows := slices.Clone(l.rows)
	slices.SortStableFunc(rows, func(a, b liveRow) int { return rank(a.progress) - rank(b.progress) })
	shown := len(rows)
	if room--; shown > room {
		shown = max(room-1, 0)
	}
	cols := columnsOf(rows[:shown], now, columns)
	for _, r := range rows[:shown] {
		lines = append(lines, paint.line(r.spans(now, cols)...))
	}
	if rest := rows[shown:]; len(rest) > 0 && room > 0 {
		lines = append(lines, paint.line(span{dim, "      ... and " + strconv.Itoa(len(rest)) + " more: " + frequencies(doing(rest))}))
	}
	return lines
}

// headline is: 1m5s, 83 under way, 12 done, 1 failed.
func (l *live) headline(now time.Time) string {
	parts := []string{age(l.begun, now)}
	for _, count := range []struct {
		n    int
		what string
	}{{len(l.rows), "under way"}, {l.done, "done"}, {l.failed, "failed"}} {
		if count.n > 0 {
			parts = append(parts, strconv.Itoa(count.n)+" "+count.what)
		}
	}
	return "  " + strings.Join(parts, ", ")
}

// doing is what the rows are doing.
func doing(rows []liveRow) []string {
	words := make([]string, len(rows))
	for i, r := range rows {
		words[i] = r.state()
	}
	return words
}

// In a narrower terminal the rows have no age: the headline has that of the
// apply.
const roomyFrame = 60

// liveColumns is how wide the columns of a frame are; 0 if they are left out.
type liveColumns struct{ symbol, name, tasks, age int }

func columnsOf(rows []liveRow, now time.Time, columns int) liveColumns {
	var c liveColumns
	for _, r := range rows {
		sym, _ := symbol(r.action)
		c.symbol = max(c.symbol, len(sym))
		c.name = max(c.name, width(r.name()))
		c.tasks = max(c.tasks, width(r.tasks()))
		c.age = max(c.age, width(age(r.since, now)))
	}
	c.name = min(c.name, max(columns/4, 14))
	if columns < roomyFrame {
		c.age = 0
	}
	return c
}

// spans is a row: symbol, name, tasks, age, state and reason.
func (r liveRow) spans(now time.Time, c liveColumns) []span {
	sym, t := symbol(r.action)
	state, reason := r.state(), r.progress.Reason
	text := state
	switch {
	case strings.HasPrefix(reason, state):
		text = reason
	case reason != "":
		text = state + ": " + reason
	}
	tone := plain
	if inTrouble(r.progress) {
		tone = red
	}
	spans := []span{
		{t, "  " + pad(sym, c.symbol) + " "},
		{plain, pad(shortened(r.name(), c.name), c.name) + "  "},
	}
	if c.tasks > 0 {
		spans = append(spans, span{plain, pad(r.tasks(), c.tasks) + "  "})
	}
	if c.age > 0 {
		spans = append(spans, span{dim, pad(age(r.since, now), c.age) + "  "})
	}
	return append(spans, span{tone, text})
}

// name is the service's; of other objects it says what they are.
func (r liveRow) name() string {
	if r.ref.Kind == stack.KindService {
		return safe(r.ref.Name)
	}
	return safe(string(r.ref.Kind) + " " + r.ref.Name)
}

// tasks is how many run of those that are wanted.
func (r liveRow) tasks() string {
	switch p := r.progress; {
	case p.Tasks > 0:
		return fmt.Sprintf("%d/%d", p.Running, p.Tasks)
	case p.Running > 0:
		return strconv.Itoa(p.Running) + " left"
	}
	return ""
}

// age is in whole seconds.
func age(since, now time.Time) string { return duration(now.Sub(since).Truncate(time.Second)) }

// painter makes lines of spans, cut to a number of columns.
type painter struct {
	color   bool
	columns int
}

func (p painter) line(spans ...span) shot {
	var out shot
	left := p.columns
	for i, s := range spans {
		text := safe(s.text)
		if i == len(spans)-1 {
			text = strings.TrimRight(text, " ")
		}
		full := width(text) > left
		text = cut(text, left)
		left -= width(text)
		out.plain += text
		if p.color {
			text = s.tone.paint(text)
		}
		out.text += text
		if full {
			break
		}
	}
	return out
}

// cut is the beginning of s in n columns, with an ellipsis if there is room for
// one.
func cut(s string, n int) string {
	if width(s) <= n || n <= 2*len(ellipsis) {
		return beginning(s, n)
	}
	return beginning(s, n-len(ellipsis)) + ellipsis
}

// shortened is s in n columns, without its middle if it is wider: names differ at
// their ends.
func shortened(s string, n int) string {
	if width(s) <= n {
		return s
	}
	start := len(s)
	for start > 0 {
		_, size := utf8.DecodeLastRuneInString(s[:start])
		if width(s[start-size:]) > (n-len(ellipsis))/2 {
			break
		}
		start -= size
	}
	end := ellipsis + s[start:]
	return beginning(s, n-width(end)) + end
}
