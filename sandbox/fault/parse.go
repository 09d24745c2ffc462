package fault

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The words of a real engine, or of what stands in front of it.
const (
	outOfSequence = "rpc error: code = Unknown desc = update out of sequence"
	noLeader      = "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers " +
		"are online. Make sure more than half of the managers are online."
	forbidden = "Request forbidden by administrative rules."
)

// Parse reads a fault.
func Parse(text string) (Fault, error) {
	f := Fault{text: strings.TrimSpace(text)}
	line, message, hasMessage := strings.Cut(f.text, " message=")
	for word := range strings.FieldsSeq(line) {
		if err := f.read(word); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", f.text, err)
		}
	}
	if hasMessage {
		f.message = message
	}
	switch {
	case f.delay == 0 && f.status == 0 && !f.drop && !f.dropAnswer:
		return Fault{}, fmt.Errorf("fault %q: it does not say what is to happen", f.text)
	case f.message == outOfSequence && f.method == "" && f.path == "":
		f.method, f.path = http.MethodPost, "/*/*/update"
	case f.status != 0 && f.message == "":
		f.message = http.StatusText(f.status)
	}
	return f, nil
}

func (f *Fault) read(word string) (err error) {
	key, value, hasValue := strings.Cut(word, "=")
	switch {
	case strings.HasPrefix(word, "/"):
		f.path = word
		return nil
	case !hasValue && word == strings.ToUpper(word):
		f.method = word
		return nil
	}
	switch key {
	case "delay":
		f.delay, err = time.ParseDuration(value)
	case "status":
		if f.status, err = strconv.Atoi(value); err == nil && (f.status < 400 || f.status > 599) {
			err = fmt.Errorf("status %d is no error", f.status)
		}
	case "drop":
		f.drop = true
	case "drop-answer":
		f.dropAnswer = true
	case "out-of-sequence":
		f.status, f.message = http.StatusInternalServerError, outOfSequence
	case "no-leader":
		f.status, f.message, f.swarm = http.StatusInternalServerError, noLeader, true
	case "read-only":
		f.status, f.message, f.writes = http.StatusForbidden, forbidden, true
	case "after":
		f.after, err = strconv.Atoi(value)
	case "times":
		f.times, err = strconv.Atoi(value)
	case "for":
		f.lasts, err = time.ParseDuration(value)
	default:
		return fmt.Errorf("the word %q is not known", word)
	}
	return err
}
