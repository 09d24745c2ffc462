package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// object is an object of the swarm that is no service, as far as its removal
// is concerned.
type object struct {
	ref    stack.Ref
	live   stack.Live
	labels map[string]string
}

// runs is the condition that says a written service has come to its end.
func runs(c stack.Change) stack.Condition {
	if s, ok := c.Want.(stack.Service); ok && isJob(s.Spec.Mode) {
		return stack.Completed
	}
	return stack.Healthy
}

// prune plans the deletions. What a kept revision needs stays. A plan that
// changes something makes a new revision when it is applied, and the oldest
// goes for it: what only that one needs goes with the same plan, so that none
// is left to be planned.
func (m *maker) prune() {
	before := len(m.changes)
	writes := func() bool {
		return slices.ContainsFunc(m.changes, func(c stack.Change) bool { return c.Action != stack.Keep })
	}
	most := Revisions(m.want)
	if !writes() && most > 0 {
		most++ // no new revision
	}
	for {
		m.kept = keptRevisions(m.have.Last.Kept(most))
		problems := len(m.problems)
		m.deletions()
		if most <= Revisions(m.want) || !writes() {
			return
		}
		most-- // the deletions themselves make one
		m.changes, m.problems = m.changes[:before], m.problems[:problems]
	}
}

// deletions removes what the stack owns and the file no longer has. They come
// last: after every service that is written runs, and after the removal of the
// services that still use the object.
func (m *maker) deletions() {
	wanted := map[stack.Ref]bool{}
	var writes []stack.Gate
	for _, c := range m.changes {
		wanted[c.Ref] = true
		if c.Ref.Kind == stack.KindService && c.Action != stack.Keep {
			writes = append(writes, stack.Gate{Ref: c.Ref, Condition: runs(c)})
		}
	}
	users := m.users(wanted)
	for _, s := range m.have.Services {
		ref := stack.Ref{Kind: stack.KindService, Name: s.Spec.Name}
		if m.have.Owned(s.Spec.Labels) && !wanted[ref] {
			live := stack.Live{ID: s.ID, Version: s.Version, Service: &s}
			m.problem(protected(ref, s.Spec.Labels))
			m.add(m.deletion(object{ref, live, s.Spec.Labels}, m.reasonGone(), writes))
		}
	}
	for _, o := range m.owned() {
		if !wanted[o.ref] {
			m.deleteObject(o, users, writes)
		}
	}
}

// owned is what the stack owns besides services.
func (m *maker) owned() []object {
	var out []object
	for _, c := range m.have.Configs {
		if m.have.Owned(c.Spec.Labels) {
			out = append(out, object{stack.Ref{Kind: stack.KindConfig, Name: c.Spec.Name}, stack.Live{ID: c.ID, Version: c.Version}, c.Spec.Labels})
		}
	}
	for _, s := range m.have.Secrets {
		if m.have.Owned(s.Spec.Labels) {
			out = append(out, object{stack.Ref{Kind: stack.KindSecret, Name: s.Spec.Name}, stack.Live{ID: s.ID, Version: s.Version}, s.Spec.Labels})
		}
	}
	for _, n := range m.have.Networks {
		if m.have.Owned(n.Labels) && n.Scope == "swarm" {
			out = append(out, object{stack.Ref{Kind: stack.KindNetwork, Name: n.Name}, stack.Live{ID: n.ID}, n.Labels})
		}
	}
	return out
}

// deleteObject removes a network, config or secret, unless something needs it.
func (m *maker) deleteObject(o object, users users, writes []stack.Gate) {
	id := o.live.ID
	if twin, ok := m.names.twins[o.ref]; ok {
		m.add(m.keptBack(o, "same content as "+twin.String()))
		return
	}
	if by, ok := users.others[id]; ok {
		m.problem(&stack.Error{
			Msg:  fmt.Sprintf("%s is no longer in the file, but %s of another stack uses it", o.ref, by),
			Hint: "keep it in the file, or detach that service first",
		})
		return
	}
	if by, ok := users.rollback[id]; ok && o.ref.Kind != stack.KindNetwork {
		m.add(m.keptBack(o, fmt.Sprintf("kept for a rollback of %s", by)))
		return
	}
	if number, ok := m.kept[o.ref]; ok && len(m.want.Services) > 0 {
		m.add(m.keptBack(o, fmt.Sprintf("kept for revision %d", number)))
		return
	}
	reason := m.reasonGone()
	if o.ref.Kind != stack.KindNetwork && m.isOldVersion(o.ref) {
		reason = reasonOld
	} else {
		m.problem(protected(o.ref, o.labels))
	}
	gates := slices.Clone(writes)
	for _, ref := range users.leaving[id] {
		gates = append(gates, stack.Gate{Ref: ref})
	}
	m.add(m.deletion(o, reason, gates))
}

// keptBack leaves an object in place that the file does not name.
func (m *maker) keptBack(o object, reason string) stack.Change {
	return stack.Change{Ref: o.ref, Key: m.unscoped(o.ref.Name), Action: stack.Keep, Reason: reason, Have: &o.live}
}

func (m *maker) deletion(o object, reason string, after []stack.Gate) stack.Change {
	return stack.Change{Ref: o.ref, Key: m.unscoped(o.ref.Name), Action: stack.Delete, Reason: reason, After: after, Have: &o.live}
}

// reasonGone is the reason to remove what the file does not have.
func (m *maker) reasonGone() string {
	if len(m.want.Services) == 0 {
		return "the stack is removed"
	}
	return "no longer in the file"
}

// unscoped is a name without the stack's.
func (m *maker) unscoped(name string) string {
	return strings.TrimPrefix(name, m.want.Name+"_")
}

// isOldVersion says whether the file still has this config or secret, with
// other content.
func (m *maker) isOldVersion(ref stack.Ref) bool {
	if ref.Kind == stack.KindConfig {
		return slices.ContainsFunc(m.want.Configs, func(c stack.Config) bool {
			return !c.External && versionOf(ref.Name, m.want.Name, c.Key)
		})
	}
	return slices.ContainsFunc(m.want.Secrets, func(s stack.Secret) bool {
		return !s.External && versionOf(ref.Name, m.want.Name, s.Key)
	})
}

// users tells, by an object's ID, which services need it.
type users struct {
	others   map[string]stack.Ref   // of other stacks
	rollback map[string]stack.Ref   // that `docker service rollback` would take back to it
	leaving  map[string][]stack.Ref // that the plan removes
}

func (m *maker) users(wanted map[stack.Ref]bool) users {
	u := users{map[string]stack.Ref{}, map[string]stack.Ref{}, map[string][]stack.Ref{}}
	for _, s := range m.have.Services {
		ref := stack.Ref{Kind: stack.KindService, Name: s.Spec.Name}
		for _, id := range idsIn(s.Spec) {
			switch {
			case !m.have.Owned(s.Spec.Labels):
				u.others[id] = ref
			case !wanted[ref]:
				u.leaving[id] = append(u.leaving[id], ref)
			}
		}
	}
	for _, c := range m.changes {
		if c.Ref.Kind != stack.KindService || c.Have == nil || c.Action == stack.Replace {
			continue // new, or made anew: there is nothing to go back to
		}
		// What is live now is what the service would go back to, unless it is
		// not written at all.
		previous := &c.Have.Service.Spec
		if c.Action == stack.Keep {
			previous = c.Have.Service.PreviousSpec
		}
		if previous != nil {
			for _, id := range idsIn(*previous) {
				u.rollback[id] = c.Ref
			}
		}
	}
	return u
}

// idsIn is the IDs of every object that a live spec refers to.
func idsIn(s swarm.ServiceSpec) []string {
	var out []string
	for _, n := range s.TaskTemplate.Networks {
		out = append(out, n.Target)
	}
	if c := s.TaskTemplate.ContainerSpec; c != nil {
		for _, r := range c.Configs {
			out = append(out, r.ConfigID)
		}
		for _, r := range c.Secrets {
			out = append(out, r.SecretID)
		}
	}
	return out
}
