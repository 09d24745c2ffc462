package enginetest

import (
	"context"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// network, config and secret create one that is removed after the check.

func (l *lab) network(name string) (id string) {
	l.Helper()
	r, err := l.api.NetworkCreate(l.Context(), name, client.NetworkCreateOptions{Driver: "overlay"})
	if err != nil {
		l.Fatal(err)
	}
	l.later(name, func(ctx context.Context) error {
		_, err := l.api.NetworkRemove(ctx, r.ID, client.NetworkRemoveOptions{})
		return err
	})
	return r.ID
}

func (l *lab) config(data string) (id string) {
	l.Helper()
	r, err := l.api.ConfigCreate(l.Context(), client.ConfigCreateOptions{
		Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: l.name}, Data: []byte(data)},
	})
	if err != nil {
		l.Fatal(err)
	}
	l.later(l.name, func(ctx context.Context) error {
		_, err := l.api.ConfigRemove(ctx, r.ID, client.ConfigRemoveOptions{})
		return err
	})
	return r.ID
}

func (l *lab) secret(data string) (id string) {
	l.Helper()
	r, err := l.api.SecretCreate(l.Context(), client.SecretCreateOptions{
		Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: l.name}, Data: []byte(data)},
	})
	if err != nil {
		l.Fatal(err)
	}
	l.later(l.name, func(ctx context.Context) error {
		_, err := l.api.SecretRemove(ctx, r.ID, client.SecretRemoveOptions{})
		return err
	})
	return r.ID
}

// later removes an object after the check, when nothing uses it any more.
func (l *lab) later(name string, remove func(context.Context) error) {
	l.Cleanup(func() {
		ctx := context.WithoutCancel(l.Context())
		eventually(l.T, name+" is removed", func() bool {
			err := remove(ctx)
			return err == nil || errdefs.IsNotFound(err)
		})
	})
}
