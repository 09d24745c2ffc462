package planner

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/moby/moby/api/types/network"

	"github.com/stackup-cli/stackup/stack"
)

// Drift is everything that is not as the last revision left it, whether or not
// the file says something about it. What the revision leaves to others
// (x-stackup ignore) is no drift. Without a revision there is none.
//
// Of networks only what the file said is compared. New configs and secrets do
// not count: they mean nothing until a service refers to them.
func Drift(have stack.Snapshot) []stack.Drift { return drift(have, newMask()) }

// drift numbers what it hides as the mask does.
func drift(have stack.Snapshot, hidden *mask) []stack.Drift {
	if have.Last == nil {
		return nil
	}
	m := newMaker(have.Last.Stack, have)
	m.mask = hidden
	out := slices.Concat(m.driftedNetworks(), m.missingFiles(), m.driftedServices())
	slices.SortStableFunc(out, func(a, b stack.Drift) int {
		return cmp.Or(compare(stack.Change{Ref: a.Ref}, stack.Change{Ref: b.Ref}), cmp.Compare(a.What, b.What))
	})
	return out
}

// overwritten is the part of the drift that the plan undoes, knowingly or not:
// what people want to be told before they say yes.
func overwritten(drift []stack.Drift, changes []stack.Change) []stack.Drift {
	planned := map[stack.Ref]stack.Change{}
	for _, c := range changes {
		planned[c.Ref] = c
	}
	var out []stack.Drift
	for _, d := range drift {
		c, ok := planned[d.Ref]
		if !ok || c.Action == stack.Keep {
			continue
		}
		if d.What == stack.Changed {
			d.Fields = slices.DeleteFunc(slices.Clone(d.Fields), func(f stack.FieldChange) bool {
				return !slices.ContainsFunc(c.Fields, func(g stack.FieldChange) bool { return g.Path == f.Path && g.Old == f.New })
			})
			if len(d.Fields) == 0 {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

func (m *maker) driftedServices() []stack.Drift {
	var out []stack.Drift
	known := map[string]bool{}
	for _, s := range m.want.Services {
		known[s.Spec.Name] = true
		have, exists := m.live[s.Spec.Name]
		if !exists {
			out = append(out, stack.Drift{Ref: s.Ref(), Key: s.Key, What: stack.Missing})
			continue
		}
		was := stack.Normal(m.ignored(s, m.names.resolve(s.Spec), have.Spec))
		is := stack.Normal(have.Spec)
		if !reflect.DeepEqual(was, is) {
			out = append(out, stack.Drift{Ref: s.Ref(), Key: s.Key, What: stack.Changed, Fields: withoutEffects(m.fields(was, is))})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.live)) {
		if !known[name] && m.have.Owned(m.live[name].Spec.Labels) {
			out = append(out, stack.Drift{Ref: stack.Ref{Kind: stack.KindService, Name: name}, Key: m.unscoped(name), What: stack.Added})
		}
	}
	return out
}

func (m *maker) driftedNetworks() []stack.Drift {
	live := map[string]network.Summary{}
	for _, n := range m.have.Networks {
		if n.Scope == "swarm" {
			live[n.Name] = n
		}
	}
	var out []stack.Drift
	known := map[string]bool{}
	for _, n := range m.want.Networks {
		known[n.Spec.Name] = true
		have, exists := live[n.Spec.Name]
		d := stack.Drift{Ref: n.Ref(), Key: n.Key}
		switch {
		case !exists:
			d.What = stack.Missing
			out = append(out, d)
		case !n.External:
			for _, diff := range networkDiffs(n.Spec, have) {
				d.Fields = append(d.Fields, stack.FieldChange{Path: diff.key, Old: diff.now, New: diff.old})
			}
			if d.What = stack.Changed; len(d.Fields) > 0 {
				out = append(out, d)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if !known[name] && m.have.Owned(live[name].Labels) {
			out = append(out, stack.Drift{Ref: stack.Ref{Kind: stack.KindNetwork, Name: name}, Key: m.unscoped(name), What: stack.Added})
		}
	}
	return out
}

// missingFiles is the configs and secrets that have been removed.
func (m *maker) missingFiles() []stack.Drift {
	var out []stack.Drift
	add := func(ref stack.Ref, key string) {
		if _, exists := m.names.ids[ref]; !exists {
			out = append(out, stack.Drift{Ref: ref, Key: key, What: stack.Missing})
		}
	}
	for _, c := range m.want.Configs {
		add(c.Ref(), c.Key)
	}
	for _, s := range m.want.Secrets {
		add(s.Ref(), s.Key)
	}
	return out
}

func withoutEffects(fields []stack.FieldChange) []stack.FieldChange {
	for i := range fields {
		fields[i].Effect = stack.NoEffect
	}
	return fields
}

// keptRevisions says for each object that a kept revision needs which one does.
func keptRevisions(entries []stack.Entry) map[stack.Ref]int {
	out := map[stack.Ref]int{}
	for _, e := range entries {
		for _, ref := range e.Refs {
			out[ref] = max(out[ref], e.Number)
		}
	}
	return out
}
