package loader

import (
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// checkUnused says which networks and volumes will not be there. docker stack
// deploy leaves them out without a word.
func (c *converter) checkUnused(inactive []object) {
	for key, n := range c.networks {
		if !c.used[stack.Ref{Kind: stack.KindNetwork, Name: key}] && !n.flag("external") && !attached(inactive, key) {
			n.warn("", "is not created: no service uses it", "")
		}
	}
	for key, v := range c.volumes {
		if v.has("x-cluster-spec") {
			v.warn("x-cluster-spec", "is ignored: stackup creates no cluster volumes", "create it with docker volume create")
		}
		if !c.usedVolumes[key] && !v.flag("external") && !mounted(inactive, key) {
			v.warn("", "is not created: no service mounts it", "")
		}
	}
}

func attached(services []object, network string) bool {
	return slices.ContainsFunc(services, func(s object) bool {
		names := s.names("networks")
		return slices.Contains(names, network) || names == nil && network == defaultNetwork
	})
}

func mounted(services []object, volume string) bool {
	return slices.ContainsFunc(services, func(s object) bool {
		return slices.ContainsFunc(s.parts("volumes"), func(v object) bool { return v.text("source") == volume })
	})
}

// checkLabels warns about labels of containers that a reverse proxy looks for
// on services: the most common mistake of a first stack.
func (o object) checkLabels() {
	service := o.table("deploy.labels")
	for _, name := range sortedKeys(o.table("labels")) {
		_, twice := service[name]
		proxy := proxyOf(name)
		if proxy == "" || twice {
			continue
		}
		o.warn(join("labels", name), "is a label of containers: in a swarm "+proxy+" reads those of services", "write it under deploy.labels")
		return // one says it all
	}
}

func proxyOf(label string) string {
	head, _, _ := strings.Cut(label, ".")
	switch {
	case head == "traefik":
		return "Traefik"
	case head == "caddy", strings.HasPrefix(head, "caddy_"):
		return "Caddy"
	}
	return ""
}
