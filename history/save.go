package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Save records a revision as the latest, in the form that marshal gives it, and
// removes old ones, so that most remain. Recorded is the config with the one
// before it, nil if there is none. It is [stack.ErrConflict] when somebody else
// has recorded one meanwhile.
//
// Whenever it is cut short there is a latest revision to read, the one before or
// the new one, and the next Save tidies up.
func Save(
	ctx context.Context, s Swarm, stackName string, r stack.Revision,
	marshal func(stack.Revision) ([]byte, error), recorded *swarm.Config, most int,
) error {
	data, err := marshal(r)
	if err != nil {
		return err
	}
	before, err := standing(ctx, s, stackName, recorded)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(before, func(k kept) bool { return k.number >= r.Number }) {
		return overtaken(stackName, r.Number)
	}
	keep, drop := sift(before, recorded, most)
	for _, k := range before {
		if slices.Contains(keep, k.number) {
			err := create(ctx, s, stackName, stack.RevisionName(stackName, k.number), k.config.Spec.Data, nil)
			if err != nil && !errors.Is(err, stack.ErrConflict) { // it was copied already
				return err
			}
		}
	}
	for _, number := range drop {
		if err := remove(ctx, s, stack.RevisionName(stackName, number)); err != nil {
			return err
		}
	}
	err = create(ctx, s, stackName, stack.LatestName(stackName, r.Number), data, keep)
	if errors.Is(err, stack.ErrConflict) {
		return overtaken(stackName, r.Number)
	}
	if err != nil {
		return err
	}
	for _, k := range before {
		if err := remove(ctx, s, k.config.ID); err != nil {
			return err
		}
	}
	return nil
}

// standing is what bears the name of a latest revision now: the recorded one,
// and perhaps one before it, if a Save was cut short. Without one, what is left
// of another history is removed: its numbers would come again.
func standing(ctx context.Context, s Swarm, stackName string, recorded *swarm.Config) ([]kept, error) {
	if recorded == nil {
		left, err := all(ctx, s, stackName)
		if err != nil {
			return nil, err
		}
		var latest []kept
		var ids []string
		for _, k := range left {
			if k.latest {
				latest = append(latest, k)
			}
			ids = append(ids, k.config.ID)
		}
		if len(latest) > 0 {
			return nil, overtaken(stackName, latest[len(latest)-1].number)
		}
		return nil, remove(ctx, s, ids...)
	}
	latest, err := revisions(ctx, s, stackName, stack.LatestPrefix(stackName))
	if err == nil && (len(latest) == 0 || latest[len(latest)-1].config.ID != recorded.ID) {
		err = overtaken(stackName, numberOf(stackName, recorded)+1)
	}
	return latest, err
}

// sift parts the numbers of the revisions before a new one into those to keep
// beside it and those to drop.
func sift(before []kept, recorded *swarm.Config, most int) (keep, drop []int) {
	var numbers []int
	if recorded != nil {
		for _, word := range strings.Fields(recorded.Spec.Labels[labelEarlier]) {
			if n, err := strconv.Atoi(word); err == nil {
				numbers = append(numbers, n)
			}
		}
	}
	for _, k := range before {
		numbers = append(numbers, k.number)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	cut := max(0, len(numbers)-max(0, most-1))
	return numbers[cut:], numbers[:cut]
}

func create(ctx context.Context, s Swarm, stackName, name string, data []byte, earlier []int) error {
	labels := map[string]string{stack.LabelStack: stackName}
	if len(earlier) > 0 {
		labels[labelEarlier] = strings.Trim(fmt.Sprint(earlier), "[]")
	}
	_, _, err := s.Create(ctx, stack.Config{Spec: swarm.ConfigSpec{
		Annotations: swarm.Annotations{Name: name, Labels: labels}, Data: data,
	}})
	return err
}

func numberOf(stackName string, latest *swarm.Config) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(latest.Spec.Name, stack.LatestPrefix(stackName)))
	return n
}

// overtaken is a [stack.ErrConflict].
func overtaken(stackName string, number int) error {
	return &stack.Error{
		Msg: fmt.Sprintf("revision %d of stack %q", number, stackName),
		Err: conflict{},
	}
}

type conflict struct{}

func (conflict) Error() string        { return "somebody else has recorded one meanwhile" }
func (conflict) Is(target error) bool { return target == stack.ErrConflict }
