package planner

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Refresh takes a plan that was made earlier to the swarm as it is now. The
// plan that comes back does what is left to do of it, on the versions that the
// objects have now: what has been done already, by an apply that did not come
// to its end, is kept or no longer in it.
//
// The plan is stale when an object that it touches is not as it was, nor as the
// plan is to make it. Then the error joins one [*stack.Error] for each such
// object, and the plan must not be applied. A service counts by its spec: a
// version that moved alone is none the worse.
//
// The snapshot is of [Involved]. With the bytes of the secrets it also tells
// whether one of a pinned name is the one that the plan creates.
func Refresh(p stack.Plan, have stack.Snapshot) (stack.Plan, error) {
	r := refresher{maker: newMaker(stack.Stack{Name: p.Stack}, have), objects: observed(have), ids: maps.Clone(p.IDs)}
	if r.ids == nil {
		r.ids = map[stack.Ref]string{}
	}
	changes := make([]stack.Change, 0, len(p.Changes))
	for _, c := range p.Changes {
		if now, ok := r.change(c); ok {
			changes = append(changes, now)
		}
	}
	r.references(p)
	p.Target, p.Changes, p.IDs = have.Target, changes, r.ids
	return p, errors.Join(r.problems...)
}

// Involved is the stack to observe for [Refresh].
func Involved(p stack.Plan) stack.Stack {
	s := stack.Stack{Name: p.Stack}
	for ref := range p.IDs {
		switch ref.Kind {
		case stack.KindNetwork:
			s.Networks = append(s.Networks, stack.Network{External: true, Spec: network.CreateRequest{Name: ref.Name}})
		case stack.KindConfig:
			s.Configs = append(s.Configs, stack.Config{External: true, Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: ref.Name}}})
		case stack.KindSecret, stack.KindService: // all of the swarm are observed
		}
	}
	for _, c := range p.Changes {
		switch o := c.Want.(type) {
		case stack.Config:
			s.Configs = append(s.Configs, o)
		case stack.Secret:
			s.Secrets = append(s.Secrets, o)
		}
	}
	return s
}

type refresher struct {
	*maker
	objects map[stack.Ref]found
	ids     map[stack.Ref]string
}

// found is an object of the swarm.
type found struct {
	stack.Live
	// is says whether the object is what a plan wants to create.
	is func(m *maker, want stack.Object) bool
}

// observed is the objects of a snapshot. Of networks those of one node alone
// are left out: services do not know them.
func observed(have stack.Snapshot) map[stack.Ref]found {
	out := map[stack.Ref]found{}
	for _, x := range have.Services {
		out[stack.Ref{Kind: stack.KindService, Name: x.Spec.Name}] = found{
			stack.Live{ID: x.ID, Version: x.Version, Service: &x},
			func(m *maker, o stack.Object) bool {
				s, ok := o.(stack.Service)
				return ok && m.isWritten(s.Spec, x.Spec)
			},
		}
	}
	for _, x := range have.Networks {
		if x.Scope != "swarm" {
			continue
		}
		out[stack.Ref{Kind: stack.KindNetwork, Name: x.Name}] = found{
			stack.Live{ID: x.ID},
			func(_ *maker, o stack.Object) bool {
				n, ok := o.(stack.Network)
				return ok && len(networkDiffs(n.Spec, x)) == 0
			},
		}
	}
	for _, x := range have.Configs {
		out[stack.Ref{Kind: stack.KindConfig, Name: x.Spec.Name}] = found{
			stack.Live{ID: x.ID, Version: x.Version},
			func(_ *maker, o stack.Object) bool {
				c, ok := o.(stack.Config)
				return ok && sameConfig(x.Spec, c.Spec) && maps.Equal(x.Spec.Labels, c.Spec.Labels)
			},
		}
	}
	for _, x := range have.Secrets {
		out[stack.Ref{Kind: stack.KindSecret, Name: x.Spec.Name}] = found{
			stack.Live{ID: x.ID, Version: x.Version},
			func(m *maker, o stack.Object) bool {
				s, ok := o.(stack.Secret)
				verified := !s.Pinned || m.have.SameSecret[x.Spec.Name] == stack.Same // else the name says it
				return ok && verified && sameDriver(x.Spec.Driver, s.Spec.Driver) &&
					sameDriver(x.Spec.Templating, s.Spec.Templating) && maps.Equal(x.Spec.Labels, s.Spec.Labels)
			},
		}
	}
	return out
}

// isWritten says whether a live spec is what the engine has made of this one.
func (m *maker) isWritten(spec, live swarm.ServiceSpec) bool {
	want := m.names.resolve(keepResolved(spec, live))
	return spec.TaskTemplate.ForceUpdate == live.TaskTemplate.ForceUpdate && // Normal leaves it out
		reflect.DeepEqual(stack.Normal(want), stack.Normal(live))
}

// change is the change as it is to be made now, if there is anything left of it.
func (r *refresher) change(c stack.Change) (stack.Change, bool) {
	live, exists := r.objects[c.Ref]
	if !exists {
		return r.absent(c)
	}
	var same bool
	if c.Have != nil {
		same = c.Have.ID == live.ID && c.Have.Hash() == live.Hash()
	}
	switch {
	case c.Action == stack.Keep:
		return kept(c, live.Live), true
	case same:
		c.Have = &live.Live
		c.Hazards = slices.DeleteFunc(slices.Clone(c.Hazards), func(h stack.Hazard) bool { return h == stack.InterruptsUpdate })
		if r.interrupts(c) { // now, whatever was then
			c.Hazards = append(c.Hazards, stack.InterruptsUpdate)
			slices.Sort(c.Hazards)
		}
	case c.Want != nil && live.is(r.maker, c.Want):
		r.ids[c.Ref] = live.ID
		return kept(c, live.Live), true
	case c.Have == nil:
		r.stale(c.Ref, "has been created by somebody else")
	case c.Have.ID != live.ID:
		r.stale(c.Ref, "has been removed and created again")
	default:
		r.stale(c.Ref, "has been changed"+r.moved(c, live.Service.Spec))
	}
	return c, true
}

// absent is what is left to do of a change to an object that does not exist.
func (r *refresher) absent(c stack.Change) (stack.Change, bool) {
	switch {
	case c.Action == stack.Delete, c.Action == stack.Keep && c.Ref.Kind != stack.KindService:
		return c, false
	case c.Action == stack.Replace:
		c.Action, c.Have = stack.Create, nil
	case c.Action != stack.Create:
		r.stale(c.Ref, "is gone")
	}
	return c, true
}

// kept is a change of which nothing is left to do. A service may still have to
// come up, as it is now.
func kept(c stack.Change, live stack.Live) stack.Change {
	if c.Action != stack.Keep {
		c.Reason = "done already"
	}
	if s, ok := c.Want.(stack.Service); ok {
		s.Spec = live.Service.Spec
		c.Want = s
	}
	return stack.Change{Ref: c.Ref, Key: c.Key, Action: stack.Keep, Reason: c.Reason, After: c.After, Want: c.Want, Have: &live}
}

// references demands that what the specs refer to is what it was.
func (r *refresher) references(p stack.Plan) {
	told := map[stack.Ref]bool{}
	for _, c := range p.Changes {
		s, ok := c.Want.(stack.Service)
		if !ok || c.Action == stack.Keep {
			continue
		}
		for _, ref := range stack.References(s.Spec) {
			was, known := p.IDs[ref]
			if !known || told[ref] || r.objects[ref].ID == was {
				continue
			}
			told[ref] = true
			what := "has been removed and created again"
			if _, exists := r.objects[ref]; !exists {
				what = "is gone"
			}
			r.stale(ref, what+"; "+c.Ref.String()+" refers to it")
		}
	}
}

func (r *refresher) stale(ref stack.Ref, what string) {
	r.problem(&stack.Error{Msg: ref.String() + ": since the plan was made it " + what, Hint: "plan again"})
}

// moved says what is not as the plan saw it. What the service was then is not
// in a saved plan, but follows from what was to be changed.
func (r *refresher) moved(c stack.Change, live swarm.ServiceSpec) string {
	s, ok := c.Want.(stack.Service)
	if !ok {
		return ""
	}
	now := r.fields(stack.Normal(live), stack.Normal(r.names.resolve(keepResolved(s.Spec, live))))
	var paths []string
	for _, f := range now {
		if !slices.ContainsFunc(c.Fields, func(g stack.FieldChange) bool { return g.Path == f.Path && g.Old == f.Old }) {
			paths = append(paths, f.Path)
		}
	}
	for _, f := range c.Fields {
		if !slices.ContainsFunc(now, func(g stack.FieldChange) bool { return g.Path == f.Path }) {
			paths = append(paths, f.Path)
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return ": " + strings.Join(paths, ", ")
}
