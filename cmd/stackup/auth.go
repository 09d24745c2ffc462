package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func authCommand(p *process) *cobra.Command {
	c := &cobra.Command{
		Use:   "auth",
		Short: "the logins by which the nodes pull images",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(authRefreshCommand(p))
	return c
}

func authRefreshCommand(p *process) *cobra.Command {
	var (
		at  = target{logins: true}
		how execution
	)
	c := &cobra.Command{
		Use:   "refresh STACK",
		Short: "give the swarm new logins for the images of a stack",
		Long: `Send docker's present logins for the registries of the images that a stack runs
to the swarm, so that nodes can go on pulling when an earlier login has ended. No
task restarts: each service is written again as it is. Jobs, which would run
again, and services whose update is not over are left out.

The swarm then counts that as the last update: docker service rollback has nothing
to go back to. stackup rollback has.`,
		Example: `  stackup auth refresh shop`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return how.run(c.Context(), p, func(v *view) error {
				client, err := at.open(p)
				if err != nil {
					return err
				}
				s := &session{view: v, client: client, how: how}
				return s.locked(c.Context(), args[0], func(ctx context.Context) error { return s.renew(ctx, args[0]) })
			})
		},
	}
	at.addFlags(c)
	how.addLockFlag(c.Flags())
	return c
}

// renew writes the services of a stack again, with the logins of today.
func (s *session) renew(ctx context.Context, name string) error {
	have, err := s.client.Observe(ctx, stack.Stack{Name: name})
	if err != nil {
		return err
	}
	services, warnings := planner.Renew(have, s.client.HasLogin)
	var images []string
	for _, o := range services {
		images = append(images, o.Spec.TaskTemplate.ContainerSpec.Image)
	}
	render.Warnings(s.view.p.stderr, append(warnings, s.client.LoginWarnings(images)...), s.view.p.style(s.view.p.stderr))
	if len(services) == 0 {
		return &stack.Error{
			Msg:  fmt.Sprintf("stack %q: there is no login to renew", name),
			Hint: "docker login makes one, for the registry of an image that the stack runs",
		}
	}
	var problems []error
	for _, o := range services {
		_, err := s.client.Update(ctx, stack.Live{ID: o.ID, Version: o.Version, Service: &o}, o.Spec)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if _, err := fmt.Fprintf(s.view.p.stdout, "service %q has a new login\n", o.Spec.Name); err != nil {
			return err
		}
	}
	return errors.Join(problems...)
}
