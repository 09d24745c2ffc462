package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/network"
	swarmtypes "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/e2e/throwaway"
	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// What the stand-in promises, and what the sandbox does, a real engine keeps.
func TestEngineKeepsTheContract(t *testing.T) {
	enginetest.Contract(t, swarm.Host)
	fmt.Printf("engine: the contract and %d behaviours\n", enginetest.Behaviours(t, swarm.Host))
}

func open(t *testing.T, host string) *engine.Client {
	t.Helper()
	c, err := engine.Open(engine.Options{Host: host})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestObserveSendsFewRequests(t *testing.T) {
	c := open(t, swarm.Host)
	want := stack.Stack{Name: "few", Configs: []stack.Config{{
		External: true, Spec: swarmtypes.ConfigSpec{Annotations: swarmtypes.Annotations{Name: "few_nosuch"}},
	}}}
	if _, err := c.Observe(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if c.Requests() > 9 || c.Writes() != 0 {
		t.Errorf("%d requests, %d writes", c.Requests(), c.Writes())
	}
}

// Every node has a network "host", and so has the swarm: services want the
// swarm's.
func TestPredefinedNetworksAreObserved(t *testing.T) {
	c := open(t, swarm.Host)
	external := func(name string) stack.Network {
		return stack.Network{External: true, Spec: network.CreateRequest{Name: name}}
	}
	s, err := c.Observe(t.Context(), stack.Stack{
		Name: "predefined", Networks: []stack.Network{external("host"), external("nat")}, // nat: only on Windows
	})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Networks, func(n network.Summary) bool { return n.Name == "host" && n.Scope == "swarm" })
	if i < 0 {
		t.Fatalf("networks: %+v", s.Networks)
	}
	id, _, err := c.Create(t.Context(), stack.Service{Spec: swarmtypes.ServiceSpec{
		Annotations: swarmtypes.Annotations{Name: "predefined_web"},
		TaskTemplate: swarmtypes.TaskSpec{
			ContainerSpec: &swarmtypes.ContainerSpec{Image: "stackup-test/app:1", Args: []string{"sleep"}},
			Networks:      []swarmtypes.NetworkAttachmentConfig{{Target: s.Networks[i].ID}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Remove(t.Context(), stack.KindService, id); err != nil {
		t.Error(err)
	}
}

// A removed network whose tasks are still stopping is in the engine's list and
// takes its name, but is no longer part of the swarm.
func TestRemovedNetworkIsNotObserved(t *testing.T) {
	c := open(t, swarm.Host)
	labels := map[string]string{stack.LabelNamespace: "ghost"}
	net := stack.Network{Spec: network.CreateRequest{Name: "ghost_net", Driver: "overlay", Labels: labels}}
	id, _, err := c.Create(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	web, _, err := c.Create(t.Context(), stack.Service{Spec: swarmtypes.ServiceSpec{
		Annotations: swarmtypes.Annotations{Name: "ghost_web", Labels: labels},
		TaskTemplate: swarmtypes.TaskSpec{
			ContainerSpec: &swarmtypes.ContainerSpec{Image: "stackup-test/app:1"},
			Networks:      []swarmtypes.NetworkAttachmentConfig{{Target: id}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the service runs", func() bool {
		status, err := c.Status(t.Context(), "ghost")
		return err == nil && len(status.Tasks) == 1 && status.Tasks[0].Status.State == swarmtypes.TaskStateRunning
	})
	if err := errors.Join(
		c.Remove(t.Context(), stack.KindService, web),
		c.Remove(t.Context(), stack.KindNetwork, id),
	); err != nil {
		t.Fatal(err)
	}
	s, err := c.Observe(t.Context(), stack.Stack{Name: "ghost"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Networks {
		if n.Name == "ghost_net" {
			t.Errorf("observed: %+v", n)
		}
	}
	if err := c.Remove(t.Context(), stack.KindNetwork, id); !errors.Is(err, stack.ErrNotFound) {
		t.Errorf("second removal: %v", err)
	}
	// The name comes free when the tasks have stopped.
	eventually(t, "the name is free", func() bool {
		id, _, err = c.Create(t.Context(), net)
		if err != nil && !errors.Is(err, stack.ErrConflict) {
			t.Fatal(err)
		}
		return err == nil
	})
	if err := c.Remove(t.Context(), stack.KindNetwork, id); err != nil {
		t.Error(err)
	}
}

func TestEnginesThatAreNoManagers(t *testing.T) {
	t.Parallel()
	two, err := throwaway.Start(t.Context(), throwaway.Options{Nodes: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := two.Stop(); err != nil {
			t.Error(err)
		}
	})
	worker := open(t, two.Hosts[1])
	refused := func(what, hint string) {
		t.Helper()
		_, err := worker.Observe(t.Context(), stack.Stack{Name: "none"})
		var e *stack.Error
		if !errors.Is(err, stack.ErrNotManager) || !errors.As(err, &e) || !strings.Contains(e.Hint, hint) {
			t.Errorf("%s: %v (hint: %s)", what, err, e.Hint)
		}
	}
	refused("a worker", "promote this node")
	if _, err := apiOf(t, two.Hosts[1]).SwarmLeave(t.Context(), client.SwarmLeaveOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the worker has left", func() bool {
		info, err := apiOf(t, two.Hosts[1]).Info(t.Context(), client.InfoOptions{})
		return err == nil && info.Info.Swarm.LocalNodeState == swarmtypes.LocalNodeStateInactive
	})
	refused("an engine in no swarm", "docker swarm init")
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(3 * time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not in three minutes: %s", what)
		}
	}
}
