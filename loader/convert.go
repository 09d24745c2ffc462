package loader

import (
	"cmp"
	"context"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// converter makes a stack of the merged model. What services refer to is kept
// by key.
type converter struct {
	*project
	services    []object
	networks    map[string]object
	volumes     map[string]object
	configs     map[string]fileObject
	secrets     map[string]fileObject
	used        map[stack.Ref]bool // by key: what services refer to
	usedVolumes map[string]bool
	outputs     map[string]*output // of commands, by their words
	defaults    stack.Settings     // of the top level
	// predefined are the engine's own networks that services name, and where.
	predefined map[string]stack.Positions
}

// convert turns the merged model into specs and checks them.
func (p *project) convert(ctx context.Context, model map[string]any) (s stack.Stack, err error) {
	sections := map[string][]object{}
	for section := range model {
		sections[section] = p.objects(model, section)
	}
	p.checkKeys(sections)
	c := converter{
		project:  p,
		networks: byKey(sections["networks"]),
		volumes:  byKey(sections["volumes"]),
		used:     map[stack.Ref]bool{},

		usedVolumes: map[string]bool{},
		outputs:     map[string]*output{},
		predefined:  map[string]stack.Positions{},
	}
	c.defaults = p.topSettings(model)
	active, inactive := c.split(sections["services"])
	c.services = active
	c.runCommands(ctx, slices.Concat(needed(sections["configs"], active, inactive), needed(sections["secrets"], active, inactive)))
	c.configs = c.readFileObjects(sections["configs"], active, inactive)
	c.secrets = c.readFileObjects(sections["secrets"], active, inactive)
	c.hash(ctx)

	s.Name, s.Revisions = p.name, p.topRevisions(model)
	for _, o := range active {
		s.Services = append(s.Services, c.service(o))
	}
	if len(active) == 0 {
		p.fail(p.nothingToRun(inactive))
	}
	s.Networks = c.usedNetworks()
	s.Configs = c.stackConfigs()
	s.Secrets = c.stackSecrets()
	c.checkCycle(s.Services)
	c.checkUnused(inactive)
	p.check(s)
	if s.Warnings, err = p.verdict(); err != nil {
		return stack.Stack{}, err
	}
	return s, nil
}

func byKey(objects []object) map[string]object {
	out := make(map[string]object, len(objects))
	for _, o := range objects {
		out[o.key] = o
	}
	return out
}

// split parts the services of active profiles from the others.
func (c *converter) split(services []object) (active, inactive []object) {
	for _, o := range services {
		if profiles := o.texts("profiles"); len(profiles) == 0 || slices.ContainsFunc(profiles, c.isActive) {
			active = append(active, o)
		} else {
			inactive = append(inactive, o)
		}
	}
	return active, inactive
}

func (p *project) isActive(profile string) bool {
	return slices.Contains(p.profiles, profile) || slices.Contains(p.profiles, "*")
}

func (p *project) nothingToRun(inactive []object) stack.Error {
	e := stack.Error{
		Pos: p.topLevel("services"), Msg: "the compose files have no services",
		Hint: "to remove a stack use destroy",
	}
	if len(inactive) > 0 {
		first := inactive[0].texts("profiles")[0]
		e.Msg = "no service belongs to an active profile"
		e.Hint = "activate one: --profile " + first
	}
	return e
}

// fullName is the name of an object in the swarm: the one the file gives, or
// the scoped key. External objects are not scoped (docker/cli
// cli/compose/convert/compose.go and cli/compose/loader/loader.go).
func (c *converter) fullName(o object) string {
	own := stack.ScopedName(c.name, o.key)
	if o.flag("external") {
		own = o.key
	}
	return cmp.Or(o.text("name"), own)
}

// labels are those at path, and the one that says whose the object is.
func (c *converter) labels(o object, path string) map[string]string {
	out := o.table(path)
	if out == nil {
		out = map[string]string{}
	}
	out[stack.LabelNamespace] = c.name
	return out
}
