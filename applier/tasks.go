package applier

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// census is what one poll shows of one service's tasks. Unless it says
// otherwise, only tasks of the service's present spec count.
type census struct {
	wanted    int          // slots to be filled
	started   int          // slots with a task that has been started
	running   int          // slots with a task that runs
	completed int          // slots whose last task ended well and is not followed
	alive     int          // slots with a task meant to run, of whatever spec
	meant     int          // tasks meant to run
	outdated  int          // tasks of another spec that are still meant to run
	stopping  int          // tasks that are told to stop and have not yet
	dead      []swarm.Task // last tasks of slots that ended badly and are not followed
	behind    *swarm.Task  // the first task that is not up yet
}

// enough says that these many slots are all that are wanted, besides those that
// are completed.
func (n *census) enough(slots int) bool { return slots+n.completed >= n.wanted }

// count takes the census. The engine replaces an ended task in the same
// transaction that tells the old one to stop (restart.go, Restart), so a slot
// in which nothing is meant to run will stay like that.
func count(spec swarm.ServiceSpec, tasks []swarm.Task, current, gone func(swarm.Task) bool) census {
	var n census
	fixed := !isGlobal(spec.Mode)
	if fixed {
		n.wanted = replicas(spec.Mode)
	}
	for _, slot := range bySlot(spec.Mode, tasks) {
		alive := n.add(slot, current, gone)
		last := slot[len(slot)-1]
		over := !alive && current(last)
		switch {
		case over && last.Status.State == swarm.TaskStateComplete && ends(spec):
			n.completed++
		case over && endedByItself(last):
			n.dead = append(n.dead, last)
		case alive:
			n.alive++
		default:
			continue
		}
		if !fixed {
			n.wanted++
		}
	}
	// Slots that are no longer wanted have a past, too.
	if n.alive+n.completed >= n.wanted {
		n.dead = nil
	}
	return n
}

// add counts the tasks of one slot and says whether any is meant to run.
func (n *census) add(slot []swarm.Task, current, gone func(swarm.Task) bool) (alive bool) {
	var started, running bool
	for _, t := range slot {
		switch {
		case isMeant(t) && !current(t):
			alive = true
			n.outdated++
		case isMeant(t):
			alive = true
			n.meant++
			up := t.Status.State == swarm.TaskStateRunning
			started = started || up || t.Status.State == swarm.TaskStateStarting
			running = running || up
			if !up && n.behind == nil {
				n.behind = &t
			}
		case current(t) && !isOver(t) && !gone(t):
			n.stopping++
		}
	}
	if started {
		n.started++
	}
	if running {
		n.running++
	}
	return alive
}

// bySlot groups tasks by the place they take in the service, each group from the
// oldest to the newest.
func bySlot(mode swarm.ServiceMode, tasks []swarm.Task) [][]swarm.Task {
	place := func(t swarm.Task) string { return place(mode, t) }
	sorted := slices.SortedFunc(slices.Values(tasks), func(a, b swarm.Task) int {
		return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(place(a), place(b)),
			a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	var groups [][]swarm.Task
	for i, t := range sorted {
		if i == 0 || place(sorted[i-1]) != place(t) {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], t)
	}
	return groups
}

// place is the slot of a task, or its node if the service runs on every node:
// what Docker puts after the service's name to name the task.
func place(mode swarm.ServiceMode, t swarm.Task) string {
	if isGlobal(mode) {
		return t.NodeID
	}
	return strconv.Itoa(t.Slot)
}

// isMeant says that the engine wants the task to run, or to run to its end.
func isMeant(t swarm.Task) bool {
	if t.DesiredState == swarm.TaskStateComplete { // a job's task
		return t.Status.State != swarm.TaskStateComplete
	}
	return !slices.Contains([]swarm.TaskState{
		swarm.TaskStateShutdown, swarm.TaskStateFailed, swarm.TaskStateRejected,
		swarm.TaskStateRemove, swarm.TaskStateOrphaned,
	}, t.DesiredState)
}

// isOver says that the task has ended, however.
func isOver(t swarm.Task) bool {
	return endedByItself(t) || slices.Contains([]swarm.TaskState{
		swarm.TaskStateShutdown, swarm.TaskStateRemove, swarm.TaskStateOrphaned,
	}, t.Status.State)
}

// endedByItself says that the task has ended without having been told to.
func endedByItself(t swarm.Task) bool {
	return slices.Contains([]swarm.TaskState{
		swarm.TaskStateComplete, swarm.TaskStateFailed, swarm.TaskStateRejected,
	}, t.Status.State)
}

// fingerprint changes when a task comes, goes, or changes its state. The order
// of the tasks does not matter.
func fingerprint(tasks []swarm.Task) uint64 {
	var sum uint64
	for _, t := range tasks {
		h := fnv.New64a()
		_, _ = fmt.Fprint(h, t.ID, t.Status.State, t.DesiredState)
		sum += h.Sum64()
	}
	return sum
}

// specOf is the spec that a service of the plan has once the change is done.
func specOf(c stack.Change) swarm.ServiceSpec {
	if s, ok := c.Want.(stack.Service); ok {
		return s.Spec
	}
	if c.Have != nil && c.Have.Service != nil {
		return c.Have.Service.Spec
	}
	return swarm.ServiceSpec{}
}

func isGlobal(m swarm.ServiceMode) bool { return m.Global != nil || m.GlobalJob != nil }

func isJob(s swarm.ServiceSpec) bool { return s.Mode.ReplicatedJob != nil || s.Mode.GlobalJob != nil }

// ends says that tasks of this spec may end well: those of a job, and of a
// service that is not restarted after a success.
func ends(s swarm.ServiceSpec) bool {
	p := s.TaskTemplate.RestartPolicy
	return isJob(s) || p != nil &&
		(p.Condition == swarm.RestartPolicyConditionNone || p.Condition == swarm.RestartPolicyConditionOnFailure)
}

// replicas is the number of slots of a service that does not run on every
// node, with the engine's defaults (moby daemon/cluster/convert/service.go).
func replicas(m swarm.ServiceMode) int {
	one := uint64(1)
	switch {
	case m.ReplicatedJob != nil:
		return int(*cmp.Or(m.ReplicatedJob.TotalCompletions, m.ReplicatedJob.MaxConcurrent, &one))
	case m.Replicated != nil:
		return int(*cmp.Or(m.Replicated.Replicas, &one))
	}
	return 1
}

func wantsNone(m swarm.ServiceMode) bool { return !isGlobal(m) && replicas(m) == 0 }
