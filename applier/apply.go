package applier

import (
	"context"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Swarm is the part of a live swarm that an apply needs. Errors are told apart
// by the sentinels of package stack. Its methods are called concurrently.
type Swarm interface {
	// Create makes the object and returns its ID. A name that is taken is
	// [stack.ErrConflict].
	Create(ctx context.Context, o stack.Object) (id string, warnings []string, err error)
	// Update replaces a service's spec if its version is still the one it had;
	// otherwise the error is [stack.ErrOutOfSequence].
	Update(ctx context.Context, have stack.Live, spec swarm.ServiceSpec) (warnings []string, err error)
	// Remove removes an object. [stack.ErrNotFound] and [stack.ErrInUse] are
	// the answers it is prepared for.
	Remove(ctx context.Context, kind stack.Kind, id string) error
	// Find returns the ID of the object of that name if the swarm has one that is
	// as wanted. It is asked when the answer to a creation was lost.
	Find(ctx context.Context, o stack.Object) (id string, ok bool, err error)
	// Service reads one service.
	Service(ctx context.Context, id string) (swarm.Service, error)
	// Status reads the services and tasks of a stack. Its parts need not be
	// of the same moment.
	Status(ctx context.Context, stackName string) (stack.Status, error)
	// Nodes reads the nodes. It is asked rarely: when a task does not stop, or
	// is on a node that was not there before.
	Nodes(ctx context.Context) ([]swarm.Node, error)
	// Logs reads the last lines that a task has written, oldest first. An error
	// may come with lines.
	Logs(ctx context.Context, taskID string, lines int) ([]string, error)
}

// Options say how to apply. The zero value is ready to use.
type Options struct {
	Timeout time.Duration // for everything together; 0 means 10 minutes
	// Progress is how long a service may be waited for while no further task of
	// it comes up; 0 means 5 minutes. For a service of which the file says how
	// long it may take, that alone counts.
	Progress time.Duration
	Parallel int // writes at the same time; 0 means 10
	// Detach writes everything in order and waits for no task. A plan with a
	// condition that needs waiting is refused, unless conditions are ignored.
	Detach bool
	// IgnoreConditions passes the conditions of depends_on as soon as the service
	// waited for is written. Removals wait for success all the same.
	IgnoreConditions bool
	OnFailure        OnFailure
	// Attach waits for kept services as if they had just been written: for the
	// end of an update that the swarm still rolls out, and of a job. An update
	// that is paused or rolled back is a failure then.
	Attach bool
	// Secrets are masked in what tasks have written: each value and each line of
	// it, as far as they have at least 4 bytes.
	Secrets []stack.Sensitive
	// Events, if set, is called for everything that happens, always from the
	// goroutine that called [Apply]. It should return quickly.
	Events func(stack.Event)
}

// complete fills in the defaults.
func (o Options) complete() Options {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Progress <= 0 {
		o.Progress = 5 * time.Minute
	}
	if o.Parallel <= 0 {
		o.Parallel = 10
	}
	if o.Events == nil {
		o.Events = func(stack.Event) {}
	}
	return o
}

// OnFailure says what becomes of the rest after a failure.
type OnFailure int

// The choices. Either way, what depends on a failure is blocked.
const (
	// Continue goes on with everything that does not depend on it.
	Continue OnFailure = iota
	// Stop starts nothing new. What is under way is waited for and judged to its
	// end; a replacement that has begun counts as that.
	Stop
)

// Apply carries out the plan and returns when every change has come to an end,
// when the timeout is over, or within 5 seconds after ctx is cancelled. Then no
// new write starts, those under way may finish, and the swarm goes on with what
// it was told.
//
// A write that gets no answer, because the manager is lost or the swarm has no
// leader, is tried again for 30 seconds. What it may have done already is
// recognised, and nobody else's change is ever overwritten.
//
// The nodes serve to name the place of a failure, and to tell which tasks can no
// longer be stopped because their node is down.
//
// What fails is in the report, with what the failed tasks have written. The
// error is for what makes the run itself impossible: a plan that is not in order
// or cannot be detached (nothing is written then), or an engine that does not
// answer for 30 seconds.
func Apply(ctx context.Context, s Swarm, p stack.Plan, nodes []swarm.Node, o Options) (stack.Report, error) {
	r, err := newRun(s, p, nodes, o)
	if err != nil {
		return notBegun(p), err
	}
	go r.logs.serve(ctx, s)
	defer close(r.logs.asks)
	err = r.loop(ctx)
	return r.report(), err
}
