package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/moby/moby/api/types/swarm"
)

// SpecHash tells live specs apart: the SHA-256 of the spec as JSON, in
// hexadecimal. It is of the raw spec, as the engine sends it, not of its normal
// form.
func SpecHash(s swarm.ServiceSpec) string {
	text, _ := json.Marshal(s) // a spec can always be written as JSON
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Hash is the [SpecHash] of a service as the plan saw it; empty for other
// objects, which no engine changes.
func (l Live) Hash() string {
	if l.Service == nil {
		return l.SpecHash
	}
	return SpecHash(l.Service.Spec)
}

// References is every network, config and secret that a spec refers to by name,
// in a fixed order.
func References(s swarm.ServiceSpec) []Ref {
	var out []Ref
	for _, n := range s.TaskTemplate.Networks {
		out = append(out, Ref{KindNetwork, n.Target})
	}
	c := s.TaskTemplate.ContainerSpec
	if c == nil {
		return out
	}
	for _, r := range c.Configs {
		out = append(out, Ref{KindConfig, r.ConfigName})
	}
	for _, r := range c.Secrets {
		out = append(out, Ref{KindSecret, r.SecretName})
	}
	if p := c.Privileges; p != nil && p.CredentialSpec != nil && p.CredentialSpec.Config != "" {
		out = append(out, Ref{KindConfig, p.CredentialSpec.Config})
	}
	return out
}
