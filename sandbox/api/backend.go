package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/moby/moby/v2/errdefs"
	"google.golang.org/grpc/status"
)

// backend is what moby's routes for swarms call: daemon/cluster, on SwarmKit's
// control API in this process instead of a connection to the leader.
type backend struct{ *API }

// ask calls the control API, in the words that an error has after its way
// through gRPC.
func ask[Q, R any](f func(context.Context, *Q) (*R, error), request *Q) (*R, error) {
	r, err := f(context.Background(), request)
	return r, worded(err)
}

func worded(err error) error {
	if err == nil {
		return nil
	}
	return status.Convert(err).Err()
}

// unavailable becomes 503 (moby daemon/cluster/errors.go).
type unavailable string

func (u unavailable) Error() string { return string(u) }

// Unavailable implements [errdefs.ErrUnavailable].
func (unavailable) Unavailable() {}

// available is an error once the swarm was left.
func (a *API) available() error {
	if a.left.Load() {
		return unavailable(`This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" ` +
			`to connect this node to swarm and try again.`)
	}
	return nil
}

// find looks an object up as the daemon does: by its full ID, else by its name,
// else by a beginning of its ID (daemon/cluster/helpers.go).
func find[T any](kind, input string, get func() (T, error), list func(names, prefixes []string) ([]T, error)) (T, error) {
	if o, err := get(); err == nil {
		return o, nil
	}
	var none T
	found, err := list([]string{input}, nil)
	if err != nil || len(found) == 0 {
		found, err = list(nil, []string{input})
	}
	switch {
	case err != nil:
		return none, worded(err)
	case len(found) == 0 && kind == "network": // the daemon forgot to say what kind of error it is
		return none, fmt.Errorf("network %s not found", input)
	case len(found) == 0:
		return none, errdefs.NotFound(fmt.Errorf("%s %s not found", kind, input))
	case len(found) > 1:
		return none, errdefs.InvalidParameter(fmt.Errorf("%s %s is ambiguous (%d matches found)", kind, input, len(found)))
	}
	return found[0], nil
}

var (
	errNotHere   = errors.New("a sandbox cannot do this")
	errNotLocked = errors.New("swarm is not locked")
)

// keyValues reads labels of filters: key=value, or just a key.
func keyValues(pairs []string) map[string]string {
	out := make(map[string]string, len(pairs))
	for _, p := range pairs {
		key, value := p, ""
		for i := range p {
			if p[i] == '=' {
				key, value = p[:i], p[i+1:]
				break
			}
		}
		out[key] = value
	}
	return out
}

func accept(names ...string) map[string]bool {
	out := make(map[string]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out
}
