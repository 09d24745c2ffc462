package loader

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/network"

	"github.com/stackup-cli/stackup/stack"
)

// defaultNetwork is the key of the network of services that name none.
const defaultNetwork = "default"

// usedNetworks are the networks that services are attached to. docker stack
// deploy creates no others.
func (c *converter) usedNetworks() []stack.Network {
	var out []stack.Network
	for _, ref := range slices.SortedFunc(maps.Keys(c.used), compareRefs) {
		if ref.Kind != stack.KindNetwork {
			continue
		}
		o, ok := c.networks[ref.Name]
		if !ok {
			o = object{project: c.project, section: "networks", key: ref.Name}
		}
		n := stack.Network{Key: o.key, External: o.flag("external"), Positions: o.at, Settings: c.settings(o)}
		n.Spec.Name = c.fullName(o)
		if !n.External {
			c.describeNetwork(o, &n.Spec)
		}
		out = append(out, n)
	}
	out = append(out, c.predefinedNetworks(out)...)
	slices.SortStableFunc(out, func(a, b stack.Network) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func (c *converter) describeNetwork(o object, n *network.CreateRequest) {
	n.Driver = "overlay"
	if d := o.text("driver"); d != "" {
		n.Driver = d
	}
	switch n.Driver {
	case "bridge", "host", "none", "null", "macvlan", "ipvlan": // the engine refuses such a network to a service
		o.fail("driver", n.Driver+" is not possible: it makes networks of a single node", "use overlay, or leave it out")
	}
	n.Internal = o.flag("internal")
	n.Attachable = o.flag("attachable")
	n.Labels = c.labels(o, "labels")
	if o.has("driver_opts") {
		n.Options = o.table("driver_opts")
	}
	if o.has("enable_ipv4") && !o.flag("enable_ipv4") {
		o.warn("enable_ipv4", "is ignored: swarm networks always have IPv4", "")
	}
	if o.has("enable_ipv6") {
		on := o.flag("enable_ipv6")
		if n.EnableIPv6 = &on; on {
			o.warn("enable_ipv6", "may not help: swarm allocates no IPv6 subnets by itself, and some engines fail on those given (moby#52469)", "")
		}
	}
	if o.text("ipam.driver") != "" || len(o.parts("ipam.config")) > 0 || o.has("ipam.options") {
		n.IPAM = ipam(o.part("ipam"))
	}
}

func ipam(o object) *network.IPAM {
	out := &network.IPAM{Driver: o.text("driver")}
	if o.has("options") {
		out.Options = o.table("options")
	}
	for _, pool := range o.parts("config") {
		out.Config = append(out.Config, network.IPAMConfig{
			Subnet:  address(pool, "subnet", netip.ParsePrefix, "a subnet such as 10.1.0.0/16"),
			IPRange: address(pool, "ip_range", netip.ParsePrefix, "a range such as 10.1.8.0/24"),
			Gateway: address(pool, "gateway", netip.ParseAddr, "an IP address"),
		})
	}
	return out
}

func address[T any](o object, path string, parse func(string) (T, error), form string) T {
	var none T
	s := o.text(path)
	if s == "" {
		return none
	}
	a, err := parse(s)
	if err != nil {
		o.fail(path, quoted(s)+" is not "+form, "")
	}
	return a
}
