package engine

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// What is kept of a task's log, and what is read of it at most, in bytes.
const (
	maxLog  = 64 << 10
	maxRead = 16 << 20
)

// Logs is the last lines that a task has written to either stream, oldest
// first, without line ends, in one request. What is beyond 64 KiB is left out.
// An error may come with lines: those that could be had.
//
// The engine asks the node that has the task, so the context should end in time.
func (c *Client) Logs(ctx context.Context, taskID string, lines int) ([]string, error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	subject := "log of task " + strconv.Quote(taskID)
	r, err := c.api.TaskLogs(ctx, taskID, client.TaskLogsOptions{
		ShowStdout: true, ShowStderr: true, Tail: strconv.Itoa(lines),
	})
	if err != nil {
		return nil, c.explain(ctx, reading, subject, err)
	}
	defer func() { _ = r.Close() }()
	var t tail
	err = unravel(&t, io.LimitReader(r, maxRead))
	return t.lines(lines), c.explain(ctx, reading, subject, err)
}

// unravel copies a log in which the streams are marked, as they are unless the
// container has a terminal (moby daemon/server/httputils/write_log_stream.go).
// Messages of the engine itself come in a stream of their own, and are an error.
func unravel(w io.Writer, r io.Reader) error {
	buffered := bufio.NewReader(r)
	start, _ := buffered.Peek(4)
	marked := len(start) == 4 && start[0] <= byte(stdcopy.Systemerr) && bytes.Equal(start[1:], []byte{0, 0, 0})
	if !marked {
		_, err := io.Copy(w, buffered)
		return err
	}
	_, err := stdcopy.StdCopy(w, w, buffered)
	return err
}

// tail keeps the end of what is written to it.
type tail struct {
	text []byte
	cut  bool // the beginning is gone
}

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if over := len(t.text) - maxLog; over > 0 {
		t.text, t.cut = append(t.text[:0], t.text[over:]...), true
	}
	return len(p), nil
}

// lines are the last complete ones, and the last even if it is not.
func (t *tail) lines(most int) []string {
	text := strings.TrimRight(string(t.text), "\r\n")
	if text == "" {
		return nil
	}
	all := strings.Split(text, "\n")
	if t.cut && len(all) > 1 {
		all = all[1:]
	}
	for i, line := range all {
		all[i] = strings.TrimRight(line, "\r")
	}
	return all[max(0, len(all)-most):]
}
