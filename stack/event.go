package stack

import "time"

// Event is something that happened during an apply. Views get it as a value;
// the set is closed.
type Event interface{ event() }

// ChangeStarted says that the first write of a change is about to be sent.
type ChangeStarted struct {
	Ref    Ref
	Action Action
}

// ChangeWritten says that the swarm has accepted a service's spec; its tasks are waited
// for from now on.
type ChangeWritten struct {
	Ref    Ref
	Action Action
}

// Waiting says that what an apply waits for has changed, or half a minute has passed
// without a change.
type Waiting struct {
	Elapsed  time.Duration
	Services []Progress // only those not yet done, in plan order
}

// Progress is how far one service is.
type Progress struct {
	Ref            Ref
	Running, Tasks int    // tasks of the new spec that run, and that are wanted
	Reason         string // why it is not done: "preparing", or a task's error
}

// ChangeEnded says that a change has come to its end, good or bad.
type ChangeEnded struct {
	Outcome Outcome
	Elapsed time.Duration // since the change started; 0 if it never did
}

// Notice is something worth a line that belongs to no change, such as a warning
// of the engine.
type Notice struct{ Text string }

func (ChangeStarted) event() {}
func (ChangeWritten) event() {}
func (Waiting) event()       {}
func (ChangeEnded) event()   {}
func (Notice) event()        {}

// Report is how an apply ended. Outcomes are in plan order, without the
// objects that were kept, unless waiting for one of those failed.
type Report struct {
	Outcomes    []Outcome
	Elapsed     time.Duration
	TimedOut    bool // the deadline ended it
	Interrupted bool // a signal ended it
}

// OK says that everything planned was done and runs.
func (r Report) OK() bool { return r.Count(Done) == len(r.Outcomes) && !r.Interrupted && !r.TimedOut }

// Count is the number of outcomes in this state.
func (r Report) Count(s State) int {
	n := 0
	for _, o := range r.Outcomes {
		if o.State == s {
			n++
		}
	}
	return n
}

// Outcome is what became of one change.
type Outcome struct {
	Ref     Ref
	Action  Action
	State   State
	Err     string   // one sentence, for Failed, TimedOut and Interrupted
	Failure *Failure // more about a failed service; may be nil
	Culprit Ref      // for Blocked: what it waited for in vain
}

// State is how a change ended.
type State string

// The states a change can end in.
const (
	Done       State = "done"
	Failed     State = "failed"
	Unfinished State = "unfinished"  // written, but not running when the apply ended
	Blocked    State = "blocked"     // something it waits for failed
	NotStarted State = "not started" // the apply ended before its turn
)

// Failure says why a service's tasks do not run, in the engine's own words.
type Failure struct {
	Task     string // name and slot: shop_web.1
	Node     string // hostname; empty while the task has none
	State    string // the task's state: rejected, failed, pending
	ExitCode int    // of the container; 0 if there was none
	Err      string // the whole error of the task
	Running  int    // tasks of the new spec that run all the same
	Tasks    int    // tasks wanted
}
