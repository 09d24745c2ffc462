package swarm

import (
	"sync"
	"time"

	"github.com/moby/swarmkit/v2/api"
)

// Line is one line that a container wrote.
type Line struct {
	Time    time.Time
	Task    string
	Service string
	Node    string
	Text    string
}

// journal keeps what the containers wrote, and wakes those who wait for more.
type journal struct {
	mu    sync.Mutex
	lines []Line
	more  chan struct{} // closed by the next line
}

func newJournal() *journal { return &journal{more: make(chan struct{})} }

// tooMany lines are not kept: the older half goes.
const tooMany = 20_000

func (j *journal) write(t *api.Task, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) >= tooMany {
		j.lines = append([]Line(nil), j.lines[tooMany/2:]...)
	}
	j.lines = append(j.lines, Line{time.Now(), t.ID, t.ServiceID, t.NodeID, text})
	close(j.more)
	j.more = make(chan struct{})
}

// since returns the lines later than a point in time, and a channel that is
// closed when there are more.
func (j *journal) since(after time.Time) ([]Line, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := len(j.lines)
	for first > 0 && j.lines[first-1].Time.After(after) {
		first--
	}
	return append([]Line(nil), j.lines[first:]...), j.more
}
