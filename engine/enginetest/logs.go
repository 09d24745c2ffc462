package enginetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
)

// SetLogs says what the tasks of a service have written. Lines that begin with
// "!" go to the standard error, without it. If nothing is said, the tasks of
// stackup-test/app write what the real ones do, and others nothing.
func (e *Engine) SetLogs(service, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.logs[service] = text
}

// rawStream is an answer that is not JSON.
type rawStream []byte

// taskLogs gives the log of a task as engines do: with the streams marked unless
// the container has a terminal (moby daemon/server/httputils).
func (e *Engine) taskLogs(r *http.Request) (any, error) {
	for _, t := range e.tasks {
		if t.ID == r.PathValue("id") {
			tail, err := strconv.Atoi(r.FormValue("tail"))
			if err != nil {
				tail = -1 // all
			}
			return stream(e.logOf(t), tail, t.Spec.ContainerSpec.TTY), nil
		}
	}
	return nil, refuse(http.StatusNotFound, "task %s not found", r.PathValue("id"))
}

func (e *Engine) logOf(t *task) []string {
	for _, o := range e.objects {
		if text, ok := e.logs[o.about.Name]; ok && o.id == t.ServiceID {
			return strings.SplitAfter(text, "\n")
		}
	}
	container := t.Spec.ContainerSpec
	if name, version, _ := strings.Cut(path.Base(container.Image), ":"); name == "app" {
		args := append(append([]string{}, container.Args...), "", "")
		return []string{fmt.Sprintf("app %s on %s: %s %s\n", version, t.ID, args[0], args[1])}
	}
	return nil
}

func stream(lines []string, tail int, terminal bool) rawStream {
	var b bytes.Buffer
	if n := len(lines); n > 0 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	if tail >= 0 {
		lines = lines[max(0, len(lines)-tail):]
	}
	for _, line := range lines {
		of := stdcopy.Stdout
		if rest, isError := strings.CutPrefix(line, "!"); isError {
			of, line = stdcopy.Stderr, rest
		}
		if !terminal {
			header := make([]byte, 4, 8)
			header[0] = byte(of)
			b.Write(binary.BigEndian.AppendUint32(header, uint32(len(line))))
		}
		b.WriteString(line)
	}
	return b.Bytes()
}
