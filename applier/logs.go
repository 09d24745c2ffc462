package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// lastLines is how much of what a failed task has written goes into the report.
const lastLines = 25

// logs fetches what tasks have written, each once, while the loop goes on. It
// belongs to the loop's goroutine, but for serve.
type logs struct {
	mask    func(string) string
	asked   map[string]bool // by the ID of the task
	asks    chan string
	answers chan logged
}

// logged is what one task has written.
type logged struct {
	task string
	text []string
	err  error
}

func newLogs(secrets []stack.Sensitive) logs {
	return logs{mask: masker(secrets), asked: map[string]bool{}, asks: make(chan string), answers: make(chan logged)}
}

// serve fetches what is asked for, all of it at the same time, until nothing more
// will be asked for. It goes on after ctx is cancelled.
func (l *logs) serve(ctx context.Context, s Swarm) {
	all, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	for id := range l.asks {
		go func() {
			ctx, cancel := context.WithTimeout(all, grace)
			defer cancel()
			text, err := s.Logs(ctx, id, lastLines)
			if ctx.Err() != nil {
				err = fmt.Errorf("its node has not sent them within %s", grace)
			}
			select {
			case l.answers <- logged{id, text, err}:
			case <-all.Done():
			}
		}()
	}
}

// fetch starts to read the log of the task that a failure tells of, if it ever
// ran. The container may be gone later, so it is done as soon as the failure is
// known.
func (l *logs) fetch(f *stack.Failure) {
	if f == nil || f.TaskID == "" || !ran(swarm.TaskState(f.State)) || l.asked[f.TaskID] {
		return
	}
	l.asked[f.TaskID] = true
	l.asks <- f.TaskID
}

// gather waits for all that is being read. That takes no longer than grace.
func (l *logs) gather() map[string]logged {
	got := make(map[string]logged, len(l.asked))
	for len(got) < len(l.asked) {
		a := <-l.answers
		got[a.task] = a
	}
	return got
}

// tell is the failure with what its task has written, if that was asked for. The
// failure itself stays as it is, because whoever watches has it already.
func (l *logs) tell(f *stack.Failure, got map[string]logged) *stack.Failure {
	if f == nil || !l.asked[f.TaskID] {
		return f
	}
	a, told := got[f.TaskID], *f
	if a.err == nil && len(a.text) == 0 {
		a.err = errors.New("it has written nothing")
	}
	for _, line := range a.text[max(0, len(a.text)-lastLines):] {
		told.Logs = append(told.Logs, l.mask(line))
	}
	if len(told.Logs) == 0 {
		told.LogsErr = l.mask(a.err.Error())
	}
	return &told
}

// ran says that a task in this state has, or has had, a container that ran. One
// that is starting may be waiting for its health check.
func ran(s swarm.TaskState) bool {
	return slices.Contains([]swarm.TaskState{
		swarm.TaskStateStarting, swarm.TaskStateRunning, swarm.TaskStateComplete, swarm.TaskStateFailed, swarm.TaskStateShutdown,
	}, s)
}

// masker returns what hides secrets in a line: every line of their values. What
// is shorter than 4 bytes would hide half the text.
func masker(secrets []stack.Sensitive) func(string) string {
	var values []string
	for _, s := range secrets {
		for line := range strings.Lines(string(s)) {
			if line = strings.TrimSpace(line); len(line) >= 4 {
				values = append(values, line)
			}
		}
	}
	// The longest first: a value may be part of another.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, "(sensitive)")
	}
	return strings.NewReplacer(pairs...).Replace
}
