package engine_test

import (
	"slices"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// Every stack once, and nothing that belongs to none.
func TestStacks(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	for name, of := range map[string]string{"shop_web": "shop", "shop_api": "shop", "blog_web": "blog", "alone": ""} {
		s := service(name)
		s.Spec.Annotations = swarm.Annotations{Name: name}
		if of != "" {
			s.Spec.Labels = map[string]string{stack.LabelNamespace: of}
		}
		create(t, c, s)
	}
	got, err := c.Stacks(t.Context())
	if want := []string{"blog", "shop"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}
