package lock

import (
	"context"
	"slices"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Swarm is what a lock needs of a swarm. Its errors are those of package stack.
type Swarm interface {
	// Configs lists the configs whose names begin with one of these.
	Configs(ctx context.Context, prefixes ...string) ([]swarm.Config, error)
	// Create makes a config. A name that is taken is [stack.ErrConflict].
	Create(ctx context.Context, o stack.Object) (id string, warnings []string, err error)
	// Relabel changes the labels of a config if it is still at this version;
	// otherwise the error is [stack.ErrOutOfSequence].
	Relabel(ctx context.Context, c swarm.Config, labels map[string]string) (swarm.Config, error)
	// Remove removes an object, whatever its version.
	Remove(ctx context.Context, kind stack.Kind, id string) error
}

// find is the lock's config as it is now; nil if there is none.
func find(ctx context.Context, s Swarm, stackName string) (*swarm.Config, error) {
	name := stack.LockName(stackName)
	found, err := s.Configs(ctx, name)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found, func(c swarm.Config) bool { return c.Spec.Name == name })
	if i < 0 {
		return nil, nil
	}
	return &found[i], nil
}

// lockIn is the lock that a config is.
func lockIn(c *swarm.Config) stack.Lock { return stack.LockOf(c.Spec.Labels) }

// config is the lock as it is created. A config cannot be empty.
func config(stackName string, l stack.Lock) stack.Config {
	return stack.Config{Spec: swarm.ConfigSpec{
		Annotations: swarm.Annotations{Name: stack.LockName(stackName), Labels: l.Labels(stackName)},
		Data:        []byte("the lock of stack " + stackName + " stands in the labels\n"),
	}}
}
