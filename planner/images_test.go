package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

const (
	digestA = "@sha256:aaaa"
	digestB = "@sha256:bbbb"
)

// imaged is a service that wants, or runs, an image for these platforms.
func imaged(name, image string, platforms ...swarm.Platform) swarm.ServiceSpec {
	label, _, _ := strings.Cut(image, "@")
	return swarm.ServiceSpec{
		Annotations: swarm.Annotations{Name: name, Labels: map[string]string{stack.LabelNamespace: "shop", stack.LabelImage: label}},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: &swarm.ContainerSpec{Image: image},
			Placement:     &swarm.Placement{Platforms: platforms},
		},
	}
}

// TestPinning: which image, for which platforms, a plan writes over another.
func TestPinning(t *testing.T) {
	amd, arm := swarm.Platform{OS: "linux", Architecture: "amd64"}, swarm.Platform{OS: "linux", Architecture: "arm64"}
	found := func(digest string) stack.Image {
		return stack.Image{Digest: strings.TrimPrefix(digest, "@"), Platforms: []swarm.Platform{amd, arm}}
	}
	away := stack.Image{Err: "connection refused"}
	for _, test := range []struct {
		name, want string
		registry   any // a stack.Image; nil: not asked
		live       swarm.ServiceSpec
		action     stack.Action
		image      string
		platforms  []swarm.Platform
		hazard     bool
		warning    string
	}{
		{"new, found", "app:1", found(digestA), swarm.ServiceSpec{}, stack.Create, "app:1" + digestA, []swarm.Platform{amd, arm}, false, ""},
		{"new, away", "app:1", away, swarm.ServiceSpec{}, stack.Create, "app:1", nil, true, "each node runs what it has"},
		{"new, not asked", "app:1", nil, swarm.ServiceSpec{}, stack.Create, "app:1", nil, false, ""},
		{"new, with a digest", "app:1" + digestB, found(digestB), swarm.ServiceSpec{}, stack.Create, "app:1" + digestB, []swarm.Platform{amd, arm}, false, ""},
		{"new, with a digest, away", "app:1" + digestB, away, swarm.ServiceSpec{}, stack.Create, "app:1" + digestB, nil, false, ""},
		{"the tag is where it was", "app:1", found(digestA), imaged("shop_a", "app:1"+digestA, amd), stack.Keep, "app:1" + digestA, []swarm.Platform{amd}, false, ""},
		{"without platforms, as docker may leave it", "app:1", found(digestA), imaged("shop_a", "app:1"+digestA), stack.Keep, "app:1" + digestA, nil, false, ""},
		{"the tag has moved", "app:1", found(digestB), imaged("shop_a", "app:1"+digestA, amd), stack.Update, "app:1" + digestB, []swarm.Platform{amd, arm}, false, ""},
		{"runs without a digest, found", "app:1", found(digestA), imaged("shop_a", "app:1"), stack.Update, "app:1" + digestA, []swarm.Platform{amd, arm}, false, ""},
		{"runs without a digest, away", "app:1", away, imaged("shop_a", "app:1"), stack.Keep, "app:1", nil, false, "each node runs what it has"},
		{"runs with one, away", "app:1", away, imaged("shop_a", "app:1"+digestA, amd), stack.Keep, "app:1" + digestA, []swarm.Platform{amd}, false, "what runs keeps its digest"},
		{"runs with one, not asked", "app:1", nil, imaged("shop_a", "app:1"+digestA, amd), stack.Keep, "app:1" + digestA, []swarm.Platform{amd}, false, ""},
		{"another tag, away", "app:2", away, imaged("shop_a", "app:1"+digestA, amd), stack.Update, "app:2", nil, true, "each node runs what it has"},
		{"the same digest, written out, away", "app:1" + digestA, away, imaged("shop_a", "app:1"+digestA, amd), stack.Keep, "app:1" + digestA, []swarm.Platform{amd}, false, ""},
		{"another digest, written out", "app:1" + digestB, found(digestB), imaged("shop_a", "app:1"+digestA, amd), stack.Update, "app:1" + digestB, []swarm.Platform{amd, arm}, false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := stack.Stack{Name: "shop", Services: []stack.Service{{Key: "a", Spec: imaged("shop_a", test.want)}}}
			have := stack.Snapshot{Stack: "shop"}
			if test.live.Name != "" {
				test.live.Labels[stack.LabelImage] = want.Services[0].Spec.Labels[stack.LabelImage]
				have.Services = []swarm.Service{{ID: "s1", Spec: test.live}}
			}
			if image, ok := test.registry.(stack.Image); ok {
				have.Images = map[string]stack.Image{test.want: image}
			}
			plan, err := planner.Plan(want, have, planner.Options{})
			if err != nil || len(plan.Changes) != 1 {
				t.Fatalf("%+v, %v", plan, err)
			}
			c := plan.Changes[0]
			spec := c.Want.(stack.Service).Spec
			if c.Action == stack.Keep {
				spec = c.Have.Service.Spec
			}
			if c.Action != test.action || spec.TaskTemplate.ContainerSpec.Image != test.image || !slices.Equal(spec.TaskTemplate.Placement.Platforms, test.platforms) {
				t.Errorf("%s %s %v", c.Action, spec.TaskTemplate.ContainerSpec.Image, spec.TaskTemplate.Placement.Platforms)
			}
			if got := slices.Contains(c.Hazards, stack.UnpinnedImage); got != test.hazard {
				t.Errorf("hazard: %v", got)
			}
			if w := plan.Warnings; (test.warning == "") != (len(w) == 0) || len(w) > 0 && !strings.Contains(w[0].Msg, test.warning) {
				t.Errorf("warnings: %v", w)
			}
		})
	}
}

// TestImagesAreToldOnce: however many services have an image, and however many
// images cannot be looked up.
func TestImagesAreToldOnce(t *testing.T) {
	var want stack.Stack
	have := stack.Snapshot{Stack: "shop", Images: map[string]stack.Image{"one:1": {Err: "away"}, "two:1": {Err: "away"}}}
	for i, image := range []string{"one:1", "two:1", "one:1"} {
		key := string(rune('a' + i))
		want.Services = append(want.Services, stack.Service{Key: key, Spec: imaged("shop_"+key, image)})
	}
	plan, err := planner.Plan(want, have, planner.Options{})
	if err != nil || len(plan.Warnings) != 1 || !strings.HasPrefix(plan.Warnings[0].Msg, `image "one:1" and 1 other: not looked up`) {
		t.Errorf("%v, %v", plan.Warnings, err)
	}
	if _, err = planner.Plan(want, have, planner.Options{RequireDigest: true}); err == nil || strings.Count(err.Error(), "its digest could not be looked up: away") != 2 {
		t.Errorf("digests required: %v", err)
	}
	have.Images["one:1"] = stack.Image{Err: "unauthorized", Denied: true}
	if _, err = planner.Plan(want, have, planner.Options{}); err == nil || strings.Count(err.Error(), "the registry refuses the login") != 1 {
		t.Errorf("denied: %v", err)
	}
}

// TestImages: whom the registries are asked about.
func TestImages(t *testing.T) {
	want := stack.Stack{Services: []stack.Service{
		{Spec: imaged("shop_a", "one:1")}, {Spec: imaged("shop_b", "two:1")}, {Spec: imaged("shop_c", "one:1")}, {Spec: imaged("shop_d", "three:2")},
	}}
	if got := planner.Images(want, nil); !slices.Equal(got, []string{"one:1", "three:2", "two:1"}) {
		t.Errorf("all: %v", got)
	}
	have := stack.Snapshot{Services: []swarm.Service{
		{Spec: imaged("shop_a", "one:1"+digestA)}, {Spec: imaged("shop_c", "one:1"+digestA)}, {Spec: imaged("shop_d", "three:1"+digestA)},
	}}
	if got := planner.Images(want, &have); !slices.Equal(got, []string{"three:2", "two:1"}) {
		t.Errorf("changed: %v", got)
	}
}

// TestRenew: new logins for all that a write does nothing to.
func TestRenew(t *testing.T) {
	live := func(name string, change func(*swarm.Service)) swarm.Service {
		s := swarm.Service{ID: name, Spec: imaged("shop_"+name, "private:1")}
		change(&s)
		return s
	}
	update := func(state swarm.UpdateState) func(*swarm.Service) {
		return func(s *swarm.Service) { s.UpdateStatus = &swarm.UpdateStatus{State: state} }
	}
	have := stack.Snapshot{Stack: "shop", Services: []swarm.Service{
		live("plain", func(*swarm.Service) {}),
		live("updated", update(swarm.UpdateStateCompleted)),
		live("updating", update(swarm.UpdateStateUpdating)),
		live("paused", update(swarm.UpdateStatePaused)),
		live("job", func(s *swarm.Service) { s.Spec.Mode.ReplicatedJob = &swarm.ReplicatedJob{} }),
		live("public", func(s *swarm.Service) { s.Spec = imaged("shop_public", "public:1") }),
		live("foreign", func(s *swarm.Service) { s.Spec.Labels[stack.LabelNamespace] = "other" }),
	}}
	renew, left := planner.Renew(have, func(image string) bool { return image == "private:1" })
	var names []string
	for _, s := range renew {
		names = append(names, s.Spec.Name)
	}
	if !slices.Equal(names, []string{"shop_plain", "shop_updated"}) || len(left) != 3 {
		t.Errorf("renewed: %v, left: %v", names, left)
	}
}
