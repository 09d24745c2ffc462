package loader

import (
	"cmp"
	"os"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// grant is what a service says about one config or secret it uses.
type grant struct {
	of       fileObject
	target   string
	uid, gid string
	mode     os.FileMode
}

// grants are sorted by the name docker gives the object, then by target:
// not by content, which would restart tasks because of the order alone.
func (c *converter) grants(o object, section string, known map[string]fileObject) []grant {
	var out []grant
	taken := map[string]bool{}
	for _, r := range o.parts(section) {
		key := r.text("source")
		f, ok := known[key]
		if !ok {
			r.wrong("source", singular(section)+" "+quoted(key)+" is not defined", hintUndefined(key, section, known))
			continue
		}
		c.used[stack.Ref{Kind: stack.Kind(singular(section)), Name: key}] = true
		ref := grant{
			of:     f,
			target: cmp.Or(r.text("target"), key),
			uid:    cmp.Or(r.text("uid"), "0"),
			gid:    cmp.Or(r.text("gid"), "0"),
			mode:   0o444,
		}
		if r.has("mode") {
			ref.mode = r.fileMode("mode")
		}
		if taken[ref.target] {
			r.fail("target", quoted(ref.target)+" is taken by another of the "+section, "")
		}
		taken[ref.target] = true
		out = append(out, ref)
	}
	slices.SortFunc(out, func(a, b grant) int {
		return cmp.Or(cmp.Compare(a.of.base, b.of.base), cmp.Compare(a.target, b.target))
	})
	return out
}

// fileMode is a number as YAML reads it, or octal digits as a text.
func (o object) fileMode(path string) os.FileMode {
	v := o.get(path)
	if v == nil {
		return 0
	}
	var m types.FileMode
	if err := m.DecodeMapstructure(v); err != nil || m < 0 || m > 0o7777 {
		o.fail(path, quoted(scalar(v))+" is not a file mode", `write it in octal, such as "0440"`)
	}
	return os.FileMode(m)
}

func (c *converter) secretRefs(o object) []*swarm.SecretReference {
	var out []*swarm.SecretReference
	for _, r := range c.grants(o, "secrets", c.secrets) {
		out = append(out, &swarm.SecretReference{
			File:       &swarm.SecretReferenceFileTarget{Name: r.target, UID: r.uid, GID: r.gid, Mode: r.mode},
			SecretName: r.of.name,
		})
	}
	return out
}

func (c *converter) configRefs(o object) []*swarm.ConfigReference {
	refs := c.grants(o, "configs", c.configs)
	credential := o.text("credential_spec.config")
	if credential != "" {
		refs = append(refs, grant{of: c.configs[credential]})
		slices.SortStableFunc(refs, func(a, b grant) int { return cmp.Compare(a.of.base, b.of.base) })
	}
	var out []*swarm.ConfigReference
	for _, r := range refs {
		ref := &swarm.ConfigReference{ConfigName: r.of.name}
		if r.target == "" {
			ref.Runtime = &swarm.ConfigReferenceRuntimeTarget{}
		} else {
			ref.File = &swarm.ConfigReferenceFileTarget{Name: r.target, UID: r.uid, GID: r.gid, Mode: r.mode}
		}
		out = append(out, ref)
	}
	return out
}

// credentialSpec names a config like all references do, by its full name.
func (c *converter) credentialSpec(o object) *swarm.CredentialSpec {
	if !o.has("credential_spec") {
		return nil
	}
	spec := swarm.CredentialSpec{
		File:     o.text("credential_spec.file"),
		Registry: o.text("credential_spec.registry"),
	}
	n := 0
	for _, path := range []string{"config", "file", "registry"} {
		if o.text("credential_spec."+path) != "" {
			n++
		}
	}
	if n != 1 {
		o.fail("credential_spec", "needs one of config, file and registry, has "+strconv.Itoa(n), "")
	}
	if key := o.text("credential_spec.config"); key != "" {
		f, ok := c.configs[key]
		if !ok {
			o.wrong("credential_spec.config", "config "+quoted(key)+" is not defined", hintUndefined(key, "configs", c.configs))
		}
		c.used[stack.Ref{Kind: stack.KindConfig, Name: key}] = true
		spec.Config = f.name
	}
	return &spec
}
