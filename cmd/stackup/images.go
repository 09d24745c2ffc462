package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// The values of --resolve-image, as docker has them.
const (
	resolveAlways  = "always"
	resolveChanged = "changed"
	resolveNever   = "never"
)

// scope is the flags that say what a plan leaves out, and what it asks the
// registries.
type scope struct {
	planner.Options
	resolve string // empty is never
}

func (s *scope) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&s.NoPrune, "no-prune", false, "keep what the file no longer has")
	f.BoolVar(&s.KeepReplicas, "keep-replicas", false, "keep the number of tasks of the services that run")
}

func (s *scope) addImageFlags(f *pflag.FlagSet) {
	f.StringVar(&s.resolve, "resolve-image", resolveAlways, "ask the registries what tags stand for: always, changed (of services that are new or have another image in the file) or never")
	f.BoolVar(&s.RequireDigest, "require-digest", false, "refuse images of which the registry does not tell the digest")
}

func (s *scope) check() error {
	if !slices.Contains([]string{"", resolveAlways, resolveChanged, resolveNever}, s.resolve) {
		return fmt.Errorf("--resolve-image %s: use always, changed or never", s.resolve)
	}
	return nil
}

// gather observes the swarm and asks the registries, as far as that goes at the
// same time.
func (s *scope) gather(ctx context.Context, c *engine.Client, want stack.Stack) (stack.Snapshot, error) {
	if s.resolve != resolveAlways {
		have, err := observe(ctx, c, want)
		if err == nil && s.resolve == resolveChanged {
			have.Images, err = c.Images(ctx, planner.Images(want, &have))
		}
		return have, err
	}
	type answer struct {
		images map[string]stack.Image
		err    error
	}
	asked := make(chan answer, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		images, err := c.Images(ctx, planner.Images(want, nil))
		asked <- answer{images, err}
	}()
	have, err := observe(ctx, c, want)
	if err != nil {
		return have, err
	}
	images := <-asked
	have.Images = images.images
	return have, images.err
}

// addLoginFlag adds the flag that says whether the swarm gets logins.
func (t *target) addLoginFlag(f *pflag.FlagSet) {
	f.BoolVar(&t.logins, "with-registry-auth", true, "send docker's logins for the images' registries to the swarm, so that every node can pull")
}
