package swarm

import (
	"fmt"
	"io"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/state/store"
)

// Save writes everything the swarm knows, as SwarmKit's own snapshots hold it:
// secrets are in it, unencrypted.
func (s *Swarm) Save(w io.Writer) error {
	var snapshot *api.StoreSnapshot
	var err error
	s.store.View(func(tx store.ReadTx) { snapshot, err = s.store.Save(tx) })
	if err != nil {
		return err
	}
	bytes, err := snapshot.Marshal()
	if err != nil {
		return err
	}
	_, err = w.Write(bytes)
	return err
}

func (s *Swarm) restore(r io.Reader) error {
	bytes, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	var snapshot api.StoreSnapshot
	if err := snapshot.Unmarshal(bytes); err != nil {
		return fmt.Errorf("saved state: %w", err)
	}
	if len(snapshot.Nodes) == 0 || len(snapshot.Clusters) != 1 {
		return fmt.Errorf("saved state: it is not that of a swarm")
	}
	if err := s.store.Restore(&snapshot); err != nil {
		return err
	}
	s.proposer.index.Store(lastIndex(&snapshot))
	s.networks.subnets = len(snapshot.Networks)
	for _, n := range snapshot.Networks {
		s.networks.know(n)
		s.networks.addresses[n.ID] = len(snapshot.Services) + len(snapshot.Tasks)
	}
	return nil
}

// lastIndex is that of the last write: versions must not run backwards.
func lastIndex(snapshot *api.StoreSnapshot) (last uint64) {
	see := func(m api.Meta) { last = max(last, m.Version.Index) }
	for _, o := range snapshot.Services {
		see(o.Meta)
	}
	for _, o := range snapshot.Tasks {
		see(o.Meta)
	}
	for _, o := range snapshot.Nodes {
		see(o.Meta)
	}
	for _, o := range snapshot.Networks {
		see(o.Meta)
	}
	for _, o := range snapshot.Configs {
		see(o.Meta)
	}
	for _, o := range snapshot.Secrets {
		see(o.Meta)
	}
	for _, o := range snapshot.Clusters {
		see(o.Meta)
	}
	return last
}
