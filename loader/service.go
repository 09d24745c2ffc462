package loader

import (
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// service is docker/cli's conversion of one service (cli/compose/convert,
// Service): the engine compares raw values, so what docker leaves nil is nil
// here, and what it always sends is always there.
func (c *converter) service(o object) stack.Service {
	o.checkLabels()
	labels := c.labels(o, "deploy.labels")
	labels[stack.LabelImage] = o.text("image")
	return stack.Service{
		Key:      o.key,
		Settings: c.settings(o),
		Spec: swarm.ServiceSpec{
			Annotations:    swarm.Annotations{Name: stack.ScopedName(c.name, o.key), Labels: labels},
			TaskTemplate:   c.task(o),
			Mode:           mode(o),
			UpdateConfig:   updateConfig(o, "deploy.update_config"),
			RollbackConfig: updateConfig(o, "deploy.rollback_config"),
			EndpointSpec: &swarm.EndpointSpec{
				Mode:  endpointMode(o),
				Ports: ports(o),
			},
		},
		DependsOn: c.dependencies(o),
		Positions: o.at,
	}
}

func (c *converter) task(o object) swarm.TaskSpec {
	t := swarm.TaskSpec{
		ContainerSpec: c.container(o),
		Resources:     resources(o),
		RestartPolicy: restartPolicy(o),
		Placement: &swarm.Placement{
			Constraints: o.texts("deploy.placement.constraints"),
			Platforms:   platforms(o),
			MaxReplicas: orZero(o.count("deploy.placement.max_replicas_per_node")),
		},
		Networks: c.attachments(o),
	}
	for _, p := range o.parts("deploy.placement.preferences") {
		spread := &swarm.SpreadOver{SpreadDescriptor: p.text("spread")}
		t.Placement.Preferences = append(t.Placement.Preferences, swarm.PlacementPreference{Spread: spread})
	}
	if o.has("logging") {
		t.LogDriver = &swarm.Driver{Name: o.text("logging.driver"), Options: o.table("logging.options")}
	}
	return t
}

func endpointMode(o object) swarm.ResolutionMode {
	switch mode := swarm.ResolutionMode(strings.ToLower(o.text("deploy.endpoint_mode"))); mode {
	case "", swarm.ResolutionModeVIP, swarm.ResolutionModeDNSRR:
		return mode
	default:
		o.oneOf("deploy.endpoint_mode", "vip", "dnsrr") // says what is possible
		return ""
	}
}

// image is the reference with the tag that docker's client adds (moby
// client/service_create.go, imageWithTagString).
func image(o object) string {
	written := o.text("image")
	switch ref, err := reference.ParseNormalizedNamed(written); {
	case written == "" && o.has("build"):
		o.wrong("build", "there is no image, and swarm does not build", "build and push the image, then name it with image:")
	case written == "":
		o.wrong("", "there is no image", "name one with image:")
	case err != nil:
		o.fail("image", quoted(written)+" is not an image reference: "+err.Error(), "")
	default:
		return reference.FamiliarString(reference.TagNameOnly(ref))
	}
	return written
}

// ports are sorted as docker sorts them.
func ports(o object) []swarm.PortConfig {
	if o.text("network_mode") == "host" && len(o.names("networks")) == 0 {
		if len(o.parts("ports")) > 0 {
			o.warn("ports", "are ignored: with network_mode: host every port of the container is one of the node", "")
		}
		return nil
	}
	var out []swarm.PortConfig
	for _, p := range o.parts("ports") {
		first, last := portRange(p)
		c := swarm.PortConfig{
			Name:        p.text("name"),
			Protocol:    network.IPProtocol(p.oneOf("protocol", "tcp", "udp", "sctp")),
			TargetPort:  uint32(p.integer("target")),
			PublishMode: swarm.PortConfigPublishMode(p.oneOf("mode", "ingress", "host")),
		}
		if n := p.integer("target"); n < 1 || n > 65535 {
			p.fail("target", "must be a port from 1 to 65535", "")
		}
		for n := first; n <= last; n++ {
			c.PublishedPort = uint32(n)
			out = append(out, c)
		}
	}
	slices.SortFunc(out, swarm.PortConfig.Compare)
	return slices.Compact(out) // two files may say the same
}

// portRange is what published: says, a port or the ends of a range; 0 if it
// says nothing.
func portRange(p object) (first, last uint64) {
	written := p.text("published")
	if written == "" {
		return 0, 0
	}
	from, to, isRange := strings.Cut(written, "-")
	if !isRange {
		to = from
	}
	first, err := strconv.ParseUint(from, 10, 16)
	last, err2 := strconv.ParseUint(to, 10, 16)
	if err != nil || err2 != nil || last < first {
		p.fail("published", quoted(written)+" is not a port or a range of ports", "")
		return 0, 0
	}
	return first, last
}

func orZero[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}
