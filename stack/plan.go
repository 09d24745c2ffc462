package stack

import (
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
}

// Empty says that applying the plan would write nothing.
func (p Plan) Empty() bool { return p.Count(Keep) == len(p.Changes) }

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
	Effect Effect        // the gravest of Fields, or of the action
	Impact string        // what Effect means here, as a phrase: "restarts 2 tasks, 1 at a time, stop-first"
	After  []Gate        // sorted; what must have succeeded before

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
	Delete Action = "delete"
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
)
