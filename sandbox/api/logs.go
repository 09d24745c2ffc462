package api

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	daemon "github.com/moby/moby/v2/daemon/server/backend"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// ServiceLogs sends what the containers of services or of tasks wrote, all of it
// to their standard output (daemon/cluster/services.go, ServiceLogs).
func (b *backend) ServiceLogs(ctx context.Context, selector *daemon.LogSelector, o *daemon.ContainerLogsOptions) (<-chan *daemon.LogMessage, error) {
	tail, err := tailOf(o.Tail)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, input := range selector.Services {
		s, err := b.service(input, false)
		if err != nil {
			return nil, err
		}
		wanted[s.ID] = true
	}
	for _, input := range selector.Tasks {
		t, err := b.task(input)
		if err != nil {
			return nil, err
		}
		wanted[t.ID] = true
	}
	messages := make(chan *daemon.LogMessage)
	b.reading.Go(func() {
		defer close(messages)
		b.sendLogs(ctx, messages, wanted, o, tail)
	})
	return messages, nil
}

func tailOf(text string) (int, error) {
	if text == "" || text == "all" {
		return math.MaxInt, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, errors.New(`tail value must be a positive integer or "all"`)
	case n < 0:
		return 0, errors.New("negative tail values not supported")
	}
	return n, nil
}

func (b *backend) sendLogs(ctx context.Context, to chan<- *daemon.LogMessage, wanted map[string]bool, o *daemon.ContainerLogsOptions, tail int) {
	since := o.Since
	for first := true; ; first = false {
		lines, more := b.swarm.Logs(since)
		if len(lines) > 0 {
			since = lines[len(lines)-1].Time
		}
		lines = slices.DeleteFunc(lines, func(l swarm.Line) bool { return !wanted[l.Service] && !wanted[l.Task] })
		if first {
			lines = lastPerTask(lines, tail)
		}
		for _, l := range lines {
			select {
			case to <- logMessage(l):
			case <-ctx.Done():
				return
			}
		}
		if !o.Follow {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		case <-b.events.closed:
			return
		}
	}
}

// lastPerTask keeps so many lines of each task, as each node does for its own.
func lastPerTask(lines []swarm.Line, tail int) []swarm.Line {
	left := map[string]int{}
	var kept []swarm.Line
	for _, l := range slices.Backward(lines) {
		if left[l.Task] < tail {
			left[l.Task]++
			kept = append(kept, l)
		}
	}
	slices.Reverse(kept)
	return kept
}

func logMessage(l swarm.Line) *daemon.LogMessage {
	const prefix = "com.docker.swarm."
	return &daemon.LogMessage{
		Line: []byte(l.Text + "\n"), Source: "stdout", Timestamp: l.Time.Round(time.Nanosecond),
		Attrs: []daemon.LogAttr{
			{Key: prefix + "node.id", Value: l.Node},
			{Key: prefix + "service.id", Value: l.Service},
			{Key: prefix + "task.id", Value: l.Task},
		},
	}
}
