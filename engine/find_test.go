package engine_test

import (
	"errors"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// What differs only in this is not what somebody wanted; the contract has more.
func TestFindComparesWhatPlansDoNot(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	web := service("shop_web")
	net := stack.Network{Spec: network.CreateRequest{Name: "shop_net", Driver: "overlay"}}
	vault := secret("shop_vault", "")
	vault.Spec.Driver = &swarm.Driver{Name: "vault"}
	find := func(o stack.Object, want bool) {
		t.Helper()
		if _, ok, err := c.Find(t.Context(), o); ok != want || err != nil {
			t.Errorf("%s: found %t, %v; want %t", o.Ref(), ok, err, want)
		}
	}
	for _, o := range []stack.Object{net, vault} {
		create(t, c, o)
		find(o, true)
	}
	ours := web
	ours.Spec.Labels = map[string]string{stack.LabelNamespace: "shop", stack.LabelPrefix + "protect": "true"}
	create(t, c, ours)
	ours.Spec.TaskTemplate.ContainerSpec.Image = "nginx:latest" // the client completes it
	find(ours, true)
	find(web, false)
	net.Spec.Driver = "macvlan"
	find(net, false)
	net.Spec.Driver = "" // whatever the engine takes
	find(net, true)
	vault.Spec.Driver = &swarm.Driver{Name: "other"}
	find(vault, false)
}

func TestRelabelIsAWrite(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	create(t, c, config("shop_a"))
	found, err := c.Configs(t.Context(), "shop_a")
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	writes, requests := c.Writes(), c.Requests()
	if _, err := c.Relabel(t.Context(), found[0], nil); err != nil {
		t.Fatal(err)
	}
	if w, r := c.Writes()-writes, c.Requests()-requests; w != 1 || r != 2 {
		t.Errorf("%d writes in %d requests, want 1 in 2", w, r)
	}
	requests = c.Requests()
	if none, err := c.Configs(t.Context()); none != nil || err != nil || c.Requests() != requests {
		t.Errorf("no names: %v, %v", none, err)
	}
}

func TestFindOfSecrets(t *testing.T) {
	e := enginetest.Start(t)
	c := open(t, engine.Options{Host: e.Host})
	id := create(t, c, secret("shop_key", "k"))
	before := c.Writes()
	got, ok, err := c.Find(t.Context(), secret("shop_key", "k"))
	if got != id || !ok || err != nil || c.Writes() != before || len(e.Journal()) != 1 {
		t.Errorf("%q, %t, %v; %d writes", got, ok, err, c.Writes()-before)
	}
	if _, ok, err := c.Find(t.Context(), secret("shop_key", "")); ok || err != nil {
		t.Errorf("what cannot be compared is found: %v", err)
	}
	e.LeaveSwarm()
	for _, o := range []stack.Object{secret("shop_key", "k"), config("c"), service("s"), stack.Network{}} {
		if _, ok, err := c.Find(t.Context(), o); ok || err == nil {
			t.Errorf("%s of no swarm: %t, %v", o.Ref(), ok, err)
		}
	}
}

// The ways in which a stand-in can fail look like this to a client.
func TestFailWrite(t *testing.T) {
	for failure, want := range map[enginetest.Failure]struct {
		kind    error
		written int
	}{
		enginetest.Refuse: {nil, 1},
		enginetest.Drop:   {stack.ErrUnreachable, 1},
		enginetest.Lose:   {stack.ErrUnreachable, 2},
	} {
		e := enginetest.Start(t)
		c := open(t, engine.Options{Host: e.Host})
		create(t, c, config("shop_a"))
		e.FailWrite(2, failure)
		create(t, c, secret("shop_b", "k"))
		if _, _, err := c.Find(t.Context(), secret("shop_b", "k")); err != nil { // a comparison is no write
			t.Error(err)
		}
		_, _, err := c.Create(t.Context(), config("shop_c"))
		if err == nil || want.kind != nil && !errors.Is(err, want.kind) || errors.Is(err, stack.ErrConflict) {
			t.Errorf("failure %d: %v", failure, err)
		}
		if n := len(e.Journal()); n != want.written+1 {
			t.Errorf("failure %d: %d writes", failure, n)
		}
		create(t, c, config("shop_d"))
	}
}
