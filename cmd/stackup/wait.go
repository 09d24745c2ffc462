package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"
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
		Use:   "wait STACK [SERVICE…]",
		Short: "wait until everything of a stack runs",
		Long: `Wait for what the swarm goes on doing, such as after an apply that was
interrupted, timed out or detached: until every task of the stack runs and every
update has ended. Nothing is written. An update that the swarm has paused or
rolled back is a failure, as in an apply. With names of services, those alone are
waited for.

` + exitCodesHelp,
		Example: `  stackup wait shop --timeout 5m
  stackup wait shop web api`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(how.display.check(), how.checkTimes()); err != nil {
				return usageError{c, err}
			}
			return how.run(c.Context(), p, func(v *view) error { return waitFor(c.Context(), v, at, how, args[0], args[1:]) })
		},
	}
	at.addFlags(c)
	how.display.addFlags(c.Flags())
	how.addTimeFlags(c.Flags())
	return c
}

// waitFor judges what runs as if it had just been applied.
func waitFor(ctx context.Context, v *view, at target, how execution, name string, services []string) error {
	client, err := at.open(v.p)
	if err != nil {
		return err
	}
	have, err := client.Observe(ctx, stack.Stack{Name: name})
	if err != nil {
		return err
	}
	if err := choose(&have, services); err != nil {
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
		what := "Everything"
		if len(services) > 0 {
			what = "What was named"
		}
		_, err = fmt.Fprintf(v.p.stdout, "%s of stack %q runs (%s).\n", what, name, report.Elapsed.Round(time.Second/10))
		return err
	}
	return s.conclude(report, err)
}

// choose leaves those services that are named, as in the file or as in the swarm;
// all of them, if none is.
func choose(have *stack.Snapshot, names []string) error {
	if len(names) == 0 {
		return nil
	}
	chosen := map[string]bool{}
	for _, name := range names {
		i := slices.IndexFunc(have.Services, func(s swarm.Service) bool {
			return have.Owned(s.Spec.Labels) && (s.Spec.Name == name || s.Spec.Name == stack.ScopedName(have.Stack, name))
		})
		if i < 0 {
			return &stack.Error{
				Msg:  fmt.Sprintf("service %q: the swarm has none of this name in stack %q", name, have.Stack),
				Hint: "docker stack services " + have.Stack + " lists them",
			}
		}
		chosen[have.Services[i].ID] = true
	}
	have.Services = slices.DeleteFunc(slices.Clone(have.Services), func(s swarm.Service) bool { return !chosen[s.ID] })
	return nil
}
