package planner

import (
	"net/netip"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// nodeMatches says whether a node satisfies placement constraints (swarmkit
// manager/constraint/constraint.go, NodeMatches). A constraint that the engine
// cannot read is satisfied by no node.
func nodeMatches(constraints []string, n swarm.Node) bool {
	for _, c := range constraints {
		key, value, equal, ok := parseConstraint(c)
		if !ok || !constraintMet(key, value, equal, n) {
			return false
		}
	}
	return true
}

// parseConstraint takes "key == value" or "key != value" apart.
func parseConstraint(s string) (key, value string, equal, ok bool) {
	for _, op := range []string{"==", "!="} {
		if k, v, found := strings.Cut(s, op); found {
			return strings.TrimSpace(k), strings.TrimSpace(v), op == "==", true
		}
	}
	return "", "", false, false
}

func constraintMet(key, value string, equal bool, n swarm.Node) bool {
	switch lower := strings.ToLower(key); {
	case lower == "node.id":
		return strings.EqualFold(value, n.ID) == equal
	case lower == "node.hostname":
		return strings.EqualFold(value, n.Description.Hostname) == equal
	case lower == "node.ip":
		return addressMet(value, equal, n.Status.Addr)
	case lower == "node.role":
		return strings.EqualFold(value, string(n.Spec.Role)) == equal
	case lower == "node.platform.os":
		return strings.EqualFold(value, n.Description.Platform.OS) == equal
	case lower == "node.platform.arch":
		return strings.EqualFold(value, n.Description.Platform.Architecture) == equal
	case strings.HasPrefix(lower, "node.labels."): // the label's name is case-sensitive
		return strings.EqualFold(value, n.Spec.Labels[key[len("node.labels."):]]) == equal
	case strings.HasPrefix(lower, "engine.labels."):
		return strings.EqualFold(value, n.Description.Engine.Labels[key[len("engine.labels."):]]) == equal
	}
	return false
}

// addressMet compares a node's address with an address or a subnet.
func addressMet(value string, equal bool, addr string) bool {
	ip, _ := netip.ParseAddr(addr)
	if want, err := netip.ParseAddr(value); err == nil {
		return (want.Unmap() == ip.Unmap()) == equal
	}
	if subnet, err := netip.ParsePrefix(value); err == nil {
		return subnet.Contains(ip) == equal
	}
	return false
}
