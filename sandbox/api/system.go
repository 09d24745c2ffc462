package api

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/moby/moby/api/types/registry"
	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/v2/daemon/server/httputils"
	swarmapi "github.com/moby/swarmkit/v2/api"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

func (a *API) ping(_ context.Context, w http.ResponseWriter, r *http.Request, _ map[string]string) error {
	w.Header().Set("Cache-Control", "no-cache, no-store, must-revalidate")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Builder-Version", "1")
	state := "active/manager"
	if a.left.Load() {
		state = "inactive"
	}
	w.Header().Set("Swarm", state)
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Length", "0")
		return nil
	}
	_, err := w.Write([]byte("OK"))
	return err
}

func (a *API) version(_ context.Context, w http.ResponseWriter, _ *http.Request, _ map[string]string) error {
	v := system.VersionResponse{
		Platform: system.PlatformInfo{Name: "stackup sandbox"},
		Version:  swarm.EngineVersion, APIVersion: a.options.Version, MinAPIVersion: OldestVersion,
		Os: "linux", Arch: "amd64", GoVersion: runtime.Version(),
	}
	v.Components = []system.ComponentVersion{{Name: "Engine", Version: v.Version, Details: map[string]string{
		"ApiVersion": v.APIVersion, "MinAPIVersion": v.MinAPIVersion, "Os": v.Os, "Arch": v.Arch, "GoVersion": v.GoVersion,
	}}}
	return httputils.WriteJSON(w, http.StatusOK, v)
}

func (a *API) info(_ context.Context, w http.ResponseWriter, _ *http.Request, _ map[string]string) error {
	info := system.Info{
		Name: "sandbox", ServerVersion: swarm.EngineVersion,
		OperatingSystem: "stackup sandbox", OSType: "linux", Architecture: "x86_64",
		SystemTime:     time.Now().Format(time.RFC3339Nano),
		LoggingDriver:  "json-file",
		RegistryConfig: &registry.ServiceConfig{},
		Swarm:          types.Info{LocalNodeState: types.LocalNodeStateInactive},
	}
	if a.available() == nil {
		if err := a.describe(&info); err != nil {
			return err
		}
	}
	return httputils.WriteJSON(w, http.StatusOK, info)
}

// describe adds the node that is asked, and the swarm as it sees it.
func (a *API) describe(info *system.Info) error {
	self, err := a.swarm.Self()
	if err != nil {
		return err
	}
	nodes, err := ask(a.swarm.Control().ListNodes, &swarmapi.ListNodesRequest{})
	if err != nil {
		return err
	}
	inspected, err := (&backend{a}).Inspect()
	if err != nil {
		return err
	}
	d := self.Description
	info.ID, info.Name = self.ID, d.Hostname
	info.NCPU, info.MemTotal = int(d.Resources.NanoCPUs/1e9), d.Resources.MemoryBytes
	for _, p := range d.Engine.Plugins {
		switch p.Type {
		case "Network":
			info.Plugins.Network = append(info.Plugins.Network, p.Name)
		case "Volume":
			info.Plugins.Volume = append(info.Plugins.Volume, p.Name)
		case "Log":
			info.Plugins.Log = append(info.Plugins.Log, p.Name)
		}
	}
	info.Swarm = types.Info{
		NodeID: self.ID, NodeAddr: self.Status.Addr,
		LocalNodeState: types.LocalNodeStateActive, ControlAvailable: true,
		Nodes: len(nodes.Nodes), Cluster: &inspected.ClusterInfo,
	}
	for _, n := range nodes.Nodes {
		if n.ManagerStatus != nil {
			info.Swarm.Managers++
			info.Swarm.RemoteManagers = append(info.Swarm.RemoteManagers, types.Peer{NodeID: n.ID, Addr: n.ManagerStatus.Addr})
		}
	}
	return nil
}
