package history

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Swarm is what a history needs of a swarm. Its errors are those of package
// stack.
type Swarm interface {
	// Configs lists the configs whose names begin with one of these.
	Configs(ctx context.Context, prefixes ...string) ([]swarm.Config, error)
	// Create makes a config. A name that is taken is [stack.ErrConflict].
	Create(ctx context.Context, o stack.Object) (id string, warnings []string, err error)
	// Remove removes an object.
	Remove(ctx context.Context, kind stack.Kind, id string) error
}

// labelEarlier on the latest revision lists the numbers of the earlier ones that
// the swarm has.
const labelEarlier = stack.LabelPrefix + "revisions"

// kept is one revision as the swarm has it.
type kept struct {
	number int
	latest bool // by its name
	config swarm.Config
}

// revisions is those of the stack whose names begin with one of the prefixes,
// by number; a copy stands before the latest that it is a copy of.
func revisions(ctx context.Context, s Swarm, stackName string, prefixes ...string) ([]kept, error) {
	found, err := s.Configs(ctx, prefixes...)
	if err != nil {
		return nil, err
	}
	var out []kept
	for _, c := range found {
		number, latest := strings.CutPrefix(c.Spec.Name, stack.LatestPrefix(stackName))
		if !latest {
			number = strings.TrimPrefix(c.Spec.Name, revisionPrefix(stackName))
		}
		if n, err := strconv.Atoi(number); err == nil && c.Spec.Labels[stack.LabelStack] == stackName {
			out = append(out, kept{n, latest, c})
		}
	}
	slices.SortFunc(out, func(a, b kept) int {
		return cmp.Or(a.number-b.number, strings.Compare(b.config.Spec.Name, a.config.Spec.Name))
	})
	return out, nil
}

// all is every revision of the stack.
func all(ctx context.Context, s Swarm, stackName string) ([]kept, error) {
	return revisions(ctx, s, stackName, stack.LatestPrefix(stackName), revisionPrefix(stackName))
}

func revisionPrefix(stackName string) string {
	return strings.TrimSuffix(stack.RevisionName(stackName, 0), "0")
}

// remove takes configs away, by ID or by name. What is gone is gone.
func remove(ctx context.Context, s Swarm, ids ...string) error {
	for _, id := range ids {
		if err := s.Remove(ctx, stack.KindConfig, id); err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

func isGone(err error) bool { return errors.Is(err, stack.ErrNotFound) }
