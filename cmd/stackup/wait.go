package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

func waitCommand(p *process) *cobra.Command {
	var (
		at  target
		how execution
	)
	c := &cobra.Command{
		Use:   "wait STACK",
		Short: "wait until everything of a stack runs",
		Long: `Wait for what the swarm goes on doing, such as after an apply that was
interrupted, timed out or detached: until every task of the stack runs and every
update has ended. Nothing is written. An update that the swarm has paused or
rolled back is a failure, as in an apply.

` + exitCodesHelp,
		Example: `  stackup wait shop --timeout 5m`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(how.display.check(), how.checkTimes()); err != nil {
				return usageError{c, err}
			}
			return how.run(c.Context(), p, func(v *view) error { return waitFor(c.Context(), v, at, how, args[0]) })
		},
	}
	at.addFlags(c)
	how.display.addFlags(c.Flags())
	how.addTimeFlags(c.Flags())
	return c
}

// waitFor judges what runs as if it had just been applied.
func waitFor(ctx context.Context, v *view, at target, how execution, name string) error {
	client, err := at.open(v.p)
	if err != nil {
		return err
	}
	have, err := client.Observe(ctx, stack.Stack{Name: name})
	if err != nil {
		return err
	}
	plan := planner.Attach(have)
	if len(plan.Changes) == 0 {
		return &stack.Error{
			Msg:  fmt.Sprintf("stack %q: the swarm has no service of it", name),
			Hint: "docker stack ls lists the stacks that run",
		}
	}
	s := &session{view: v, client: client, how: how, attach: true}
	report, err := s.apply(ctx, plan, have)
	if err == nil && report.OK() {
		_, err = fmt.Fprintf(v.p.stdout, "Everything of stack %q runs (%s).\n", name, report.Elapsed.Round(time.Second/10))
		return err
	}
	return s.conclude(report, err)
}
