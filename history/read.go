package history

import (
	"context"
	"fmt"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// Read is the data of one revision, the latest or an earlier one. It is
// [stack.ErrNotFound], and says which there are, when the swarm does not have
// it.
func Read(ctx context.Context, s Swarm, stackName string, number int) ([]byte, error) {
	names := []string{stack.LatestName(stackName, number), stack.RevisionName(stackName, number)}
	found, err := revisions(ctx, s, stackName, names...)
	if err != nil {
		return nil, err
	}
	for _, k := range found {
		if k.number == number { // the names are those of 7 and 70
			return k.config.Spec.Data, nil
		}
	}
	there, err := all(ctx, s, stackName)
	if err != nil {
		return nil, err
	}
	return nil, missing(stackName, number, there)
}

func missing(stackName string, number int, there []kept) error {
	var numbers []int
	for _, k := range there {
		numbers = append(numbers, k.number)
	}
	hint := "an apply records the first"
	if numbers = slices.Compact(numbers); len(numbers) > 0 {
		hint = fmt.Sprintf("there are %s", spans(numbers))
	}
	return &stack.Error{
		Msg: fmt.Sprintf("revision %d of stack %q", number, stackName), Hint: hint, Err: stack.ErrNotFound,
	}
}

// spans writes sorted numbers: 3, 5-8.
func spans(numbers []int) string {
	text := ""
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprint(numbers[i])
		if end > i {
			text += fmt.Sprintf("-%d", numbers[end])
		}
		i = end + 1
	}
	return text
}

// Forget removes all revisions of a stack, the latest last.
func Forget(ctx context.Context, s Swarm, stackName string) error {
	there, err := all(ctx, s, stackName)
	if err != nil {
		return err
	}
	for _, k := range there {
		if err := remove(ctx, s, k.config.ID); err != nil {
			return err
		}
	}
	return nil
}
