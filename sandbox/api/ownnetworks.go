package api

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/moby/moby/api/types/network"
)

// ownNetwork is one that the node has whatever the swarm does.
type ownNetwork struct{ network.Network }

func ownNetworks() []ownNetwork {
	var out []ownNetwork
	for name, driver := range map[string]string{"bridge": "bridge", "host": "host", "none": "null"} {
		id := sha256.Sum256([]byte(name))
		out = append(out, ownNetwork{network.Network{
			ID: hex.EncodeToString(id[:]), Name: name, Driver: driver, Scope: "local", EnableIPv4: true,
		}})
	}
	return out
}

// What a filter of networks looks at.
func (n ownNetwork) Driver() string              { return n.Network.Driver }
func (n ownNetwork) Name() string                { return n.Network.Name }
func (n ownNetwork) ID() string                  { return n.Network.ID }
func (n ownNetwork) Labels() map[string]string   { return n.Network.Labels }
func (n ownNetwork) Scope() string               { return n.Network.Scope }
func (ownNetwork) Created() time.Time            { return time.Time{} }
func (ownNetwork) HasContainerAttachments() bool { return false }
func (ownNetwork) HasServiceAttachments() bool   { return false }
