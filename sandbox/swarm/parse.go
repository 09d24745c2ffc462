package swarm

import (
	"fmt"
	"strings"

	"github.com/moby/swarmkit/v2/api"
)

// parsePlatform reads linux/arm64. Nodes report the kernel's word for their
// architecture, and so does a constraint on node.platform.arch see it.
func parsePlatform(text string) (*api.Platform, error) {
	os, arch, ok := strings.Cut(text, "/")
	if !ok || os == "" || arch == "" {
		return nil, fmt.Errorf("platform %q: write it as linux/amd64", text)
	}
	kernel := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "arm": "armv7l"}
	if word, ok := kernel[arch]; ok {
		arch = word
	}
	return &api.Platform{OS: os, Architecture: arch}, nil
}

// parsePlugin reads Volume/rexray.
func parsePlugin(text string) (api.PluginDescription, error) {
	kind, name, ok := strings.Cut(text, "/")
	if !ok || kind == "" || name == "" {
		return api.PluginDescription{}, fmt.Errorf("plugin %q: write it as Volume/name, Network/name or Log/name", text)
	}
	return api.PluginDescription{Type: kind, Name: name}, nil
}
