package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// noVersion is a version that no object of a swarm ever reaches.
const noVersion = 1 << 62

// compareSecrets says for each wanted secret that the stack has under the name
// `docker stack deploy` gives it, or under a name the file pins, whether it holds
// the wanted bytes. A name with a digest in it needs no comparison.
func (c *Client) compareSecrets(ctx context.Context, want stack.Stack, have []swarm.Secret) (map[string]stack.Verdict, error) {
	var pairs []pair
	for _, w := range want.Secrets {
		name := w.Base
		if w.Pinned {
			name = w.Spec.Name
		}
		i := slices.IndexFunc(have, func(h swarm.Secret) bool { return h.Spec.Name == name })
		if i >= 0 && !w.External && have[i].Spec.Labels[stack.LabelNamespace] == want.Name {
			pairs = append(pairs, pair{have[i], w.Data})
		}
	}
	verdicts := make([]stack.Verdict, len(pairs))
	var g errgroup.Group
	g.SetLimit(10)
	for i, p := range pairs {
		g.Go(func() error {
			verdicts[i] = c.compare(ctx, p)
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	same := make(map[string]stack.Verdict, len(pairs))
	for i, p := range pairs {
		same[p.live.Spec.Name] = verdicts[i]
	}
	return same, nil
}

// pair is a secret of the swarm and the bytes it is to hold.
type pair struct {
	live swarm.Secret
	data stack.Sensitive
}

// compare asks for an update that cannot happen, because it names a version that
// does not exist. Before the engine looks at the version it refuses other data
// (swarmkit manager/controlapi/secret.go, UpdateSecret), so which of the two it
// complains about tells whether the data are equal. Empty data it does not
// compare at all. What the engine says is not passed on.
func (c *Client) compare(ctx context.Context, p pair) stack.Verdict {
	if len(p.data) == 0 {
		return stack.Unknown
	}
	spec := p.live.Spec
	spec.Data = p.data
	_, err := c.api.SecretUpdate(ctx, p.live.ID, client.SecretUpdateOptions{
		Version: swarm.Version{Index: noVersion},
		Spec:    spec,
	})
	switch {
	case err == nil:
		return stack.Unknown
	case strings.HasSuffix(err.Error(), "update out of sequence"):
		return stack.Same
	case strings.HasSuffix(err.Error(), "only updates to Labels are allowed"):
		return stack.Different
	}
	return stack.Unknown
}
