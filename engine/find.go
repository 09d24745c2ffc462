package engine

import (
	"bytes"
	"context"
	"maps"
	"reflect"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Find looks for an object of this name that is as wanted, and returns its ID.
// It is for whoever did not get the answer to a creation, finds the name taken,
// and asks whether that was its own doing. What a service's spec refers to must
// be IDs. It takes one request, and of a secret one more, to compare its
// content.
func (c *Client) Find(ctx context.Context, o stack.Object) (id string, ok bool, err error) {
	if err := c.greet(ctx); err != nil {
		return "", false, err
	}
	switch o := o.(type) {
	case stack.Service:
		return c.findService(ctx, o)
	case stack.Network:
		return c.findNetwork(ctx, o)
	case stack.Config:
		return c.findConfig(ctx, o)
	case stack.Secret:
		return c.findSecret(ctx, o)
	}
	return "", false, nil
}

// named filters a list by the name of an object, or its beginning.
func named(o stack.Object) client.Filters { return make(client.Filters).Add("name", o.Ref().Name) }

func (c *Client) findService(ctx context.Context, o stack.Service) (string, bool, error) {
	have, err := c.services(ctx, client.ServiceListOptions{Filters: named(o)})
	for _, h := range have {
		if h.Spec.Name == o.Spec.Name && maps.Equal(h.Spec.Labels, o.Spec.Labels) &&
			reflect.DeepEqual(stack.Normal(h.Spec), stack.Normal(o.Spec)) {
			return h.ID, true, nil
		}
	}
	return "", false, err
}

// findNetwork compares what the engine does not fill in by itself.
func (c *Client) findNetwork(ctx context.Context, o stack.Network) (string, bool, error) {
	have, err := c.listNetworks(ctx, named(o))
	for _, h := range have {
		if h.Name == o.Spec.Name && h.Scope == "swarm" && sameNetwork(h, o.Spec) {
			return h.ID, true, nil
		}
	}
	return "", false, err
}

func sameNetwork(have network.Summary, want network.CreateRequest) bool {
	return maps.Equal(have.Labels, want.Labels) &&
		(have.Driver == want.Driver || want.Driver == "") &&
		have.Internal == want.Internal && have.Attachable == want.Attachable
}

func (c *Client) findConfig(ctx context.Context, o stack.Config) (string, bool, error) {
	have, err := c.Configs(ctx, o.Spec.Name)
	for _, h := range have {
		if h.Spec.Name == o.Spec.Name && maps.Equal(h.Spec.Labels, o.Spec.Labels) && bytes.Equal(h.Spec.Data, o.Spec.Data) {
			return h.ID, true, nil
		}
	}
	return "", false, err
}

func (c *Client) findSecret(ctx context.Context, o stack.Secret) (string, bool, error) {
	r, err := c.api.SecretList(ctx, client.SecretListOptions{Filters: named(o)})
	for _, h := range r.Items {
		if h.Spec.Name == o.Spec.Name && maps.Equal(h.Spec.Labels, o.Spec.Labels) {
			return h.ID, c.sameSecret(ctx, h, o), ctx.Err()
		}
	}
	return "", false, c.explain(ctx, reading, c.name(), err)
}

// sameSecret compares the content, or where the content comes from.
func (c *Client) sameSecret(ctx context.Context, have swarm.Secret, want stack.Secret) bool {
	if have.Spec.Driver != nil || want.Spec.Driver != nil {
		return reflect.DeepEqual(have.Spec.Driver, want.Spec.Driver)
	}
	return c.compare(ctx, pair{have, want.Data}) == stack.Same
}
