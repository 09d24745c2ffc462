package engine

import (
	"context"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// How the registries are asked: so many at a time, and so long for one answer
// and for all. A registry that does not answer is not to hold up a plan.
const (
	lookups     = 8
	lookupLimit = 5 * time.Second
	lookupsAll  = 20 * time.Second
)

// Images asks the registries what these references stand for now, through the
// engine, since it is the engine's network that counts: one request for each
// that is different, some at a time. Logins are those of docker's configuration.
// What could not be found out is said in the image; the error is that of a
// context that has ended, or of an engine that does not answer.
func (c *Client) Images(ctx context.Context, refs []string) (map[string]stack.Image, error) {
	out := make(map[string]stack.Image, len(refs))
	if len(refs) == 0 {
		return out, nil
	}
	if err := c.greet(ctx); err != nil {
		return nil, err
	}
	for _, ref := range refs {
		out[ref] = stack.Image{}
	}
	patient, cancel := context.WithTimeout(ctx, lookupsAll)
	defer cancel()
	type answer struct {
		ref   string
		image stack.Image
	}
	answers := make(chan answer, len(out))
	var g errgroup.Group
	g.SetLimit(lookups)
	for ref := range out {
		g.Go(func() error {
			answers <- answer{ref, c.image(patient, ref)}
			return nil
		})
	}
	_ = g.Wait()
	close(answers)
	for a := range answers {
		out[a.ref] = a.image
	}
	return out, ctx.Err()
}

func (c *Client) image(ctx context.Context, ref string) stack.Image {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	login := c.logins.of(ref)
	r, err := c.api.DistributionInspect(ctx, ref, client.DistributionInspectOptions{EncodedRegistryAuth: login.encoded})
	switch {
	case ctx.Err() != nil:
		return stack.Image{Err: "no answer within " + lookupLimit.String()}
	case err != nil && login.err != nil:
		return stack.Image{Err: login.err.Error()}
	case err != nil:
		return stack.Image{Err: plain(err.Error()), Denied: errdefs.IsUnauthorized(err) && login.denied(err.Error())}
	}
	return stack.Image{Digest: r.Descriptor.Digest.String(), Platforms: platforms(r.DistributionInspect)}
}

// platforms follows docker: what is no image is left out, and the architecture
// of arm, which nodes call by other names (moby client/service_create.go,
// imageDigestAndPlatforms).
func platforms(found registry.DistributionInspect) []swarm.Platform {
	var out []swarm.Platform
	seen := map[swarm.Platform]bool{}
	for _, p := range found.Platforms {
		if p.OS == "unknown" || p.Architecture == "unknown" {
			continue
		}
		platform := swarm.Platform{Architecture: p.Architecture, OS: p.OS}
		if strings.EqualFold(p.Architecture, "arm") {
			platform.Architecture = ""
		}
		if !seen[platform] {
			seen[platform] = true
			out = append(out, platform)
		}
	}
	return out
}
