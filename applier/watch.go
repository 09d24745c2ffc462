package applier

import (
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// watch is what the polls have shown of one service.
type watch struct {
	before   map[string]bool   // tasks that were there before the write; true: had ended
	outdated map[string]bool   // tasks that the engine has called outdated since
	spec     swarm.ServiceSpec // as the first poll after the write showed it
	version  uint64            // of the service when its spec was last compared; 0: never
	changed  bool              // it was another spec then
	counted  map[string]bool   // ended tasks that are in repeats
	repeats  map[string]int    // how often a slot has ended in the same way
	blamed   *swarm.Task       // the last task that ended badly
	mark     uint64
	tasks    []swarm.Task // of the last poll

	census census
	back   bool      // the swarm undoes, or has undone, the update
	reason string    // why it is not done
	up     time.Time // since when all that is wanted runs
	stuck  time.Time // since when a task fits no node

	seen    map[string]bool // tasks that have been seen up
	advance time.Time       // when another one last was
}

func newWatch() watch {
	return watch{outdated: map[string]bool{}, counted: map[string]bool{}, repeats: map[string]int{}, seen: map[string]bool{}}
}

// remember takes the tasks as what was there before the write.
func (w *watch) remember(tasks []swarm.Task) {
	w.before = make(map[string]bool, len(tasks))
	for _, t := range tasks {
		w.before[t.ID] = isOver(t)
	}
}

// meddled says that the service's spec is no longer the one that was written.
// A spec never changes without the version.
func (c *change) meddled(s *swarm.Service) bool {
	w := &c.watch
	switch w.version {
	case 0:
		w.spec, w.changed = s.Spec, c.overwritten(s)
	case s.Version.Index:
		return w.changed
	default:
		w.changed = !sameSpec(w.spec, s.Spec)
	}
	w.version = s.Version.Index
	return w.changed
}

// overwritten says that somebody has written the service between our write and
// the first look at it. The engine keeps the spec before the last write (swarmkit
// manager/controlapi/service.go, UpdateService): after ours it is the one that
// the plan saw.
func (c *change) overwritten(s *swarm.Service) bool {
	switch before := s.PreviousSpec; {
	case before == nil || c.Action == stack.Keep:
		return false
	case c.Action == stack.Create:
		return true
	default:
		return c.Have != nil && c.Have.Service != nil && !sameSpec(*before, c.Have.Service.Spec)
	}
}

// reverted says that a task which the update was to replace is current again:
// the parts of the poll are of different moments, and in between the engine has
// rolled the service back. Tasks made after the write say nothing, because they
// may be listed before they are listed as current.
func (w *watch) reverted(current func(swarm.Task) bool) bool {
	back := false
	for _, t := range w.tasks {
		if _, old := w.before[t.ID]; !old {
			continue
		}
		back = back || w.outdated[t.ID] && current(t)
		w.outdated[t.ID] = !current(t)
	}
	return back
}
