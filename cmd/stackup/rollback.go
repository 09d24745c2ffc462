package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/history"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

func rollbackCommand(p *process) *cobra.Command {
	var (
		at    target
		scope scope
		how   execution
	)
	c := &cobra.Command{
		Use:   "rollback STACK [REVISION]",
		Short: "go back to what an earlier apply left running",
		Long: `Plan the stack as an earlier revision left it, show the plan, ask, and apply it
like any other. Without a number it is the revision before the latest, or after
an apply that failed the latest. The configs and secrets of the kept revisions
are still in the swarm; data in volumes does not go back.

` + exitCodesHelp,
		Example: `  stackup rollback shop
  stackup rollback shop 12`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := how.check(); err != nil {
				return usageError{c, err}
			}
			number, err := revisionArg(args[1:])
			if err != nil {
				return usageError{c, err}
			}
			return how.run(c.Context(), p, func(v *view) error {
				want, err := earlier(c.Context(), v, at, args[0], number)
				if err != nil {
					return err
				}
				return carryOut(c.Context(), v, job{at: at, scope: scope, how: how, want: want})
			})
		},
	}
	at.addFlags(c)
	at.addLoginFlag(c.Flags())
	scope.addFlags(c)
	how.addFlags(c.Flags())
	return c
}

// revisionArg is the number of a revision, or 0 if none was given.
func revisionArg(args []string) (int, error) {
	if len(args) == 0 {
		return 0, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not the number of a revision", args[0])
	}
	return n, nil
}

// earlier is the stack as a revision left it.
func earlier(ctx context.Context, v *view, at target, name string, number int) (stack.Stack, error) {
	client, err := at.open(v.p)
	if err != nil {
		return stack.Stack{}, err
	}
	have, err := recorded(ctx, client, name)
	if err != nil {
		return stack.Stack{}, err
	}
	r := *have.Last
	if number == 0 {
		number = before(have)
	}
	if number == 0 {
		return stack.Stack{}, &stack.Error{
			Msg:  fmt.Sprintf("stack %q: there is no revision before %d", name, r.Number),
			Hint: "stackup history " + name + " lists them",
		}
	}
	if number != r.Number {
		data, err := history.Read(ctx, client, name, number)
		if err != nil {
			return stack.Stack{}, err
		}
		if r, err = planfile.UnmarshalRevision(data); err != nil {
			return stack.Stack{}, fmt.Errorf("stack %q: revision %d: %w", name, number, err)
		}
	}
	// The data of the revision's configs may be in the swarm under other labels.
	if have, err = client.Observe(ctx, r.Stack); err != nil {
		return stack.Stack{}, err
	}
	want, err := planner.Revive(r, have)
	if err != nil {
		return want, exitError{exitRefused, err}
	}
	return want, nil
}

// before is the revision to go back to: the one before the latest, or the latest
// if an apply after that one has failed. It is 0 if there is none.
func before(have stack.Snapshot) int {
	switch {
	case have.Recorded.Spec.Labels[stack.LabelUnfinished] != "":
		return have.Last.Number
	case len(have.Last.Past) > 0:
		return have.Last.Past[0].Number
	}
	return 0
}
