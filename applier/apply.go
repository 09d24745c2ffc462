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
	// Update replaces a service's spec if its version is still v; otherwise
	// the error is [stack.ErrOutOfSequence].
	Update(ctx context.Context, id string, v swarm.Version, spec swarm.ServiceSpec) (warnings []string, err error)
	// Remove removes an object. [stack.ErrNotFound] and [stack.ErrInUse] are
	// the answers it is prepared for.
	Remove(ctx context.Context, kind stack.Kind, id string) error
	// Service reads one service.
	Service(ctx context.Context, id string) (swarm.Service, error)
	// Status reads the services and tasks of a stack. Its parts need not be
	// of the same moment.
	Status(ctx context.Context, stackName string) (stack.Status, error)
}

// Options say how to apply. The zero value is ready to use.
type Options struct {
	Timeout  time.Duration // for everything together; 0 means 10 minutes
	Parallel int           // writes at the same time; 0 means 10
	// Detach writes everything in order and waits for no task: a gate that
	// would wait for tasks is passed as soon as its service is written.
	Detach bool
	// Events, if set, is called for everything that happens, always from the
	// goroutine that called [Apply]. It should return quickly.
	Events func(stack.Event)
}

// Apply carries out the plan and returns when every change has come to an end,
// when the timeout is over, or within 5 seconds after ctx is cancelled. Then no
// new write starts, those under way may finish, and the swarm goes on with what
// it was told.
//
// The nodes serve to name the place of a failure, and to tell which tasks can no
// longer be stopped because their node is down.
//
// What fails is in the report. The error is for what makes the run itself
// impossible: a plan that is not in order (nothing is written then), or an
// engine that does not answer for 30 seconds.
func Apply(ctx context.Context, s Swarm, p stack.Plan, nodes []swarm.Node, o Options) (stack.Report, error) {
	r, err := newRun(s, p, nodes, o)
	if err != nil {
		return notBegun(p), err
	}
	err = r.loop(ctx)
	return r.report(), err
}
