package swarm

import (
	"context"
	"sync/atomic"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/state"
)

// proposer stands in for raft: it accepts everything at once, and counts. The
// store needs one, or it keeps no versions and never finds an update to be out
// of sequence (manager/state/store/memory.go, update).
type proposer struct{ index atomic.Uint64 }

func (p *proposer) ProposeValue(_ context.Context, _ []api.StoreAction, commit func()) error {
	p.index.Add(1)
	commit()
	return nil
}

func (p *proposer) GetVersion() *api.Version { return &api.Version{Index: p.index.Load()} }

func (*proposer) ChangesBetween(_, _ api.Version) ([]state.Change, error) { return nil, nil }
