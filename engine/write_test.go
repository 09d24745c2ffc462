package engine_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

func TestWritesAreOneRequestEach(t *testing.T) {
	e := enginetest.Start(t)
	c := open(t, engine.Options{Host: e.Host})
	net := create(t, c, stack.Network{Spec: network.CreateRequest{Name: "shop_net"}})
	conf := create(t, c, config("shop_conf"))
	key := create(t, c, secret("shop_key", "k"))
	web := create(t, c, service("shop_web"))
	s, err := c.Service(t.Context(), web)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update(t.Context(), stack.Live{ID: web, Version: s.Version}, s.Spec); err != nil {
		t.Fatal(err)
	}
	for kind, id := range map[stack.Kind]string{
		stack.KindService: web, stack.KindNetwork: net, stack.KindConfig: conf, stack.KindSecret: key,
	} {
		if err := c.Remove(t.Context(), kind, id); err != nil {
			t.Error(err)
		}
	}
	journal := e.Journal()
	slices.Sort(journal[5:])
	if diff := cmp.Diff([]string{
		"create network shop_net", "create config shop_conf", "create secret shop_key", "create service shop_web",
		"update service shop_web",
		"remove config shop_conf", "remove network shop_net", "remove secret shop_key", "remove service shop_web",
	}, journal); diff != "" {
		t.Error(diff)
	}
	if c.Writes() != 9 || c.Requests() != 11 { // and a ping, and the service once
		t.Errorf("%d writes in %d requests, want 9 in 11", c.Writes(), c.Requests())
	}
}

// The client completes image references; the caller's spec may be read by others
// at that moment.
func TestSpecsOfTheCallerStayAsTheyAre(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	o := service("shop_web")
	id := create(t, c, o)
	s, err := c.Service(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Update(t.Context(), stack.Live{ID: id, Version: s.Version}, o.Spec); err != nil {
		t.Fatal(err)
	}
	if got := o.Spec.TaskTemplate.ContainerSpec.Image; got != "nginx" {
		t.Errorf("the image has become %q", got)
	}
	if got := s.Spec.TaskTemplate.ContainerSpec.Image; got != "nginx:latest" {
		t.Errorf("sent %q", got)
	}
}

// A field that the engine's types gain must be carried, too.
func TestNetworksAreSentWhole(t *testing.T) {
	yes := true
	want := network.CreateRequest{
		Name: "shop_net", Driver: "overlay", Scope: "swarm", EnableIPv4: &yes, EnableIPv6: &yes,
		IPAM: &network.IPAM{Driver: "default"}, Internal: true, Attachable: true, Ingress: true, ConfigOnly: true,
		ConfigFrom: &network.ConfigReference{Network: "base"},
		Options:    map[string]string{"encrypted": ""}, Labels: map[string]string{"a": "b"},
	}
	for v, i := reflect.ValueOf(want), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the test does not fill %s", v.Type().Field(i).Name)
		}
	}
	for _, want := range []network.CreateRequest{want, {Name: "shop_net", Driver: "overlay"}} {
		e := enginetest.Start(t)
		var got network.CreateRequest
		e.SetFault(func(r *http.Request) (int, string) {
			if r.Method == http.MethodPost {
				if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
					t.Error(err)
				}
				return http.StatusTeapot, "enough"
			}
			return 0, ""
		})
		_, _, _ = open(t, engine.Options{Host: e.Host}).Create(t.Context(), stack.Network{Spec: want})
		if diff := cmp.Diff(want, got, cmpopts.EquateComparable()); diff != "" {
			t.Error(diff)
		}
	}
}

type unknown struct{ stack.Service }

func TestUnknownObjects(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	if _, _, err := c.Create(t.Context(), unknown{}); err == nil {
		t.Error("created")
	}
	if err := c.Remove(t.Context(), "volume", "v"); err == nil {
		t.Error("removed")
	}
	if _, err := c.Update(t.Context(), stack.Live{ID: "", Version: swarm.Version{}}, swarm.ServiceSpec{}); err == nil {
		t.Error("updated")
	}
}
