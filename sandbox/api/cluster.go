package api

import (
	"context"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	"github.com/moby/moby/v2/errdefs"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

func (b *backend) cluster() (*swarmapi.Cluster, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	r, err := ask(b.swarm.Control().ListClusters, &swarmapi.ListClustersRequest{})
	if err != nil {
		return nil, err
	}
	return r.Clusters[0], nil // there is one, since the beginning
}

// Inspect is daemon/cluster/swarm.go, Inspect.
func (b *backend) Inspect() (types.Swarm, error) {
	c, err := b.cluster()
	if err != nil {
		return types.Swarm{}, err
	}
	return convert.SwarmFromGRPC(*c), nil
}

// Update changes what the swarm does with tasks and the like; tokens and keys
// there are none.
func (b *backend) Update(version uint64, spec types.Spec, flags swarmbackend.UpdateFlags) error {
	c, err := b.cluster()
	if err != nil {
		return err
	}
	if flags != (swarmbackend.UpdateFlags{}) || spec.EncryptionConfig.AutoLockManagers {
		return errdefs.NotImplemented(errNotHere)
	}
	merged, err := convert.MergeSwarmSpecToGRPC(spec, c.Spec)
	if err != nil {
		return errdefs.InvalidParameter(err)
	}
	return worded(b.swarm.UpdateCluster(c.ID, version, merged))
}

// Init refuses: the swarm is there from the beginning.
func (b *backend) Init(types.InitRequest) (string, error) {
	if b.available() != nil {
		return "", errdefs.NotImplemented(errNotHere)
	}
	return "", unavailable(`This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.`)
}

// Join refuses as Init does.
func (b *backend) Join(types.JoinRequest) error {
	_, err := b.Init(types.InitRequest{})
	return err
}

// Leave makes the engine one that is in no swarm, for good.
func (b *backend) Leave(_ context.Context, force bool) error {
	if b.available() != nil {
		return unavailable("This node is not part of a swarm")
	}
	if !force {
		return unavailable("You are attempting to leave the swarm on a node that is participating as a manager. " +
			"Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. ")
	}
	b.left.Store(true)
	return nil
}

// GetUnlockKey is empty: the swarm is never locked.
func (b *backend) GetUnlockKey() (string, error) { return "", b.available() }

// UnlockSwarm has nothing to do.
func (b *backend) UnlockSwarm(types.UnlockRequest) error {
	if err := b.available(); err != nil {
		return err
	}
	return errdefs.Conflict(errNotLocked)
}
