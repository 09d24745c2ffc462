package planner

import (
	"bytes"
	"maps"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// names knows which objects of the swarm a wanted spec means: it turns the
// names that a file leads to into the names that are used, and those into IDs.
type names struct {
	ids    map[stack.Ref]string    // of the objects that exist
	exists map[string]bool         // by ID
	fresh  map[stack.Ref]bool      // that the plan creates
	used   map[stack.Ref]stack.Ref // wanted name → name in use, where they differ
	twins  map[stack.Ref]stack.Ref // object → the one of the same content that is used in its place
}

func newNames(want stack.Stack, have stack.Snapshot) names {
	n := names{
		ids:    map[stack.Ref]string{},
		exists: map[string]bool{},
		fresh:  map[stack.Ref]bool{},
		used:   map[stack.Ref]stack.Ref{},
		twins:  map[stack.Ref]stack.Ref{},
	}
	for _, x := range have.Networks {
		if x.Scope != "swarm" {
			continue // of this node alone; services cannot use it
		}
		n.ids[stack.Ref{Kind: stack.KindNetwork, Name: x.Name}] = x.ID
	}
	for _, x := range have.Configs {
		n.ids[stack.Ref{Kind: stack.KindConfig, Name: x.Spec.Name}] = x.ID
	}
	for _, x := range have.Secrets {
		n.ids[stack.Ref{Kind: stack.KindSecret, Name: x.Spec.Name}] = x.ID
	}
	for _, id := range n.ids {
		n.exists[id] = true
	}
	n.adopt(want, have)
	return n
}

// adopt finds the configs and secrets that exist under the name that `docker
// stack deploy` gives them, with the content that is wanted. They stay in use,
// so that taking over a stack changes nothing.
func (n names) adopt(want stack.Stack, have stack.Snapshot) {
	inUse := map[string]bool{}
	for _, s := range have.Services {
		for _, id := range idsIn(s.Spec) {
			inUse[id] = true
		}
	}
	configs := map[string]swarm.Config{}
	for _, c := range have.Configs {
		configs[c.Spec.Name] = c
	}
	for _, c := range want.Configs {
		live, ok := configs[c.Base]
		if ok && !c.External && !c.Pinned && have.Owned(live.Spec.Labels) && sameConfig(live.Spec, c.Spec) {
			n.choose(c.Ref(), stack.Ref{Kind: stack.KindConfig, Name: c.Base}, inUse)
		}
	}
	secrets := map[string]swarm.Secret{}
	for _, s := range have.Secrets {
		secrets[s.Spec.Name] = s
	}
	for _, s := range want.Secrets {
		same := have.SameSecret[s.Base] == stack.Same && sameDriver(secrets[s.Base].Spec.Templating, s.Spec.Templating)
		if same && !s.External && !s.Pinned {
			n.choose(s.Ref(), stack.Ref{Kind: stack.KindSecret, Name: s.Base}, inUse)
		}
	}
}

// sameConfig says whether two configs put the same into a container.
func sameConfig(a, b swarm.ConfigSpec) bool {
	return bytes.Equal(a.Data, b.Data) && sameDriver(a.Templating, b.Templating)
}

func sameDriver(a, b *swarm.Driver) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Name == b.Name && maps.Equal(a.Options, b.Options)
}

// choose decides between the name that the wanted content leads to and the one
// that `docker stack deploy` gives it. Both exist when docker has deployed what
// stackup had deployed before; then the one that services use stays in use.
func (n names) choose(ours, dockers stack.Ref, inUse map[string]bool) {
	id, both := n.ids[ours]
	if both && inUse[id] && !inUse[n.ids[dockers]] {
		n.twins[dockers] = ours
		return
	}
	n.used[ours], n.twins[ours] = dockers, dockers
}

// inUse is the name under which a wanted object is, or will be, in the swarm.
func (n names) inUse(ref stack.Ref) stack.Ref {
	if other, ok := n.used[ref]; ok {
		return other
	}
	return ref
}

// id is the ID of the object, or a stand-in that equals no ID when the object
// does not exist yet. An ID in place of a name, as a spec that is sent back
// verbatim has it, stays.
func (n names) id(ref stack.Ref) string {
	if id, ok := n.ids[ref]; ok && !n.fresh[ref] {
		return id
	}
	if n.exists[ref.Name] {
		return ref.Name
	}
	return "new " + ref.Name
}

// resolve is the spec with every reference by name turned into one by ID, and
// the names in use in place of the wanted ones: what the engine will store.
// The argument is not changed.
func (n names) resolve(s swarm.ServiceSpec) swarm.ServiceSpec {
	return n.rewrite(s, n.id)
}

// before is resolve with the IDs that networks have before the plan: so that a
// network which is made anew is no difference by itself.
func (n names) before(s swarm.ServiceSpec) swarm.ServiceSpec {
	return n.rewrite(s, func(ref stack.Ref) string {
		if id, ok := n.ids[ref]; ok && ref.Kind == stack.KindNetwork {
			return id
		}
		return n.id(ref)
	})
}

// refer is the spec as it is to be sent: with the names in use, and without
// IDs, since not all are known yet.
func (n names) refer(s swarm.ServiceSpec) swarm.ServiceSpec {
	return n.rewrite(s, nil)
}

func (n names) rewrite(s swarm.ServiceSpec, id func(stack.Ref) string) swarm.ServiceSpec {
	if id != nil {
		nets := make([]swarm.NetworkAttachmentConfig, len(s.TaskTemplate.Networks))
		for i, a := range s.TaskTemplate.Networks {
			a.Target = id(stack.Ref{Kind: stack.KindNetwork, Name: a.Target})
			nets[i] = a
		}
		s.TaskTemplate.Networks = nets
	}
	if s.TaskTemplate.ContainerSpec == nil {
		return s
	}
	c := *s.TaskTemplate.ContainerSpec
	c.Configs = make([]*swarm.ConfigReference, len(c.Configs))
	for i, r := range s.TaskTemplate.ContainerSpec.Configs {
		used := n.inUse(stack.Ref{Kind: stack.KindConfig, Name: r.ConfigName})
		ref := *r
		ref.ConfigName = used.Name
		if id != nil {
			ref.ConfigID = id(used)
		}
		c.Configs[i] = &ref
	}
	c.Secrets = make([]*swarm.SecretReference, len(c.Secrets))
	for i, r := range s.TaskTemplate.ContainerSpec.Secrets {
		used := n.inUse(stack.Ref{Kind: stack.KindSecret, Name: r.SecretName})
		ref := *r
		ref.SecretName = used.Name
		if id != nil {
			ref.SecretID = id(used)
		}
		c.Secrets[i] = &ref
	}
	c.Privileges = n.credentials(c.Privileges, id)
	s.TaskTemplate.ContainerSpec = &c
	return s
}

// credentials rewrites a credential spec that is kept in a config: the engine
// wants the config's ID there (docker/cli cli/compose/convert/service.go,
// convertServiceConfigObjs).
func (n names) credentials(p *swarm.Privileges, id func(stack.Ref) string) *swarm.Privileges {
	if p == nil || p.CredentialSpec == nil || p.CredentialSpec.Config == "" {
		return p
	}
	used := n.inUse(stack.Ref{Kind: stack.KindConfig, Name: p.CredentialSpec.Config})
	out, spec := *p, *p.CredentialSpec
	spec.Config = used.Name
	if id != nil {
		spec.Config = id(used)
	}
	out.CredentialSpec = &spec
	return &out
}
