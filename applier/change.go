package applier

import (
	"fmt"
	"slices"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// phase is how far a change is.
type phase int

const (
	idle    phase = iota // not yet its turn
	writing              // a write is under way
	again                // the write was in vain, and will be tried again
	waiting              // written; its tasks are waited for
	ended
)

// change is one planned change and what has become of it.
type change struct {
	stack.Change
	gates []gate
	// finite: it has succeeded only when its tasks have ended well.
	finite bool
	// removal is the first half of a replacement, of which this is the second.
	removal *change

	phase   phase
	outcome stack.Outcome // once ended
	begun   time.Time     // when its first write started
	id      string        // of the object
	version uint64        // of a service, that the write was based on

	written   bool // the swarm accepted the write
	started   bool // every wanted task has been started
	running   bool // every wanted task has been seen running
	completed bool // every wanted task has ended well

	retry time.Time // when a write is tried again
	tries int
	err   error     // why it was in vain
	lost  time.Time // since when no write got an answer; zero: the last one did
	maybe bool      // a write that got no answer may have been carried out

	from  int // the first poll that was started after the write
	watch watch
}

// gate is a [stack.Gate] tied to the change it waits for.
type gate struct {
	on        *change
	condition stack.Condition
}

// bind makes the changes of a plan and ties their gates. A gate on something
// that is not in the plan is open. A replacement becomes two changes, a removal
// and a creation.
func bind(p stack.Plan, o Options) ([]*change, error) {
	early := map[stack.Ref]bool{} // whose removal something waits for
	for _, pc := range p.Changes {
		for _, g := range pc.After {
			early[g.Ref] = early[g.Ref] || g.Condition == stack.Removed
		}
	}
	var changes []*change
	t := tie{made: map[stack.Ref]*change{}, removal: map[stack.Ref]*change{}, place: map[*change]int{}}
	for _, pc := range p.Changes {
		for _, part := range parts(pc, early[pc.Ref]) {
			c := newChange(part, o)
			if pc.Action == stack.Replace && c.Action == stack.Create {
				c.removal = changes[len(changes)-1]
			}
			t.place[c] = len(changes)
			changes = append(changes, c)
			t.made[c.Ref] = c
			if c.Action == stack.Delete {
				t.removal[c.Ref] = c
			}
		}
	}
	for _, c := range changes {
		if err := t.gates(c, o); err != nil {
			return nil, err
		}
	}
	if o.Detach && !o.IgnoreConditions {
		return changes, detachable(changes)
	}
	return changes, nil
}

func newChange(pc stack.Change, o Options) *change {
	finite := isJob(specOf(pc)) && (pc.Action != stack.Keep || o.Attach)
	c := &change{Change: pc, finite: finite, watch: newWatch()}
	if pc.Have != nil {
		c.id, c.version = pc.Have.ID, pc.Have.Version.Index
	}
	return c
}

// parts is the change itself, or the two that a replacement consists of. What
// is waited for is removed at once; else the removal waits as the creation does.
func parts(pc stack.Change, early bool) []stack.Change {
	if pc.Action != stack.Replace {
		return []stack.Change{pc}
	}
	removal, creation := pc, pc
	removal.Action, removal.Want = stack.Delete, nil
	if early && pc.Ref.Kind == stack.KindService {
		removal.After = nil
	}
	creation.Action, creation.Have = stack.Create, nil
	creation.After = append(slices.Clone(pc.After), stack.Gate{Ref: pc.Ref, Condition: stack.Removed})
	return []stack.Change{removal, creation}
}

// tie finds what gates wait for.
type tie struct {
	made    map[stack.Ref]*change // what is there after the plan
	removal map[stack.Ref]*change
	place   map[*change]int
}

func (t tie) gates(c *change, o Options) error {
	for _, g := range c.After {
		on := t.made[g.Ref]
		if g.Condition == stack.Removed {
			on = t.removal[g.Ref]
		}
		if on == nil {
			continue
		}
		// Of a replaced network the removal waits for services behind it.
		if t.place[on] >= t.place[c] && g.Condition != stack.Removed {
			return fmt.Errorf("plan is not in order: %s waits for %s, which does not stand before it", c.Ref, g.Ref)
		}
		if err := c.waitFor(on, g.Condition, o); err != nil {
			return err
		}
	}
	return nil
}

// waitFor adds a gate. What is waited for to complete becomes finite.
func (c *change) waitFor(on *change, condition stack.Condition, o Options) error {
	if condition == stack.Completed && c.Action != stack.Keep && !c.ignores(o) {
		if !ends(specOf(on.Change)) {
			return fmt.Errorf("%s waits for %s to complete, which its restart policy never lets happen", c.Ref, on.Ref)
		}
		on.finite = true
	}
	c.gates = append(c.gates, gate{on, condition})
	return nil
}

// ready says whether every gate is open. If one can no longer open, the first
// culprit is returned: the change that failed, not one that it blocked.
func (c *change) ready(o Options) (open bool, culprit stack.Ref) {
	open = true
	for _, g := range c.gates {
		if g.open(c, o) {
			continue
		}
		open = false
		if g.on.phase != ended {
			continue
		}
		if g.on.outcome.State == stack.Blocked {
			return false, g.on.outcome.Culprit
		}
		return false, g.on.Ref
	}
	return open, stack.Ref{}
}

// ignores says that the conditions of the change's gates keep the order only. A
// removal cannot be undone, so its conditions hold whatever is ignored; without
// waiting nobody would ever know.
func (c *change) ignores(o Options) bool {
	return o.Detach || o.IgnoreConditions && c.Action != stack.Delete
}

// open says whether the gate's condition has been met, for the change that waits
// for it. A condition on tasks does not count once the service has failed after
// all. A removal cannot be undone: it waits until success is certain, and not
// only until all tasks have been seen running.
func (g gate) open(waits *change, o Options) bool {
	c := g.on
	done := c.phase == ended && c.outcome.State == stack.Done
	switch {
	case c.Action == stack.Delete:
		return done
	case g.condition == "" || waits.ignores(o) || c.Ref.Kind != stack.KindService:
		return c.written || c.Action == stack.Keep
	case c.phase == ended && !done || waits.Action == stack.Delete && !done:
		return false
	}
	switch g.condition {
	case stack.Started:
		return c.started
	case stack.Healthy:
		return c.running
	case stack.Completed:
		return c.completed
	case stack.Removed: // of what is no removal
	}
	return false
}
