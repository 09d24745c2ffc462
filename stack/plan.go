package stack

import (
	"time"

	"github.com/moby/moby/api/types/swarm"
)

// Plan is everything that is to change, and nothing else. It is made by the
// planner from a [Stack] and a [Snapshot], and carried out by the applier
// without further decisions.
type Plan struct {
	Stack  string
	Target Target
	// Changes are in the order in which they may be carried out: what a change
	// waits for stands before it. Objects that stay as they are stand here too,
	// with action [Keep].
	Changes []Change
	// IDs of the existing networks, configs and secrets that specs in Changes
	// refer to by name.
	IDs      map[Ref]string
	Warnings []Warning
	// Drift is what has been changed outside since the revision Since, sorted as
	// changes are. A saved plan that is applied does not show it again.
	Drift []Drift
	Since Entry // zero without drift
	// Unfinished is when an apply after that revision failed or was cut short, so
	// that the drift may be its doing; zero if none did.
	Unfinished time.Time
	// Revisions is how many revisions are to be kept, as in [Stack].
	Revisions int
}

// Empty says that applying the plan would write nothing.
func (p Plan) Empty() bool { return p.Count(Keep) == len(p.Changes) }

// Hazards is every hazard of the plan with the objects it threatens, in plan
// order.
func (p Plan) Hazards() map[Hazard][]Ref {
	out := map[Hazard][]Ref{}
	for _, c := range p.Changes {
		for _, h := range c.Hazards {
			out[h] = append(out[h], c.Ref)
		}
	}
	return out
}

// Count is the number of changes with this action.
func (p Plan) Count(a Action) int {
	n := 0
	for _, c := range p.Changes {
		if c.Action == a {
			n++
		}
	}
	return n
}

// Change is what happens to one object.
type Change struct {
	Ref    Ref
	Key    string // in the compose file; of a deleted object its name without the stack's
	Action Action
	Reason string        // one sentence without a full stop; empty for Keep
	Fields []FieldChange // sorted as the compose file's keys are
	Same   int           // how many more fields of a service have a value, and keep it
	Effect Effect        // the gravest of Fields, or of the action
	Impact string        // what Effect means here, as a phrase: "restarts 2 tasks, 1 at a time, stop-first"
	After  []Gate        // sorted; what must have succeeded before
	// Hazards are sorted; what people may want to be asked about.
	Hazards []Hazard
	// Diff is the unified diff of a config's text, for a new version of it.
	Diff string

	// Want is what to write: nil for Delete. References by name are resolved
	// with [Plan.IDs] and the IDs of what the apply created.
	Want Object
	// Have is what the plan was made from: nil for Create.
	Have *Live
}

// Live is an existing object as the plan saw it, the precondition of a change.
type Live struct {
	ID      string
	Version swarm.Version
	Service *swarm.Service // of a service: all that was read
	// SpecHash stands for a service's spec in a saved plan, where Service is
	// not kept. [Live.Hash] gives it in either case.
	SpecHash string
}

// Gate is something a change waits for.
type Gate struct {
	Ref Ref
	// Condition says what of a service is waited for. It is empty for other
	// objects, and for a service that just has to be written or removed.
	Condition Condition
}

// Action is what is done to an object.
type Action string

// The actions, in the words that people and machines see.
const (
	Keep   Action = "keep"
	Create Action = "create"
	Update Action = "update"
	Scale  Action = "scale" // an update that changes only the number of tasks
	Run    Action = "run"   // an update that changes nothing and runs a job again
	Adopt  Action = "adopt" // an update that takes over what belonged to no stack
	Delete Action = "delete"
	// Replace removes an object and creates it anew, since the engine cannot
	// change it in place. The gates hold for the creation; the removal waits for
	// them too, unless something waits for the removal.
	Replace Action = "replace"
)

// Updates says whether the action writes a service that exists.
func (a Action) Updates() bool { return a == Update || a == Scale || a == Run || a == Adopt }

// Hazard names something that a plan does and that may do harm. Hazards are
// data: counted, shown, and accepted or refused by name.
type Hazard string

// The hazards, each with the sentence for people at its definition.
const (
	DeletesService    Hazard = "deletes-service"      // a running service ends
	DeletesNetwork    Hazard = "deletes-network"      // a network goes
	ReplacesService   Hazard = "replaces-service"     // a service goes and comes back: downtime
	ReplacesNetwork   Hazard = "replaces-network"     // a network goes and comes back, with every service on it
	ScalesToZero      Hazard = "scales-to-zero"       // nothing runs any more
	InterruptsUpdate  Hazard = "interrupts-update"    // the engine is still rolling out the last change
	RestartsAllAtOnce Hazard = "restarts-all-at-once" // every task stops before a new one runs
	PausesOnFailure   Hazard = "pauses-on-failure"    // a failing update stays half-way: update_config.failure_action is pause
	Unschedulable     Hazard = "unschedulable"        // no node satisfies the placement constraints
	RunsAJob          Hazard = "runs-job"             // a job runs, with whatever it does
	UnpinnedImage     Hazard = "unpinned-image"       // no digest could be had: nodes may run different images
	AdoptsService     Hazard = "adopts-service"       // a service that belonged to no stack is taken over
)

// FieldChange is one changed value, in the words of the compose file.
type FieldChange struct {
	Path string // deploy.replicas, environment.LOG_LEVEL
	// Old and New are ready to be shown: masked where they may be secret. The
	// empty string means that there is (was) no value.
	Old, New string
	Effect   Effect
}

// Effect is what a change causes, by the engine's own rule (swarmkit
// manager/orchestrator/task.go, IsTaskDirty).
type Effect string

// The effects, from the mildest to the gravest.
const (
	NoEffect Effect = ""
	InPlace  Effect = "in place"       // no task notices
	Scales   Effect = "scales"         // tasks come or go, the others stay
	Restarts Effect = "restarts tasks" // every task is replaced
	RunsJob  Effect = "runs job again" // a new iteration of a job
	Downtime Effect = "downtime"       // nothing runs in between
)
