package planner

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// gated is a part of a spec that an engine older than since drops without a
// word (moby daemon/server/router/swarm/helpers.go, adjustForAPIVersion).
type gated struct {
	since string
	key   string
	set   func(swarm.ServiceSpec, swarm.ContainerSpec) bool
}

func versionGates() []gated {
	return []gated{
		{"1.40", "credential_spec", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool {
			return c.Privileges != nil && c.Privileges.CredentialSpec != nil && c.Privileges.CredentialSpec.Config != ""
		}},
		{"1.40", "sysctls", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool { return len(c.Sysctls) > 0 }},
		{"1.40", "deploy.placement.max_replicas_per_node", func(s swarm.ServiceSpec, _ swarm.ContainerSpec) bool {
			return s.TaskTemplate.Placement != nil && s.TaskTemplate.Placement.MaxReplicas > 0
		}},
		{"1.41", "cap_add", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool { return len(c.CapabilityAdd) > 0 }},
		{"1.41", "cap_drop", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool { return len(c.CapabilityDrop) > 0 }},
		{"1.41", "ulimits", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool { return len(c.Ulimits) > 0 }},
		{"1.41", "deploy.resources.limits.pids", func(s swarm.ServiceSpec, _ swarm.ContainerSpec) bool {
			r := s.TaskTemplate.Resources
			return r != nil && r.Limits != nil && r.Limits.Pids != 0
		}},
		{"1.41", "deploy.mode", func(s swarm.ServiceSpec, _ swarm.ContainerSpec) bool { return isJob(s.Mode) }},
		{"1.44", "healthcheck.start_interval", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool {
			return c.Healthcheck != nil && c.Healthcheck.StartInterval != 0
		}},
		{"1.44", "security_opt", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool {
			p := c.Privileges
			return p != nil && (p.NoNewPrivileges || p.Seccomp != nil || p.AppArmor != nil)
		}},
		{"1.46", "oom_score_adj", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool { return c.OomScoreAdj != 0 }},
		{"1.46", "volumes", func(_ swarm.ServiceSpec, c swarm.ContainerSpec) bool {
			for _, m := range c.Mounts {
				if m.TmpfsOptions != nil && len(m.TmpfsOptions.Options) > 0 {
					return true
				}
			}
			return false
		}},
		{"1.52", "memswap_limit", func(s swarm.ServiceSpec, _ swarm.ContainerSpec) bool {
			r := s.TaskTemplate.Resources
			return r != nil && r.SwapBytes != nil
		}},
		{"1.52", "mem_swappiness", func(s swarm.ServiceSpec, _ swarm.ContainerSpec) bool {
			r := s.TaskTemplate.Resources
			return r != nil && r.MemorySwappiness != nil
		}},
	}
}

// tooOld refuses a service that the engine would take and then not run as
// written, because its API does not know a key: one error for each such key.
func tooOld(s stack.Service, version string) error {
	var c swarm.ContainerSpec
	if s.Spec.TaskTemplate.ContainerSpec != nil {
		c = *s.Spec.TaskTemplate.ContainerSpec
	}
	var problems []error
	for _, g := range versionGates() {
		if olderThan(version, g.since) && g.set(s.Spec, c) {
			problems = append(problems, &stack.Error{
				Pos:  s.Positions.At(g.key),
				Msg:  fmt.Sprintf("service %q: %s needs API version %s, the engine has %s", s.Key, g.key, g.since, version),
				Hint: "upgrade the engine, or remove the key",
			})
		}
	}
	return errors.Join(problems...)
}

// maxMessage is the size in bytes of what the managers agree on in one step
// (swarmkit manager/state/store/memory.go, MaxTransactionBytes). A spec is
// stored in a denser form than JSON, so one that fits as JSON fits.
const maxMessage = 1.5 * (1 << 20)

// tooBig refuses a service whose spec the managers could not pass on.
func tooBig(s stack.Service) error {
	text, err := json.Marshal(s.Spec)
	if err != nil || float64(len(text)) <= maxMessage {
		return err
	}
	return &stack.Error{
		Pos:  s.Positions.At(""),
		Msg:  fmt.Sprintf("service %q: its spec has %d bytes, and the managers of a swarm take %d at most", s.Key, len(text), int(maxMessage)),
		Hint: "move what is long, such as variables, into a config",
	}
}

// endless refuses to wait for the end of a service that never ends, because
// the swarm starts its tasks again whatever their exit code: its default.
func (m *maker) endless(s stack.Service) error {
	var problems []error
	for _, d := range s.DependsOn {
		on, ok := m.wanted[d.Key]
		if !ok || d.Condition != stack.Completed || isJob(on.Spec.Mode) {
			continue
		}
		if stack.Normal(on.Spec).TaskTemplate.RestartPolicy.Condition == swarm.RestartPolicyConditionAny {
			problems = append(problems, &stack.Error{
				Pos:  s.Positions.At("depends_on." + d.Key),
				Msg:  fmt.Sprintf("service %q waits for service %q to complete, which the swarm would start again for ever", s.Key, d.Key),
				Hint: fmt.Sprintf("give service %q deploy: {mode: replicated-job}, or restart_policy: {condition: on-failure}", d.Key),
			})
		}
	}
	return errors.Join(problems...)
}

// olderThan compares API versions, "1.9" with "1.41". An unknown version is
// not older than any.
func olderThan(version, than string) bool {
	a, okA := minor(version)
	b, okB := minor(than)
	return okA && okB && a < b
}

func minor(version string) (int, bool) {
	major, rest, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(rest)
	return n, major == "1" && err == nil
}
