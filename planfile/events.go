package planfile

import (
	"encoding/json"
	"io"
	"math"
	"sync"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// Events writes what happens during an apply as JSON, one line for each event:
// first the version of the form, last the result. It may be used by many
// goroutines at once.
//
// What cannot be written is lost: an apply does not stop because nobody reads.
// [Events.Err] tells.
type Events struct {
	now func() time.Time

	mu    sync.Mutex
	out   *json.Encoder
	ended bool
	err   error
}

// NewEvents writes the first line. By is the program and its version.
func NewEvents(w io.Writer, now func() time.Time, by string) *Events {
	e := &Events{now: now, out: json.NewEncoder(w)}
	e.out.SetEscapeHTML(false)
	e.write(false, "version", "events of "+by+", format "+EventsVersion, func(h head) any {
		return versionEvent{h, EventsVersion, by}
	})
	return e
}

// Result is how a command ended. Status is one of
//
//	done, nothing_to_do
//	failed, rolled_back, timed_out, interrupted   the apply did not end well
//	stale, declined, refused, locked              it did not begin
//	error                                         anything else
type Result struct {
	Status   string
	ExitCode int
	Report   *stack.Report // nil if nothing was applied
	Err      error         // why it did not end well, beside the report; may be nil
}

// Plan writes the plan that is about to be approved or applied, in brief. Its ID
// is that of [ID].
func (e *Events) Plan(p stack.Plan, id string) {
	e.write(false, "plan", planMessage(p), func(h head) any { return encodePlan(h, p, id) })
}

// Event writes an event of an apply.
func (e *Events) Event(event stack.Event) {
	switch v := event.(type) {
	case stack.ChangeStarted:
		e.write(false, "change_started", v.Ref.String()+": "+string(v.Action)+" has started", func(h head) any {
			return changeEvent{h, encodeRef(v.Ref), v.Action}
		})
	case stack.ChangeWritten:
		e.write(false, "change_written", v.Ref.String()+": "+string(v.Action)+" is written", func(h head) any {
			return changeEvent{h, encodeRef(v.Ref), v.Action}
		})
	case stack.Waiting:
		e.write(false, "waiting", waitingMessage(v), func(h head) any {
			return waitingEvent{h, seconds(v.Elapsed), encodeProgress(v.Services)}
		})
	case stack.ChangeEnded:
		e.write(false, "change_ended", outcomeMessage(v.Outcome), func(h head) any {
			return endedEvent{h, encodeOutcome(v.Outcome), seconds(v.Elapsed)}
		})
	case stack.RollingBack:
		e.write(false, "rolling_back", rollingBackMessage(v), func(h head) any {
			return rollingBackEvent{h, encodeRefs(v.Failed)}
		})
	case stack.Notice:
		e.write(false, "notice", v.Text, func(h head) any { return h })
	}
}

// Result writes the last line. What comes after it is left out.
func (e *Events) Result(r Result) {
	e.write(true, "result", resultMessage(r), func(h head) any { return encodeResult(h, r) })
}

// Err is the first error in writing.
func (e *Events) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

func (e *Events) write(last bool, kind, message string, line func(head) any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || e.err != nil {
		return
	}
	e.ended = last
	e.err = e.out.Encode(line(head{kind, e.now().UTC().Truncate(time.Millisecond), oneLine(message)}))
}

// seconds is a duration to the millisecond.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }
