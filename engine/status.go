package engine

import (
	"context"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// Status reads how the services of a stack are doing, in three requests at once.
// The three answers may be a moment apart: a task can be in one and not yet, or
// no longer, in another.
//
// Which tasks are current is the engine's own judgement, through the filter that
// the docker command uses while it waits (docker/cli
// cli/command/service/progress; moby daemon/cluster/filters.go). Tasks carry the
// label their service had when they were made.
func (c *Client) Status(ctx context.Context, stackName string) (stack.Status, error) {
	if err := c.greet(ctx); err != nil {
		return stack.Status{}, err
	}
	var s stack.Status
	var current []swarm.Task
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		s.Services, err = c.services(ctx, client.ServiceListOptions{Filters: ofStack(stackName)})
		return err
	})
	g.Go(func() (err error) { s.Tasks, err = c.tasks(ctx, ofStack(stackName)); return err })
	g.Go(func() (err error) {
		current, err = c.tasks(ctx, ofStack(stackName).Add("_up-to-date", "true"))
		return err
	})
	if err := g.Wait(); err != nil {
		return stack.Status{}, err
	}
	s.Current = make(map[string]bool, len(current))
	for _, t := range current {
		s.Current[t.ID] = true
	}
	return s, nil
}

func (c *Client) tasks(ctx context.Context, f client.Filters) ([]swarm.Task, error) {
	r, err := c.api.TaskList(ctx, client.TaskListOptions{Filters: f})
	sortByName(r.Items, func(t swarm.Task) string { return t.ID })
	return r.Items, c.explain(ctx, reading, c.name(), err)
}

// Service reads one service, in one request. It is [stack.ErrNotFound] when the
// swarm has none of this ID.
func (c *Client) Service(ctx context.Context, id string) (swarm.Service, error) {
	if err := c.greet(ctx); err != nil {
		return swarm.Service{}, err
	}
	r, err := c.api.ServiceInspect(ctx, id, client.ServiceInspectOptions{})
	return r.Service, c.explain(ctx, reading, subject(stack.KindService, id), err)
}

// Nodes reads the nodes of the swarm, in one request.
func (c *Client) Nodes(ctx context.Context) ([]swarm.Node, error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	return c.nodes(ctx)
}
