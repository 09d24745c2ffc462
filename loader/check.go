package loader

import (
	"fmt"
	"regexp"
	"slices"
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
)

// check reports what the engine would refuse about a stack.
func (p *project) check(s stack.Stack) {
	for _, o := range s.Services {
		c := serviceCheck{p, o}
		c.checkLimits()
		c.checkPorts()
		c.checkHostNetwork()
		c.checkMounts()
		c.checkHealth()
		c.checkConstraints()
		if o.Spec.UpdateConfig != nil && (o.Spec.Mode.ReplicatedJob != nil || o.Spec.Mode.GlobalJob != nil) {
			c.fail("deploy.update_config", "is not possible for a job", "remove it: a job is not updated, it runs anew")
		}
	}
	p.checkNames(s)
}

type serviceCheck struct {
	*project
	service stack.Service
}

func (c serviceCheck) fail(path, msg, hint string) {
	c.project.fail(stack.Error{
		Pos:  c.service.Positions.At(path),
		Msg:  describe("services", c.service.Key, path) + " " + msg,
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

// checkHostNetwork warns about tasks that every node will reject.
func (c serviceCheck) checkHostNetwork() {
	networks := c.service.Spec.TaskTemplate.Networks
	if !slices.ContainsFunc(networks, func(n swarm.NetworkAttachmentConfig) bool { return n.Target == "host" }) {
		return
	}
	ingress := slices.ContainsFunc(c.service.Spec.EndpointSpec.Ports, func(p swarm.PortConfig) bool {
		return p.PublishMode != swarm.PortConfigPublishModeHost
	})
	if len(networks) > 1 || ingress {
		c.warn(remark{
			pos:  c.service.Positions.At("networks"),
			who:  describe("services", c.service.Key, ""),
			msg:  "networks: the network host goes with no other, nor with ports published in ingress mode; every node will reject the tasks",
			hint: "leave the other networks and the ports out: on the network host every port is one of the node",
		})
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
	seen := map[stack.Ref]bool{}
	check := func(o stack.Object, key string, at stack.Positions) {
		ref := o.Ref()
		if msg, hint := wrongName(ref); msg != "" {
			p.fail(stack.Error{Pos: at.At("name"), Msg: fmt.Sprintf("%s %q: the name %s %s", ref.Kind, key, quoted(ref.Name), msg), Hint: hint})
		}
		ref.Name = strings.ToLower(ref.Name)
		if seen[ref] {
			p.fail(stack.Error{Pos: at.At("name"), Msg: fmt.Sprintf("%s %q: another %s has the same name", ref.Kind, key, ref.Kind)})
		}
		seen[ref] = true
	}
	for _, o := range s.Services {
		check(o, o.Key, o.Positions)
	}
	for _, o := range s.Networks {
		if !o.External {
			check(o, o.Key, o.Positions)
		}
	}
	for _, o := range s.Configs {
		if !o.External {
			check(o, o.Key, o.Positions)
		}
	}
	for _, o := range s.Secrets {
		if !o.External {
			check(o, o.Key, o.Positions)
		}
	}
}

// wrongName says what the engine has against a name; nothing if it takes it.
func wrongName(ref stack.Ref) (msg, hint string) {
	longest, form, letters := stack.MaxServiceName, `^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$`, "- and _"
	if ref.Kind == stack.KindConfig || ref.Kind == stack.KindSecret {
		longest, form, letters = stack.MaxConfigName, `^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?$`, "-, _ and ."
	}
	switch {
	case len(ref.Name) > longest:
		return fmt.Sprintf("has %d characters, the engine allows %d", len(ref.Name), longest), ""
	case !regexp.MustCompile(form).MatchString(ref.Name):
		return "is not allowed by the engine", "use letters, digits, " + letters + ", with a letter or digit at both ends"
	}
	return "", ""
}
