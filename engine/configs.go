package engine

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// configs are those of the stack, and those it names that it does not own: it
// may be about to create them, or they are external. Apart from them is the
// latest revision of the stack; all else that is stackup's own is left out.
func (c *Client) configs(ctx context.Context, want stack.Stack) (all []swarm.Config, recorded *swarm.Config, err error) {
	own, err := c.listConfigs(ctx, ofStack(want.Name))
	if err != nil {
		return nil, nil, err
	}
	names := missing(want.Configs, own)
	found, err := c.Configs(ctx, append(names, stack.LatestPrefix(want.Name))...)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range found {
		if slices.Contains(names, f.Spec.Name) {
			own = append(own, f)
		}
	}
	all = slices.DeleteFunc(own, func(o swarm.Config) bool {
		_, ours := o.Spec.Labels[stack.LabelStack]
		return ours
	})
	sortByName(all, func(s swarm.Config) string { return s.Spec.Name })
	return all, latest(found, want.Name), nil
}

// missing are the names that the wanted configs have or could have had, without
// those that are known.
func missing(want []stack.Config, known []swarm.Config) []string {
	var names []string
	for _, w := range want {
		for _, name := range []string{w.Spec.Name, w.Base} {
			isKnown := slices.ContainsFunc(known, func(k swarm.Config) bool { return k.Spec.Name == name })
			if name != "" && !isKnown {
				names = append(names, name)
			}
		}
	}
	return names
}

// latest is the config with the highest revision of the stack. There may be two
// for a moment, while a revision is recorded.
func latest(found []swarm.Config, stackName string) *swarm.Config {
	var out *swarm.Config
	highest := 0
	for _, f := range found {
		number, isLatest := strings.CutPrefix(f.Spec.Name, stack.LatestPrefix(stackName))
		n, err := strconv.Atoi(number)
		if isLatest && err == nil && n > highest && f.Spec.Labels[stack.LabelStack] == stackName {
			highest, out = n, &f
		}
	}
	return out
}

// Configs lists the configs whose names begin with one of these, with their
// data, in one request. Without names it is empty, and sends none. The list is
// sorted by name.
func (c *Client) Configs(ctx context.Context, prefixes ...string) ([]swarm.Config, error) {
	if len(prefixes) == 0 {
		return nil, nil
	}
	return c.listConfigs(ctx, make(client.Filters).Add("name", prefixes...))
}

func (c *Client) listConfigs(ctx context.Context, f client.Filters) ([]swarm.Config, error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	r, err := c.api.ConfigList(ctx, client.ConfigListOptions{Filters: f})
	sortByName(r.Items, func(s swarm.Config) string { return s.Spec.Name })
	return r.Items, c.explain(ctx, reading, c.name(), err)
}

// Relabel gives a config other labels if it is still at this version, which
// otherwise is [stack.ErrOutOfSequence], and returns it as it is then. Labels
// are all of a config that can be changed (swarmkit
// manager/controlapi/config.go, UpdateConfig).
//
// It takes two requests, since the engine does not say what the new version is.
// After any other error the labels may have been changed, or not.
func (c *Client) Relabel(ctx context.Context, config swarm.Config, labels map[string]string) (swarm.Config, error) {
	if err := c.greet(ctx); err != nil {
		return swarm.Config{}, err
	}
	c.writes.Add(1)
	about := subject(stack.KindConfig, config.Spec.Name)
	spec := config.Spec
	spec.Labels, spec.Data = labels, nil // no data are the same data
	_, err := c.api.ConfigUpdate(ctx, config.ID, client.ConfigUpdateOptions{Version: config.Version, Spec: spec})
	if err != nil {
		return swarm.Config{}, c.explain(ctx, updating, about, err)
	}
	r, err := c.api.ConfigInspect(ctx, config.ID, client.ConfigInspectOptions{})
	return r.Config, c.explain(ctx, reading, about, err)
}
