package planner_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// TestRefreshGoesOn stops random plans at a random place and takes them up
// again: what is left is done, and then there is nothing left to plan.
func TestRefreshGoesOn(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			r, dir, w := rand.New(rand.NewPCG(seed, 2)), t.TempDir(), newWorld()
			for range 6 {
				randomFile(r, dir)
				want := load(t, dir, "compose.yaml")
				plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
				if err != nil {
					t.Fatal(err)
				}
				plan = saved(t, plan, want, w.seenBy(want))
				same, err := planner.Refresh(plan, w.seenBy(want))
				if err != nil {
					t.Fatalf("at once: %v", err)
				}
				if diff := cmp.Diff(listing(plan), listing(same)); diff != "" {
					t.Fatalf("at once:\n%s", diff)
				}
				part := plan
				part.Changes = plan.Changes[:r.IntN(len(plan.Changes)+1)]
				w.apply(t, part)
				rest, err := planner.Refresh(plan, w.seenBy(want))
				if err != nil {
					t.Fatalf("after %d of %d: %v\n%s", len(part.Changes), len(plan.Changes), err, listing(plan))
				}
				for _, c := range rest.Changes {
					if slices.ContainsFunc(part.Changes, func(d stack.Change) bool { return d.Ref == c.Ref }) && c.Action != stack.Keep {
						t.Errorf("%s %s is to be done twice", c.Action, c.Ref)
					}
				}
				checkKnown(t, w, rest)
				w.apply(t, rest)
				again, err := planner.Plan(want, w.seenBy(want), planner.Options{})
				if err != nil || !again.Empty() {
					t.Fatalf("%v\n%s", err, listing(again))
				}
			}
		})
	}
}

// checkKnown demands that what the specs refer to is known by its present ID, or
// is created by the plan.
func checkKnown(t *testing.T, w *world, p stack.Plan) {
	t.Helper()
	created := map[stack.Ref]bool{}
	for _, c := range p.Changes {
		created[c.Ref] = c.Action == stack.Create || c.Action == stack.Replace
		s, ok := c.Want.(stack.Service)
		if !ok || c.Action == stack.Keep {
			continue
		}
		for _, ref := range stack.References(s.Spec) {
			if id := p.IDs[ref]; !created[ref] && id != w.mustFind(t, ref) && !w.isNetwork(ref.Name) {
				t.Errorf("%s refers to %s, which is known as %q", c.Ref, ref, id)
			}
		}
	}
}

// isNetwork says whether this is the ID of a network.
func (w *world) isNetwork(id string) bool {
	return slices.ContainsFunc(w.Networks, func(n network.Summary) bool { return n.ID == id })
}

// TestRefreshGoesOnWithReplacements stops in the middle of one.
func TestRefreshGoesOnWithReplacements(t *testing.T) {
	dir, w := t.TempDir(), newWorld()
	before := loadText(t, dir, "services: {web: {image: web, networks: [front]}}\nnetworks: {front: {}}")
	plan, err := planner.Plan(before, w.seenBy(before), planner.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, plan)
	want := loadText(t, dir, "services: {web: {image: web, networks: [front]}}\nnetworks: {front: {internal: true}}")
	if plan, err = planner.Plan(want, w.seenBy(want), planner.Options{}); err != nil {
		t.Fatal(err)
	}
	plan = saved(t, plan, want, w.seenBy(want))
	left := func(want string) stack.Plan {
		t.Helper()
		now, err := planner.Refresh(plan, w.seenBy(before))
		if err != nil {
			t.Fatal(err)
		}
		checkKnown(t, w, now)
		var all []string
		for _, c := range now.Changes {
			all = append(all, string(c.Action)+" "+c.Ref.Name)
			if (c.Action == stack.Create) != (c.Have == nil) {
				t.Errorf("%s %s has %v", c.Action, c.Ref, c.Have)
			}
		}
		if got := strings.Join(all, ", "); got != want {
			t.Errorf("left %s, want %s", got, want)
		}
		return now
	}
	left("replace shop_front, replace shop_web")
	w.drop("shop_web")
	left("replace shop_front, create shop_web")
	w.drop("shop_front")
	now := left("create shop_front, create shop_web")
	now.Changes = now.Changes[:1]
	w.apply(t, now)
	w.apply(t, left("keep shop_front, create shop_web"))
	left("keep shop_front, keep shop_web")

	// What was forced to restart after all is not as the plan made it.
	w.find("shop_web").Spec.TaskTemplate.ForceUpdate++
	if _, err := planner.Refresh(plan, w.seenBy(before)); err == nil {
		t.Error("the forced restart goes unnoticed")
	}
}

// What runs, and what it is to become, in the table below.
const (
	refreshBefore = `
services:
  api: {image: "api:1", networks: [front], configs: [page], deploy: {replicas: 2}}
  old: {image: "old:1", networks: [back]}
  same: {image: "same:1"}
networks: {front: {}, back: {}}
configs: {page: {file: page}}
`
	refreshAfter = `
services:
  api: {image: "api:2", networks: [front], configs: [page], deploy: {replicas: 2}}
  new: {image: "new:1", networks: [front], secrets: [pinned]}
  same: {image: "same:1"}
networks: {front: {}}
configs: {page: {file: page}}
secrets: {pinned: {file: token, name: pinned}}
`
)

// TestRefreshNotices says for edits behind the plan's back whether they make it
// stale, and what is left to do otherwise.
func TestRefreshNotices(t *testing.T) {
	cases := []struct {
		name  string
		edit  func(*testing.T, *world)
		stale string // empty: not stale
		left  string
	}{
		{"nothing", func(*testing.T, *world) {}, "", "create pinned, update shop_api, create shop_new, delete shop_old, delete shop_back"},
		{"a version moved", edit("version shop_api"), "", "create pinned, update shop_api, create shop_new, delete shop_old, delete shop_back"},
		{"what is not touched changed", edit("scale shop_same 3"), "", "create pinned, update shop_api, create shop_new, delete shop_old, delete shop_back"},
		{"another part changed", edit("scale shop_api 5"), `service "shop_api": since the plan was made it has been changed: deploy.replicas`, ""},
		{"the same part changed", edit("image shop_api api:3"), `service "shop_api": since the plan was made it has been changed: image`, ""},
		{"a restart was forced", edit("force shop_api"), `service "shop_api": since the plan was made it has been changed`, ""},
		{"a deleted service changed", edit("scale shop_old 2"), `service "shop_old": since the plan was made it has been changed`, ""},
		{"a deletion was done", func(_ *testing.T, w *world) { w.drop("shop_old") }, "", "create pinned, update shop_api, create shop_new, delete shop_back"},
		{"an updated service is gone", func(_ *testing.T, w *world) { w.drop("shop_api") }, `service "shop_api": since the plan was made it is gone`, ""},
		{"a kept service is gone", func(_ *testing.T, w *world) { w.drop("shop_same") }, `service "shop_same": since the plan was made it is gone`, ""},
		{"a deleted service is another", func(_ *testing.T, w *world) { w.find("shop_old").ID = "other" }, `service "shop_old": since the plan was made it has been removed and created again`, ""},
		{"a network was replaced", func(_ *testing.T, w *world) { w.network("shop_front").ID = "other" }, `network "shop_front": since the plan was made it has been removed and created again; service "shop_api" refers to it`, ""},
		{"a network is gone", func(_ *testing.T, w *world) { w.drop("shop_front") }, `network "shop_front": since the plan was made it is gone; service "shop_api" refers to it`, ""},
		{"a new service exists", func(_ *testing.T, w *world) {
			w.Services = append(w.Services, swarm.Service{ID: "x", Spec: swarm.ServiceSpec{Annotations: swarm.Annotations{Name: "shop_new"}}})
		}, `service "shop_new": since the plan was made it has been created by somebody else`, ""},
		{"a new secret exists with other content", func(_ *testing.T, w *world) { w.addSecret("pinned", "other") }, `secret "pinned": since the plan was made it has been created by somebody else`, ""},
		{"a new secret exists", func(_ *testing.T, w *world) { w.addSecret("pinned", "bytes") }, "", "update shop_api, create shop_new, delete shop_old, delete shop_back"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir, w := t.TempDir(), newWorld()
			for name, text := range map[string]string{"page": "hello", "token": "bytes"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			first := loadText(t, dir, refreshBefore)
			plan, err := planner.Plan(first, w.seenBy(first), planner.Options{})
			if err != nil {
				t.Fatal(err)
			}
			w.apply(t, plan)
			want := loadText(t, dir, refreshAfter)
			if plan, err = planner.Plan(want, w.seenBy(want), planner.Options{}); err != nil {
				t.Fatal(err)
			}
			plan = saved(t, plan, want, w.seenBy(want))
			c.edit(t, w)
			now, err := planner.Refresh(plan, w.seenBy(want))
			if c.stale != "" {
				if err == nil || !strings.Contains(err.Error(), c.stale) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v, want %s", err, c.stale)
				}
				return
			}
			var left []string
			for _, d := range now.Changes {
				if d.Action != stack.Keep {
					left = append(left, string(d.Action)+" "+d.Ref.Name)
				}
				if d.Have != nil && d.Have.Service != nil && d.Have.Version != w.find(d.Ref.Name).Version {
					t.Errorf("%s is to be written over version %s", d.Ref, d.Have.Version)
				}
			}
			if got := strings.Join(left, ", "); err != nil || got != c.left {
				t.Errorf("%v\nleft %s\nwant %s", err, got, c.left)
			}
		})
	}
}

// saved is a plan that has been in a file, with the bytes of the secrets read
// again. Planning again gives the same ID.
func saved(t *testing.T, p stack.Plan, want stack.Stack, have stack.Snapshot) stack.Plan {
	t.Helper()
	again, err := planner.Plan(want, have, planner.Options{})
	if err != nil || planfile.ID(again) != planfile.ID(p) {
		t.Errorf("planned again it has another ID: %v", err)
	}
	text, err := planfile.Marshal(planfile.New(p, time.Time{}, "test"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := planfile.Unmarshal(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range d.Plan.Changes {
		if o, ok := c.Want.(stack.Secret); ok {
			for _, s := range want.Secrets {
				if s.Key == o.Key {
					o.Data = s.Data
				}
			}
			d.Plan.Changes[i].Want = o
		}
	}
	return d.Plan
}

// edit is one of the edits of the cases in testdata, or version SERVICE.
func edit(words string) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		t.Helper()
		if name, ok := strings.CutPrefix(words, "version "); ok {
			w.service(t, name)
			return
		}
		w.edit(t, strings.Fields(words))
	}
}

func (w *world) find(name string) *swarm.Service {
	i := slices.IndexFunc(w.Services, func(s swarm.Service) bool { return s.Spec.Name == name })
	return &w.Services[i]
}

func (w *world) network(name string) *network.Summary {
	i := slices.IndexFunc(w.Networks, func(n network.Summary) bool { return n.Name == name })
	return &w.Networks[i]
}

func (w *world) drop(name string) {
	w.Services = slices.DeleteFunc(w.Services, func(s swarm.Service) bool { return s.Spec.Name == name })
	w.Networks = slices.DeleteFunc(w.Networks, func(n network.Summary) bool { return n.Name == name })
}

func (w *world) addSecret(name, data string) {
	labels := map[string]string{stack.LabelNamespace: "shop"}
	w.Secrets = append(w.Secrets, swarm.Secret{ID: "s", Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: name, Labels: labels}}})
	w.secrets[name] = data
}
