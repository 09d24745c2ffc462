package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"

	"github.com/stackup-cli/stackup/stack"
)

func (m *maker) networks() {
	live := map[string]network.Summary{}
	for _, n := range m.have.Networks {
		if n.Scope == "swarm" || live[n.Name].ID == "" {
			live[n.Name] = n
		}
	}
	for _, n := range m.want.Networks {
		have, exists := live[n.Spec.Name]
		switch {
		case n.External:
			m.problem(externalNetwork(n, have))
		case !exists || have.Scope != "swarm":
			n.Spec.Labels = guard(n.Spec.Labels, n.Settings)
			m.create(n.Key, n, reasonNew)
		case !m.have.Owned(have.Labels):
			m.problem(m.foreign(n.Ref(), have.Labels, n.Positions.At("")))
		default:
			diffs := networkDiffs(n.Spec, have)
			if len(diffs) == 0 {
				m.keep(n.Key, n, &stack.Live{ID: have.ID})
				continue
			}
			m.replaceNetwork(n, have, diffs)
		}
	}
}

// externalNetwork says why an external network cannot be used. Services attach
// to networks of the swarm only (moby daemon/cluster/networks.go).
func externalNetwork(n stack.Network, have network.Summary) error {
	switch {
	case have.ID == "":
		return &stack.Error{
			Pos:  n.Positions.At(""),
			Msg:  fmt.Sprintf("network %q is external and does not exist", n.Spec.Name),
			Hint: "docker network create --driver overlay " + n.Spec.Name,
		}
	case have.Scope != "swarm":
		return &stack.Error{
			Pos:  n.Positions.At(""),
			Msg:  fmt.Sprintf("network %q is external and exists on this node only (driver %s); services need a network of the swarm", n.Spec.Name, have.Driver),
			Hint: "create it with docker network create --driver overlay",
		}
	}
	return nil
}

// replaceNetwork makes a network anew whose definition has changed: no engine
// can change one in place. Every service on it goes first and comes back on the
// new one, see [maker.detach].
func (m *maker) replaceNetwork(n stack.Network, have network.Summary, diffs []networkDiff) {
	c := stack.Change{
		Ref: n.Ref(), Key: n.Key, Action: stack.Replace, Reason: "a network cannot be changed in place",
		Effect: stack.Downtime, Want: n, Have: &stack.Live{ID: have.ID},
	}
	for _, d := range diffs {
		c.Fields = append(c.Fields, stack.FieldChange{Path: d.key, Old: d.old, New: d.now, Effect: stack.Downtime})
	}
	m.problem(protected(n.Ref(), have.Labels))
	for _, s := range m.have.Services {
		if !m.have.Owned(s.Spec.Labels) && slices.Contains(idsIn(s.Spec), have.ID) {
			m.problem(&stack.Error{
				Pos:  n.Positions.At(diffs[0].key),
				Msg:  fmt.Sprintf("network %q has to be made anew (%s changed), but service %q of another stack is on it", n.Spec.Name, diffs[0].key, s.Spec.Name),
				Hint: "detach that service first, or give the network another name: in the file",
			})
		}
	}
	m.names.fresh[n.Ref()] = true
	m.replaced[have.ID] = n.Ref()
	m.add(c)
}

// detach lets the replacement of a network wait until every service on it is
// gone, and names them.
func (m *maker) detach() {
	for i := range m.changes {
		c := &m.changes[i]
		if c.Action != stack.Replace || c.Ref.Kind != stack.KindNetwork {
			continue
		}
		var names []string
		for j := range m.changes {
			s := &m.changes[j]
			if s.Have == nil || s.Have.Service == nil || !slices.Contains(idsIn(s.Have.Service.Spec), c.Have.ID) {
				continue
			}
			names = append(names, s.Key)
			switch s.Action {
			case stack.Replace:
				c.After = append(c.After, stack.Gate{Ref: s.Ref, Condition: stack.Removed})
			case stack.Delete:
				s.After = nil // here a removal cannot come last
				c.After = append(c.After, stack.Gate{Ref: s.Ref})
			case stack.Keep, stack.Create, stack.Update, stack.Scale, stack.Run, stack.Adopt:
			}
		}
		if len(names) > 0 {
			c.Impact = "detaches and makes anew " + count(len(names), "service") + ": " + strings.Join(names, ", ")
		}
	}
}

type networkDiff struct{ key, old, now string }

// networkDiffs compares what the user set with what the engine shows (moby
// daemon/cluster/convert/network.go, BasicNetworkFromGRPC).
func networkDiffs(want network.CreateRequest, have network.Summary) []networkDiff {
	var out []networkDiff
	differ := func(key string, old, now any) {
		if o, n := fmt.Sprint(old), fmt.Sprint(now); o != n {
			out = append(out, networkDiff{key, o, n})
		}
	}
	differ("internal", have.Internal, want.Internal)
	differ("attachable", have.Attachable, want.Attachable)
	differ("enable_ipv6", have.EnableIPv6, want.EnableIPv6 != nil && *want.EnableIPv6)
	for _, k := range slices.Sorted(maps.Keys(want.Labels)) {
		differ("labels."+k, orNone(have.Labels, k), want.Labels[k])
	}
	if have.Driver == "" {
		return out // not allocated yet: the engine does not show the rest
	}
	if want.Driver != "" {
		differ("driver", have.Driver, want.Driver)
	}
	for _, k := range slices.Sorted(maps.Keys(want.Options)) {
		differ("driver_opts."+k, orNone(have.Options, k), want.Options[k])
	}
	if want.IPAM != nil {
		for i, c := range want.IPAM.Config {
			var live network.IPAMConfig
			if i < len(have.IPAM.Config) {
				live = have.IPAM.Config[i]
			}
			ipamDiffs(c, live, differ)
		}
	}
	return out
}

func ipamDiffs(want, have network.IPAMConfig, differ func(key string, old, now any)) {
	if want.Subnet.IsValid() {
		differ("ipam.config.subnet", have.Subnet.Masked(), want.Subnet.Masked())
	}
	if want.IPRange.IsValid() {
		differ("ipam.config.ip_range", have.IPRange.Masked(), want.IPRange.Masked())
	}
	if want.Gateway.IsValid() {
		differ("ipam.config.gateway", have.Gateway, want.Gateway)
	}
}

func orNone(m map[string]string, key string) string {
	if v, ok := m[key]; ok {
		return v
	}
	return "(none)"
}
