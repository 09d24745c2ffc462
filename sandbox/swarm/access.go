package swarm

import (
	"time"

	"github.com/docker/go-events"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/controlapi"
	"github.com/moby/swarmkit/v2/manager/state"
)

// Control is SwarmKit's control API. What it returns belongs to the swarm, and is
// not to be changed. Roles of nodes are not changed through it, but through
// [Swarm.UpdateNode].
func (s *Swarm) Control() *controlapi.Server { return s.control }

// Watch returns what happens in the swarm from now on, until cancel is called.
// With no kinds it is everything, commits included.
func (s *Swarm) Watch(kinds ...api.Event) (happens <-chan events.Event, cancel func()) {
	return state.Watch(s.store.WatchQueue(), kinds...)
}

// Logs returns the lines that containers wrote later than a point in time, and a
// channel that is closed when there are more.
func (s *Swarm) Logs(after time.Time) ([]Line, <-chan struct{}) { return s.agent.logs.since(after) }
