package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Stacks is the names of the stacks that have services, sorted. It sends one
// request and, the first time, a ping.
func (c *Client) Stacks(ctx context.Context) ([]string, error) {
	services, err := c.labelled(ctx, stack.LabelNamespace)
	var names []string
	for _, s := range services {
		names = append(names, s.Spec.Labels[stack.LabelNamespace])
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// ServicesOf is the names of the services of a stack as in its file, sorted. It
// sends one request and, the first time, a ping.
func (c *Client) ServicesOf(ctx context.Context, name string) ([]string, error) {
	services, err := c.labelled(ctx, stack.LabelNamespace+"="+name)
	var names []string
	for _, s := range services {
		names = append(names, strings.TrimPrefix(s.Spec.Name, name+"_"))
	}
	slices.Sort(names)
	return names, err
}

func (c *Client) labelled(ctx context.Context, label string) ([]swarm.Service, error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	return c.services(ctx, client.ServiceListOptions{Filters: make(client.Filters).Add("label", label)})
}
