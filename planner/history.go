package planner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Applied is the stack that a plan leaves behind when all of it has been done:
// what a [stack.Revision] records. The snapshot is the one the plan was made
// from, or refreshed with. Services refer to other objects by the names in use,
// and what they refer to that is not the plan's stands there as external.
func Applied(p stack.Plan, have stack.Snapshot) stack.Stack {
	out := stack.Stack{Name: p.Stack, Revisions: p.Revisions}
	names := namesByID(have)
	known := map[stack.Ref]bool{}
	for _, c := range p.Changes {
		if c.Action == stack.Delete || c.Want == nil {
			continue
		}
		known[c.Ref] = true
		switch o := c.Want.(type) {
		case stack.Service:
			out.Services = append(out.Services, appliedService(p, c, o, names))
		case stack.Network:
			out.Networks = append(out.Networks, appliedNetwork(c, o, have))
		case stack.Config:
			o.Key, o.Spec.Data, o.Positions = c.Key, nil, nil
			out.Configs = append(out.Configs, o)
		case stack.Secret:
			o.Key, o.Data, o.Source, o.Positions = c.Key, nil, stack.SecretSource{}, nil
			o.Spec.Data = nil
			out.Secrets = append(out.Secrets, o)
		}
	}
	addExternal(&out, known)
	sortByKey(&out)
	return out
}

// Entry is what the history says of a revision: what it needs to be kept, and
// what the plan that led to it did.
func Entry(p stack.Plan, applied stack.Stack) stack.Entry {
	var e stack.Entry
	for _, c := range applied.Configs {
		e.Refs = append(e.Refs, c.Ref())
	}
	for _, s := range applied.Secrets {
		e.Refs = append(e.Refs, s.Ref())
	}
	slices.SortFunc(e.Refs, compareRefs)
	var parts []string
	for _, a := range []stack.Action{stack.Create, stack.Update, stack.Scale, stack.Run, stack.Adopt, stack.Replace, stack.Delete} {
		if n := p.Count(a); n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, a))
		}
	}
	e.Summary = strings.Join(parts, ", ")
	return e
}

// Revive is the stack of a revision, ready to be planned again: with the data
// of its configs, which are still in the swarm. The snapshot is of the
// revision's stack. What has been removed since is in the error.
func Revive(r stack.Revision, have stack.Snapshot) (stack.Stack, error) {
	m := newMaker(r.Stack, have)
	out := r.Stack
	data := map[string][]byte{}
	for _, c := range have.Configs {
		data[c.Spec.Name] = c.Spec.Data
	}
	gone := func(ref stack.Ref) {
		m.problem(&stack.Error{
			Msg:  fmt.Sprintf("%s, which revision %d needs, is gone", ref, r.Number),
			Hint: fmt.Sprintf("stackup history %s lists the others", r.Stack.Name),
		})
	}
	out.Configs = slices.Clone(out.Configs)
	for i, c := range out.Configs {
		if _, exists := m.names.ids[c.Ref()]; !exists && !c.External {
			gone(c.Ref())
		}
		// Its name stays as it is, whatever it was made of.
		out.Configs[i].Pinned, out.Configs[i].Base = false, c.Spec.Name
		out.Configs[i].Spec.Data = data[c.Spec.Name]
	}
	out.Secrets = slices.Clone(out.Secrets)
	for i, s := range out.Secrets {
		if _, exists := m.names.ids[s.Ref()]; !exists && !s.External {
			gone(s.Ref())
		}
		out.Secrets[i].Pinned, out.Secrets[i].Base = false, s.Spec.Name
	}
	return out, errors.Join(m.problems...)
}

func appliedService(p stack.Plan, c stack.Change, s stack.Service, names map[string]stack.Ref) stack.Service {
	if c.Action == stack.Keep && c.Have != nil && c.Have.Service != nil {
		s.Spec = c.Have.Service.Spec
	}
	s.Spec = byName(s.Spec, names)
	s.Key, s.Positions = c.Key, nil
	if len(s.DependsOn) == 0 { // a saved plan has it in the gates only
		s.DependsOn = dependencies(p, c)
	}
	return s
}

// dependencies is what a service depends on, as its gates tell.
func dependencies(p stack.Plan, c stack.Change) []stack.Dependency {
	var out []stack.Dependency
	for _, g := range c.After {
		if g.Ref.Kind != stack.KindService || g.Condition == "" || g.Condition == stack.Removed {
			continue
		}
		if i := slices.IndexFunc(p.Changes, func(on stack.Change) bool { return on.Ref == g.Ref }); i >= 0 {
			out = append(out, stack.Dependency{Key: p.Changes[i].Key, Condition: g.Condition})
		}
	}
	slices.SortFunc(out, func(a, b stack.Dependency) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// appliedNetwork is a network as the file wants it. A saved plan does not say
// that of one that it keeps: then it is told from the live one, but for the
// addresses, which may be the engine's choice.
func appliedNetwork(c stack.Change, n stack.Network, have stack.Snapshot) stack.Network {
	n.Key, n.Positions = c.Key, nil
	if c.Action != stack.Keep || n.Spec.Driver != "" || n.Spec.Labels != nil {
		return n
	}
	for _, live := range have.Networks {
		if c.Have != nil && live.ID == c.Have.ID {
			v6 := live.EnableIPv6
			n.Spec = network.CreateRequest{
				Name: live.Name, Driver: live.Driver, Internal: live.Internal, Attachable: live.Attachable,
				EnableIPv6: &v6, Labels: live.Labels,
			}
		}
	}
	return n
}

// addExternal adds what services refer to and the stack does not have.
func addExternal(s *stack.Stack, known map[stack.Ref]bool) {
	for _, service := range s.Services {
		for _, ref := range stack.References(service.Spec) {
			if known[ref] {
				continue
			}
			known[ref] = true
			about := swarm.Annotations{Name: ref.Name}
			switch ref.Kind {
			case stack.KindNetwork:
				s.Networks = append(s.Networks, stack.Network{Key: ref.Name, External: true, Spec: network.CreateRequest{Name: ref.Name}})
			case stack.KindConfig:
				s.Configs = append(s.Configs, stack.Config{Key: ref.Name, External: true, Spec: swarm.ConfigSpec{Annotations: about}})
			case stack.KindSecret:
				s.Secrets = append(s.Secrets, stack.Secret{Key: ref.Name, External: true, Spec: swarm.SecretSpec{Annotations: about}})
			case stack.KindService:
			}
		}
	}
}

func sortByKey(s *stack.Stack) {
	slices.SortFunc(s.Services, func(a, b stack.Service) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(s.Networks, func(a, b stack.Network) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(s.Configs, func(a, b stack.Config) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(s.Secrets, func(a, b stack.Secret) int { return cmp.Compare(a.Key, b.Key) })
}

func compareRefs(a, b stack.Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// namesByID is what the objects of the swarm that services refer to are called.
func namesByID(have stack.Snapshot) map[string]stack.Ref {
	out := map[string]stack.Ref{}
	for ref, id := range newNames(stack.Stack{}, have).ids {
		out[id] = ref
	}
	return out
}

// byName is a live spec with names in place of IDs, as a wanted one has them.
// IDs that nothing is known of stay.
func byName(s swarm.ServiceSpec, names map[string]stack.Ref) swarm.ServiceSpec {
	nets := slices.Clone(s.TaskTemplate.Networks)
	for i, n := range nets {
		if ref, ok := names[n.Target]; ok {
			nets[i].Target = ref.Name
		}
	}
	s.TaskTemplate.Networks = nets
	if s.TaskTemplate.ContainerSpec == nil {
		return s
	}
	c := *s.TaskTemplate.ContainerSpec
	c.Configs, c.Secrets = slices.Clone(c.Configs), slices.Clone(c.Secrets)
	for i, r := range c.Configs {
		ref := *r
		ref.ConfigID = ""
		c.Configs[i] = &ref
	}
	for i, r := range c.Secrets {
		ref := *r
		ref.SecretID = ""
		c.Secrets[i] = &ref
	}
	if p := c.Privileges; p != nil && p.CredentialSpec != nil && p.CredentialSpec.Config != "" {
		if ref, ok := names[p.CredentialSpec.Config]; ok {
			privileges, credentials := *p, *p.CredentialSpec
			credentials.Config = ref.Name
			privileges.CredentialSpec = &credentials
			c.Privileges = &privileges
		}
	}
	s.TaskTemplate.ContainerSpec = &c
	return s
}
