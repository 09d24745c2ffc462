package planfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Masked is the document as it may be shown: with the values in its specs as
// hide returns them, which is given each value and its compose path
// ("environment.DB_PASSWORD"). It has the ID of the whole plan and cannot be
// applied. The argument is not changed.
func Masked(d Document, hide func(path, value string) string) Document {
	d.Masked = true
	d.Plan.Changes = slices.Clone(d.Plan.Changes)
	for i, c := range d.Plan.Changes {
		switch o := c.Want.(type) {
		case stack.Service:
			o.Spec = masker(hide).service(o.Spec)
			c.Want = o
		case stack.Network:
			o.Spec.Labels = masker(hide).table("labels", o.Spec.Labels)
			o.Spec.Options = masker(hide).table("driver_opts", o.Spec.Options)
			c.Want = o
		case stack.Config:
			o.Spec.Labels = masker(hide).table("labels", o.Spec.Labels)
			c.Want = o
		case stack.Secret:
			o.Spec.Labels = masker(hide).table("labels", o.Spec.Labels)
			o.Source.Exec.Words = masker(hide).words("x-stackup.from.exec", o.Source.Exec.Words)
			c.Want = o
		}
		d.Plan.Changes[i] = c
	}
	return d
}

type masker func(path, value string) string

func (hide masker) service(s swarm.ServiceSpec) swarm.ServiceSpec {
	s.Labels = hide.table("deploy.labels", s.Labels)
	if l := s.TaskTemplate.LogDriver; l != nil {
		s.TaskTemplate.LogDriver = &swarm.Driver{Name: l.Name, Options: hide.table("logging.options", l.Options)}
	}
	if s.TaskTemplate.ContainerSpec == nil {
		return s
	}
	c := *s.TaskTemplate.ContainerSpec
	c.Labels = hide.table("labels", c.Labels)
	c.Env = slices.Clone(c.Env)
	for i, e := range c.Env {
		if name, value, set := strings.Cut(e, "="); set {
			c.Env[i] = name + "=" + hide("environment."+name, value)
		}
	}
	c.Command, c.Args = hide.words("entrypoint", c.Command), hide.words("command", c.Args)
	if c.Healthcheck != nil {
		h := *c.Healthcheck
		h.Test = hide.words("healthcheck.test", h.Test)
		c.Healthcheck = &h
	}
	s.TaskTemplate.ContainerSpec = &c
	return s
}

func (hide masker) table(path string, m map[string]string) map[string]string {
	m = maps.Clone(m)
	for k, v := range m {
		m[k] = hide(path+"."+k, v)
	}
	return m
}

// words masks a command. A flag and its value may be two of its words.
func (hide masker) words(path string, list []string) []string {
	out := slices.Clone(list)
	for i, word := range list {
		out[i] = hide(path, word)
		if i == 0 {
			continue
		}
		before := list[i-1]
		if rest, ok := strings.CutPrefix(hide(path, before+" "+word), before+" "); ok {
			out[i] = rest
		}
	}
	return out
}
