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

// RollingBack says that the apply has failed, and that what it changed is about
// to be taken back. What follows are the events of the rollback.
type RollingBack struct{ Failed []Ref }

// Notice is something worth a line that belongs to no change, such as a warning
// of the engine.
type Notice struct{ Text string }

func (ChangeStarted) event() {}
func (ChangeWritten) event() {}
func (Waiting) event()       {}
func (ChangeEnded) event()   {}
func (RollingBack) event()   {}
func (Notice) event()        {}

// Report is how an apply ended. Outcomes are in plan order, without the
// objects that were kept, unless waiting for one of those failed.
type Report struct {
	Stack       string
	Outcomes    []Outcome
	Elapsed     time.Duration
	TimedOut    bool // the deadline ended it
	Interrupted bool // a signal ended it
	// Rollback is how taking back what was done has ended, if that was tried.
	Rollback *Report
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
	Cause   Cause    // for Failed and Unfinished: what kind of trouble it is
	Err     string   // one sentence, for Failed and Unfinished
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

// Cause names the kind of a failure, for machines: to be compared, counted, and
// acted upon. The set may grow.
type Cause string

// The causes.
const (
	CauseStale         Cause = "stale"         // somebody else changed the object meanwhile
	CauseRefused       Cause = "refused"       // the engine does not take the spec
	CauseInUse         Cause = "in-use"        // something still refers to what is to be removed
	CauseUnreachable   Cause = "unreachable"   // no manager answers, or the swarm has no leader
	CauseImage         Cause = "image"         // a node cannot get the image
	CauseRejected      Cause = "rejected"      // a node cannot run the task
	CauseUnschedulable Cause = "unschedulable" // no node can take the task
	CauseCrashLoop     Cause = "crash-loop"    // tasks end in the same way again and again
	CauseUnhealthy     Cause = "unhealthy"     // the health check fails
	CauseEnded         Cause = "ended"         // a task has ended and is not restarted
	CauseJobFailed     Cause = "job-failed"    // a job, or a one-shot service, has failed
	CausePaused        Cause = "paused"        // the swarm stopped the update half-way
	CauseRolledBack    Cause = "rolled-back"   // the swarm undid the update
	CauseNoProgress    Cause = "no-progress"   // no further task has come up for too long
	CauseTimeout       Cause = "timeout"       // the time was over
	CauseInterrupted   Cause = "interrupted"   // a signal came
	CauseInterfered    Cause = "interfered"    // somebody else changed the service while it was waited for
	CauseUnknown       Cause = ""
)

// Failure says why a service's tasks do not run, in the engine's own words.
type Failure struct {
	Task     string // name and slot: shop_web.1
	TaskID   string
	Node     string // hostname; empty while the task has none
	State    string // the task's state: rejected, failed, pending
	ExitCode int    // of the container; 0 if there was none
	Err      string // the whole error of the task
	Running  int    // tasks of the new spec that run all the same
	Tasks    int    // tasks wanted
	// Logs is the last lines that the task wrote, oldest first; nil if it never
	// ran or they cannot be had. Bytes of secrets in them are masked.
	Logs []string
	// LogsErr is why there are no lines although the task ran.
	LogsErr string
}
