package applier

import (
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"
)

// nodesMatter says that the nodes are worth a look: a task that does not stop may
// be on one that is lost, and there may be new ones.
func (r *run) nodesMatter() bool {
	p := &r.poll
	if time.Since(p.nodes) < restless {
		return false
	}
	return !p.stopping.IsZero() && time.Since(p.stopping) >= restless ||
		slices.ContainsFunc(p.last.Tasks, func(t swarm.Task) bool {
			_, known := r.nodes[t.NodeID]
			return t.NodeID != "" && !known
		})
}

// know takes in what the nodes are like. Those that have gone keep their names.
func (r *run) know(nodes []swarm.Node) {
	for _, n := range nodes {
		r.nodes[n.ID] = n
	}
}

// oneNode says that all tasks go to the same node.
func (r *run) oneNode() bool {
	n := 0
	for _, node := range r.nodes {
		if node.Status.State == swarm.NodeStateReady && node.Spec.Availability != swarm.NodeAvailabilityDrain {
			n++
		}
	}
	return n == 1
}

// isGone says that nothing more will be heard of the task, since its node is
// down: it keeps its last state for a day.
func (r *run) isGone(t swarm.Task) bool {
	return r.nodes[t.NodeID].Status.State == swarm.NodeStateDown
}

// isStopping says that the task has been told to stop and has not yet. What it
// occupies is about to become free.
func (r *run) isStopping(t swarm.Task) bool {
	return !isMeant(t) && !isOver(t) && !r.isGone(t)
}
