package loader

import (
	"cmp"
	"maps"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// attachments are the networks of a service, sorted by name. Each gets the
// service's short name as an alias, unless the engine itself made the network.
func (c *converter) attachments(o object) []swarm.NetworkAttachmentConfig {
	keys := o.names("networks")
	if o.has("network_mode") && len(keys) == 0 {
		return c.networkMode(o)
	}
	if o.has("network_mode") {
		o.warn("network_mode", "is ignored: networks says otherwise", "write only one of them")
	}
	if len(keys) == 0 {
		keys = []string{defaultNetwork}
	}
	var out []swarm.NetworkAttachmentConfig
	for _, key := range keys {
		net, ok := c.networks[key]
		if !ok && key != defaultNetwork {
			o.wrong("networks."+key, "network "+quoted(key)+" is not defined", hintUndefined(key, "networks", c.networks))
			continue
		}
		c.used[stack.Ref{Kind: stack.KindNetwork, Name: key}] = true
		net.key = key
		at := o.entry("networks", key)
		a := swarm.NetworkAttachmentConfig{Target: c.fullName(net), Aliases: at.texts("aliases")}
		if at.has("driver_opts") {
			a.DriverOpts = at.table("driver_opts")
		}
		if container.NetworkMode(a.Target).IsUserDefined() && at.text("use_service_name_alias") != "false" {
			a.Aliases = append(a.Aliases, o.key)
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b swarm.NetworkAttachmentConfig) int { return cmp.Compare(a.Target, b.Target) })
	return out
}

// networkMode attaches a service to one of the two networks of the engine
// itself that swarm offers (swarmkit
// manager/allocator/networkallocator, PredefinedNetworks).
func (c *converter) networkMode(o object) []swarm.NetworkAttachmentConfig {
	switch mode := o.text("network_mode"); mode {
	case "host", "bridge":
		if _, ok := c.predefined[mode]; !ok {
			c.predefined[mode] = stack.Positions{"": o.pos("network_mode")}
		}
		return []swarm.NetworkAttachmentConfig{{Target: mode}}
	case "none":
		o.fail("network_mode", "none is not possible: swarm has no such network", "use a network with internal: true")
	default:
		o.fail("network_mode", quoted(mode)+" is not possible: a service may run on any node, away from other containers", "use networks")
	}
	return nil
}

// predefinedNetworks are those that network_mode names, unless the files define
// them too.
func (c *converter) predefinedNetworks(defined []stack.Network) []stack.Network {
	var out []stack.Network
	for _, name := range slices.Sorted(maps.Keys(c.predefined)) {
		if !slices.ContainsFunc(defined, func(n stack.Network) bool { return n.Spec.Name == name }) {
			n := stack.Network{Key: name, External: true, Positions: c.predefined[name]}
			n.Spec.Name = name
			out = append(out, n)
		}
	}
	return out
}
