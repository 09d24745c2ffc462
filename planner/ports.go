package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// published is a port of the swarm as services compete for it.
type published struct {
	port     uint32
	protocol string
}

// claim is a service that publishes a port.
type claim struct {
	service string
	host    bool // on its own node only
}

// ports refuses ports that another service of the swarm has published, or
// wants as well: the engine would notice only half-way through (swarmkit
// manager/controlapi/service.go, checkPortConflicts). Several services may
// publish one port in host mode: the scheduler keeps them apart.
func (m *maker) ports() {
	claims, wanted := map[published][]claim{}, m.wantedNames()
	for _, s := range m.have.Services {
		if wanted[s.Spec.Name] || m.have.Owned(s.Spec.Labels) && !m.NoPrune {
			continue // changed or removed by this plan
		}
		for p, host := range portsOf(s.Spec) {
			claims[p] = append(claims[p], claim{s.Spec.Name, host})
		}
	}
	for _, s := range m.want.Services {
		mine := portsOf(s.Spec)
		for _, p := range slices.SortedFunc(maps.Keys(mine), comparePorts) {
			for _, other := range claims[p] {
				if !mine[p] || !other.host {
					m.problem(portTaken(s, p, other.service))
				}
			}
			claims[p] = append(claims[p], claim{s.Spec.Name, mine[p]})
		}
	}
}

// wantedNames is the full names of the wanted services.
func (m *maker) wantedNames() map[string]bool {
	out := make(map[string]bool, len(m.want.Services))
	for _, s := range m.want.Services {
		out[s.Spec.Name] = true
	}
	return out
}

func comparePorts(a, b published) int {
	return cmp.Or(cmp.Compare(a.port, b.port), cmp.Compare(a.protocol, b.protocol))
}

// takeovers lets a service that wants the port of a service which the plan
// removes wait for that removal: here a deletion cannot come last.
func (m *maker) takeovers() {
	leaving := map[published]int{}
	for i, c := range m.changes {
		if c.Ref.Kind == stack.KindService && c.Action == stack.Delete {
			for p := range portsOf(c.Have.Service.Spec) {
				leaving[p] = i
			}
		}
	}
	for i, c := range m.changes {
		s, ok := c.Want.(stack.Service)
		if !ok || c.Action == stack.Keep {
			continue
		}
		for p := range portsOf(s.Spec) {
			if gone, ok := leaving[p]; ok {
				m.changes[gone].After = nil
				m.changes[i].After = append(m.changes[i].After, stack.Gate{Ref: m.changes[gone].Ref})
			}
		}
	}
}

// portsOf is the published ports of a spec, each with whether it is published
// in host mode.
func portsOf(s swarm.ServiceSpec) map[published]bool {
	out := map[published]bool{}
	if s.EndpointSpec == nil {
		return out
	}
	for _, p := range s.EndpointSpec.Ports {
		if p.PublishedPort != 0 {
			out[published{p.PublishedPort, string(cmp.Or(p.Protocol, network.TCP))}] = p.PublishMode == swarm.PortConfigPublishModeHost
		}
	}
	return out
}

func portTaken(s stack.Service, p published, by string) error {
	return &stack.Error{
		Pos: s.Positions.At("ports"),
		Msg: fmt.Sprintf("%s: port %d/%s is already published by service %q", s.Ref(), p.port, p.protocol, by),
	}
}

// deadlocked refuses an update that the engine could never finish: with
// start-first the new task wants the port of its node while the old one still
// has it (the engine has no timeout for that: swarmkit
// manager/orchestrator/update/updater.go).
func (m *maker) deadlocked(s stack.Service, c stack.Change) error {
	want := stack.Normal(s.Spec)
	if c.Effect != stack.Restarts || want.UpdateConfig.Order != swarm.UpdateOrderStartFirst {
		return nil
	}
	for p, host := range portsOf(s.Spec) {
		if !host || want.Mode.Global == nil && m.placeable(want.TaskTemplate.Placement.Constraints) > len(m.tasks[s.Spec.Name]) {
			continue
		}
		return &stack.Error{
			Pos:  s.Positions.At("deploy.update_config.order"),
			Msg:  fmt.Sprintf("%s: with order start-first no new task can start: port %d/%s is published in host mode, and every node that fits has a task", s.Ref(), p.port, p.protocol),
			Hint: "use order: stop-first",
		}
	}
	return nil
}
