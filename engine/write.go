package engine

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Create makes a [stack.Service], [stack.Network], [stack.Config] or
// [stack.Secret], in one request. What a service's spec refers to must be IDs
// by now. The warnings are the engine's.
//
// It is [stack.ErrConflict] when the name is taken. A removed network takes its
// name until the engine's own tasks on it have stopped, although
// [Client.Observe] does not show it any more.
func (c *Client) Create(ctx context.Context, o stack.Object) (id string, warnings []string, err error) {
	if err := c.greet(ctx); err != nil {
		return "", nil, err
	}
	c.writes.Add(1)
	switch o := o.(type) {
	case stack.Service:
		r, e := c.api.ServiceCreate(ctx, client.ServiceCreateOptions{Spec: ownContainerSpec(o.Spec), EncodedRegistryAuth: c.loginFor(o.Spec)})
		id, warnings, err = r.ID, r.Warnings, e
	case stack.Network:
		r, e := c.api.NetworkCreate(ctx, o.Spec.Name, networkOptions(o.Spec))
		id, warnings, err = r.ID, r.Warning, e
	case stack.Config:
		r, e := c.api.ConfigCreate(ctx, client.ConfigCreateOptions{Spec: o.Spec})
		id, err = r.ID, e
	case stack.Secret:
		return c.createSecret(ctx, o)
	default:
		err = fmt.Errorf("objects of type %T cannot be created", o)
	}
	return id, warnings, c.explain(ctx, creating, o.Ref().String(), err)
}

func (c *Client) createSecret(ctx context.Context, o stack.Secret) (string, []string, error) {
	spec := o.Spec
	spec.Data = o.Data
	r, err := c.api.SecretCreate(ctx, client.SecretCreateOptions{Spec: spec})
	return r.ID, nil, withhold(c.explain(ctx, creating, o.Ref().String(), err), o.Data)
}

// Update gives a service a new spec, in one request. It is
// [stack.ErrOutOfSequence] when the service is no longer at this version;
// nothing is written then. What the service is besides, if that is known, tells
// which of the logins that the swarm has is kept when none is sent.
func (c *Client) Update(ctx context.Context, have stack.Live, spec swarm.ServiceSpec) (warnings []string, err error) {
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	c.writes.Add(1)
	r, err := c.api.ServiceUpdate(ctx, have.ID, client.ServiceUpdateOptions{
		Version: have.Version, Spec: ownContainerSpec(spec),
		EncodedRegistryAuth: c.loginFor(spec), RegistryAuthFrom: keptLogin(have.Service, spec),
	})
	return r.Warnings, c.explain(ctx, updating, subject(stack.KindService, spec.Name), err)
}

// Remove takes away an object, in one request. It is [stack.ErrInUse] when a
// service, or a task on a network, still refers to it, and [stack.ErrNotFound]
// when it is gone already.
func (c *Client) Remove(ctx context.Context, kind stack.Kind, id string) error {
	if err := c.greet(ctx); err != nil {
		return err
	}
	c.writes.Add(1)
	var err error
	switch kind {
	case stack.KindService:
		_, err = c.api.ServiceRemove(ctx, id, client.ServiceRemoveOptions{})
	case stack.KindNetwork:
		_, err = c.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
	case stack.KindConfig:
		_, err = c.api.ConfigRemove(ctx, id, client.ConfigRemoveOptions{})
	case stack.KindSecret:
		_, err = c.api.SecretRemove(ctx, id, client.SecretRemoveOptions{})
	default:
		err = fmt.Errorf("objects of kind %q cannot be removed", kind)
	}
	return c.explain(ctx, removing, subject(kind, id), err)
}

// ownContainerSpec keeps the caller's spec as it is: the moby client completes
// the image reference in place (imageWithTagString).
func ownContainerSpec(spec swarm.ServiceSpec) swarm.ServiceSpec {
	if container := spec.TaskTemplate.ContainerSpec; container != nil {
		own := *container
		spec.TaskTemplate.ContainerSpec = &own
	}
	return spec
}

// networkOptions carries every field over; the client has its own type for the
// same request.
func networkOptions(r network.CreateRequest) client.NetworkCreateOptions {
	o := client.NetworkCreateOptions{
		Driver:     r.Driver,
		Scope:      r.Scope,
		EnableIPv4: r.EnableIPv4,
		EnableIPv6: r.EnableIPv6,
		IPAM:       r.IPAM,
		Internal:   r.Internal,
		Attachable: r.Attachable,
		Ingress:    r.Ingress,
		ConfigOnly: r.ConfigOnly,
		Options:    r.Options,
		Labels:     r.Labels,
	}
	if r.ConfigFrom != nil {
		o.ConfigFrom = r.ConfigFrom.Network
	}
	return o
}

// subject is how messages call an object.
func subject(kind stack.Kind, name string) string { return stack.Ref{Kind: kind, Name: name}.String() }
