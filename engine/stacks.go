package engine

import (
	"context"
	"slices"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Stacks is the names of the stacks that have services, sorted. It sends one
// request and, the first time, a ping.
func (c *Client) Stacks(ctx context.Context) ([]string, error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	services, err := c.services(ctx, client.ServiceListOptions{Filters: make(client.Filters).Add("label", stack.LabelNamespace)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, s := range services {
		names = append(names, s.Spec.Labels[stack.LabelNamespace])
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
