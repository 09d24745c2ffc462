package applier

import (
	"fmt"
	"slices"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// resolve returns the spec with the IDs of the networks, configs and secrets
// that it names. What is an ID already stays; so does a network's name that
// nothing is known of, which may be one of the engine's own ("host"). The spec
// passed in is not changed.
func resolve(spec swarm.ServiceSpec, ids map[stack.Ref]string) (swarm.ServiceSpec, error) {
	task := &spec.TaskTemplate
	task.Networks = slices.Clone(task.Networks)
	for i, n := range task.Networks {
		if id, ok := ids[stack.Ref{Kind: stack.KindNetwork, Name: n.Target}]; ok {
			task.Networks[i].Target = id
		}
	}
	if task.ContainerSpec == nil {
		return spec, nil
	}
	c := *task.ContainerSpec
	task.ContainerSpec = &c
	var err error
	if c.Configs, err = configs(c.Configs, ids); err != nil {
		return spec, err
	}
	if c.Secrets, err = secrets(c.Secrets, ids); err != nil {
		return spec, err
	}
	c.Privileges = privileges(c.Privileges, ids)
	return spec, nil
}

func configs(refs []*swarm.ConfigReference, ids map[stack.Ref]string) ([]*swarm.ConfigReference, error) {
	refs = slices.Clone(refs)
	for i, ref := range refs {
		if ref.ConfigID != "" {
			continue
		}
		id, err := find(ids, stack.Ref{Kind: stack.KindConfig, Name: ref.ConfigName})
		if err != nil {
			return nil, err
		}
		found := *ref
		found.ConfigID = id
		refs[i] = &found
	}
	return refs, nil
}

func secrets(refs []*swarm.SecretReference, ids map[stack.Ref]string) ([]*swarm.SecretReference, error) {
	refs = slices.Clone(refs)
	for i, ref := range refs {
		if ref.SecretID != "" {
			continue
		}
		id, err := find(ids, stack.Ref{Kind: stack.KindSecret, Name: ref.SecretName})
		if err != nil {
			return nil, err
		}
		found := *ref
		found.SecretID = id
		refs[i] = &found
	}
	return refs, nil
}

// privileges resolves the config that a credential spec is read from. The
// engine wants its ID there (docker/cli cli/compose/convert/service.go).
func privileges(p *swarm.Privileges, ids map[stack.Ref]string) *swarm.Privileges {
	if p == nil || p.CredentialSpec == nil {
		return p
	}
	id, ok := ids[stack.Ref{Kind: stack.KindConfig, Name: p.CredentialSpec.Config}]
	if !ok {
		return p
	}
	found, credentials := *p, *p.CredentialSpec
	credentials.Config = id
	found.CredentialSpec = &credentials
	return &found
}

func find(ids map[stack.Ref]string, ref stack.Ref) (string, error) {
	if id := ids[ref]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("%s, which it uses, does not exist", ref)
}
