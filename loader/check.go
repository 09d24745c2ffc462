package loader

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// What swarmkit refuses whatever else is in the swarm (manager/controlapi and
// api/validation): better said here, at once and with lines.
const (
	minNanoCPUs   = 1e6
	minMemory     = 4 << 20
	minHealthTime = time.Millisecond
	maxConfigSize = 1000 << 10 // exclusive
	maxSecretSize = 500 << 10  // exclusive
)

// check reports what the engine would refuse about a stack.
func (p *project) check(s stack.Stack) {
	for _, o := range s.Services {
		c := serviceCheck{p, o}
		c.checkLimits()
		c.checkPorts()
		c.checkMounts()
		c.checkHealth()
		c.checkConstraints()
		if o.Spec.UpdateConfig != nil && (o.Spec.Mode.ReplicatedJob != nil || o.Spec.Mode.GlobalJob != nil) {
			c.fail("deploy.update_config", "is not possible for a job", "remove it: a job is not updated, it runs anew")
		}
	}
	p.checkNames(s)
	for _, o := range s.Configs {
		if !o.External {
			p.checkSize(o, o.Positions, len(o.Spec.Data), maxConfigSize)
		}
	}
	for _, o := range s.Secrets {
		if !o.External && o.Spec.Driver == nil {
			p.checkSize(o, o.Positions, len(o.Data), maxSecretSize)
		}
	}
}

type serviceCheck struct {
	*project
	service stack.Service
}

func (c serviceCheck) fail(path, msg, hint string) {
	c.project.fail(stack.Error{
		Pos:  c.service.Positions.At(path),
		Msg:  describe([]string{"services", c.service.Key, path}) + " " + msg,
		Hint: hint,
	})
}

func (c serviceCheck) checkLimits() {
	r := c.service.Spec.TaskTemplate.Resources
	check := func(path string, cpus, memory int64) {
		if cpus != 0 && cpus < minNanoCPUs {
			c.fail(path+".cpus", "must be at least 0.001", "")
		}
		if memory != 0 && memory < minMemory {
			c.fail(path+".memory", "must be at least 4MiB", "")
		}
	}
	if l := r.Limits; l != nil {
		check("deploy.resources.limits", l.NanoCPUs, l.MemoryBytes)
	}
	if l := r.Reservations; l != nil {
		check("deploy.resources.reservations", l.NanoCPUs, l.MemoryBytes)
	}
}

func (c serviceCheck) checkPorts() {
	type published struct {
		port     uint32
		protocol string
	}
	e := c.service.Spec.EndpointSpec
	seen := map[published]bool{}
	for _, p := range e.Ports {
		if e.Mode == swarm.ResolutionModeDNSRR && p.PublishMode != swarm.PortConfigPublishModeHost {
			c.fail("deploy.endpoint_mode", fmt.Sprintf("dnsrr does not go with port %d, which is published in ingress mode", p.PublishedPort),
				"write the port with mode: host, or use endpoint_mode: vip")
		}
		id := published{p.PublishedPort, string(p.Protocol)}
		if id.protocol == "" {
			id.protocol = "tcp"
		}
		if seen[id] && id.port != 0 {
			c.fail("ports", fmt.Sprintf("publish %d/%s twice", id.port, id.protocol), "")
		}
		seen[id] = true
	}
}

func (c serviceCheck) checkMounts() {
	seen := map[string]bool{}
	for _, m := range c.service.Spec.TaskTemplate.ContainerSpec.Mounts {
		if seen[m.Target] {
			c.fail("volumes", "and tmpfs mount "+quoted(m.Target)+" twice", "")
		}
		seen[m.Target] = true
	}
}

func (c serviceCheck) checkHealth() {
	h := c.service.Spec.TaskTemplate.ContainerSpec.Healthcheck
	if h == nil {
		return
	}
	times := map[string]time.Duration{
		"interval": h.Interval, "timeout": h.Timeout, "start_period": h.StartPeriod, "start_interval": h.StartInterval,
	}
	for name, d := range times {
		if d != 0 && d < minHealthTime {
			c.fail("healthcheck."+name, "must be at least 1ms", "")
		}
	}
}

// checkConstraints follows swarmkit's parser (manager/constraint, Parse).
func (c serviceCheck) checkConstraints() {
	name := regexp.MustCompile(`^(?i)[a-z_][a-z0-9\-_.]+$`)
	value := regexp.MustCompile(`^(?i)[a-z0-9:\-_\s\.\*\(\)\?\+\[\]\\\^\$\|\/]+$`)
	for i, written := range c.service.Spec.TaskTemplate.Placement.Constraints {
		left, right, ok := strings.Cut(written, "==")
		if !ok {
			left, right, ok = strings.Cut(written, "!=")
		}
		if !ok || !name.MatchString(strings.TrimSpace(left)) || !value.MatchString(strings.TrimSpace(right)) {
			c.fail(fmt.Sprintf("deploy.placement.constraints.%d", i), quoted(written)+" is not a constraint",
				"write key==value or key!=value, such as node.role==manager")
		}
	}
}

// checkNames checks the names of what is to be created: their form, and that
// no two objects of a kind share one, for which the engine ignores case.
func (p *project) checkNames(s stack.Stack) {
	names := nameCheck{seen: map[stack.Ref]bool{}}
	for _, o := range s.Services {
		names.add(o, o.Positions.At(""), false)
	}
	for _, o := range s.Networks {
		names.add(o, o.Positions.At("name"), o.External)
	}
	for _, o := range s.Configs {
		names.add(o, o.Positions.At("name"), o.External)
	}
	for _, o := range s.Secrets {
		names.add(o, o.Positions.At("name"), o.External)
	}
	p.errs = append(p.errs, names.errs...)
}

type nameCheck struct {
	seen map[stack.Ref]bool
	errs []stack.Error
}

func (c *nameCheck) add(o stack.Object, pos stack.Position, external bool) {
	ref := o.Ref()
	if external {
		return
	}
	longest, form := stack.MaxServiceName, `^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$`
	hint := "use letters, digits, - and _"
	if ref.Kind == stack.KindConfig || ref.Kind == stack.KindSecret {
		longest, form = stack.MaxConfigName, `^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$`
		hint = "use letters, digits, -, _ and ."
	}
	lower := stack.Ref{Kind: ref.Kind, Name: strings.ToLower(ref.Name)}
	switch {
	case len(ref.Name) > longest:
		c.errs = append(c.errs, stack.Error{Pos: pos, Msg: ref.String() + fmt.Sprintf(" has a name of %d characters, the engine allows %d", len(ref.Name), longest)})
	case !regexp.MustCompile(form).MatchString(ref.Name):
		c.errs = append(c.errs, stack.Error{Pos: pos, Msg: ref.String() + " has a name the engine does not allow", Hint: hint + ", with a letter or digit at both ends"})
	case c.seen[lower]:
		c.errs = append(c.errs, stack.Error{Pos: pos, Msg: ref.String() + " is there twice: another key has the same name"})
	}
	c.seen[lower] = true
}

func (p *project) checkSize(o stack.Object, at stack.Positions, size, limit int) {
	pos := at.At("file")
	switch {
	case size == 0:
		p.fail(stack.Error{Pos: pos, Msg: o.Ref().String() + " is empty, which the engine does not allow"})
	case size >= limit:
		p.fail(stack.Error{Pos: pos, Msg: fmt.Sprintf("%s has %d bytes, the engine allows less than %d", o.Ref(), size, limit)})
	}
}
