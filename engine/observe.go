package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// Observe reads everything that planning this stack can depend on. Of the stack
// it needs the name, and the networks, configs and secrets it is to have.
//
// It sends a constant number of requests, in parallel: the lists of services,
// networks, configs of the stack, secrets, nodes and tasks of the stack; then
// configs by name, for the latest revision and for those that the stack wants
// and does not own yet; and the first time a ping before all that, and the swarm,
// for its ID. That is nine. Each secret that `docker stack deploy` may have made costs one more, to
// compare its content, and so does each predefined network (host, bridge) that
// the stack uses.
func (c *Client) Observe(ctx context.Context, want stack.Stack) (stack.Snapshot, error) {
	if err := c.greet(ctx); err != nil {
		return stack.Snapshot{}, err
	}
	s := stack.Snapshot{Stack: want.Name, Target: c.target()}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		// Status is ignored below API 1.41.
		s.Services, err = c.services(ctx, client.ServiceListOptions{Status: true})
		return err
	})
	g.Go(func() (err error) { s.Networks, err = c.networks(ctx, want); return err })
	g.Go(func() (err error) { s.Tasks, err = c.tasks(ctx, ofStack(want.Name)); return err })
	g.Go(func() (err error) { s.Configs, s.Recorded, err = c.configs(ctx, want); return err })
	g.Go(func() (err error) {
		if s.Secrets, err = c.secrets(ctx); err != nil {
			return err
		}
		s.SameSecret, err = c.compareSecrets(ctx, want, s.Secrets)
		return err
	})
	g.Go(func() error { s.Target.Cluster = c.clusterID(ctx); return ctx.Err() })
	g.Go(func() (err error) { s.Nodes, err = c.nodes(ctx); return err })
	if err := g.Wait(); err != nil {
		return stack.Snapshot{}, err
	}
	return s, nil
}

func (c *Client) services(ctx context.Context, o client.ServiceListOptions) ([]swarm.Service, error) {
	r, err := c.api.ServiceList(ctx, o)
	sortByName(r.Items, func(s swarm.Service) string { return s.Spec.Name })
	return r.Items, c.explain(ctx, reading, c.name(), err)
}

func (c *Client) networks(ctx context.Context, want stack.Stack) ([]network.Summary, error) {
	live, err := c.listNetworks(ctx, nil)
	if err != nil {
		return nil, err
	}
	predefined, err := c.predefined(ctx, want)
	live = append(live, predefined...)
	sortByName(live, func(n network.Summary) string { return n.Name })
	return live, err
}

// listNetworks leaves out what is no longer part of the swarm. An engine goes on
// listing a removed network until the last of its own tasks on it has stopped:
// it then lists its local instance, which unlike the swarm's network has peers
// (moby daemon/server/router/network, getNetworksList).
func (c *Client) listNetworks(ctx context.Context, f client.Filters) ([]network.Summary, error) {
	r, err := c.api.NetworkList(ctx, client.NetworkListOptions{Filters: f})
	live := slices.DeleteFunc(r.Items, func(n network.Summary) bool {
		return n.Scope == "swarm" && len(n.Peers) > 0
	})
	return live, c.explain(ctx, reading, c.name(), err)
}

// predefined is the swarm's side of the networks that every node has. Services
// refer to it, and the list shows only the node's own (moby
// daemon/server/router/network, getNetworksList).
func (c *Client) predefined(ctx context.Context, want stack.Stack) ([]network.Summary, error) {
	var out []network.Summary
	for _, n := range want.Networks {
		if !n.External || !slices.Contains([]string{"host", "bridge", "none", "nat"}, n.Spec.Name) {
			continue
		}
		r, err := c.api.NetworkInspect(ctx, n.Spec.Name, client.NetworkInspectOptions{Scope: "swarm"})
		if err := c.explain(ctx, reading, subject(stack.KindNetwork, n.Spec.Name), err); err != nil {
			if errors.Is(err, stack.ErrNotFound) {
				continue // the planner says that it is not of the swarm
			}
			return nil, err
		}
		out = append(out, network.Summary{Network: r.Network.Network})
	}
	return out, nil
}

func (c *Client) secrets(ctx context.Context) ([]swarm.Secret, error) {
	r, err := c.api.SecretList(ctx, client.SecretListOptions{})
	sortByName(r.Items, func(s swarm.Secret) string { return s.Spec.Name })
	return r.Items, c.explain(ctx, reading, c.name(), err)
}

func (c *Client) nodes(ctx context.Context) ([]swarm.Node, error) {
	r, err := c.api.NodeList(ctx, client.NodeListOptions{})
	sortByName(r.Items, func(n swarm.Node) string { return n.Description.Hostname + " " + n.ID })
	return r.Items, c.explain(ctx, reading, c.name(), err)
}

// ofStack filters by the label of a stack's objects.
func ofStack(name string) client.Filters {
	return make(client.Filters).Add("label", stack.LabelNamespace+"="+name)
}

func sortByName[T any](items []T, name func(T) string) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
}
