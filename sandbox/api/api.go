// Package api serves a sandbox's swarm over the Engine API: the routes are
// moby's own (daemon/server/router/swarm), and so are the conversions between
// the API's types and SwarmKit's (daemon/cluster/convert), the status codes and,
// copied from daemon/cluster, the error texts.
//
// It speaks what docker stack, docker service and docker node need, events and
// logs included. There are no containers, images or volumes to ask for, nodes
// cannot join, and a swarm that was left stays left.
package api

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/moby/moby/v2/daemon/server/httputils"
	swarmrouter "github.com/moby/moby/v2/daemon/server/router/swarm"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// The API versions: the newest is that of the release of moby that the sandbox
// is made of.
const (
	NewestVersion = "1.56"
	OldestVersion = "1.40"
)

// Options change how the API answers.
type Options struct {
	// Version is the newest API version that is spoken, [NewestVersion] if it
	// is empty: the sandbox answers as an engine of that age.
	Version string
	// Digests are those of images by reference; others are made up.
	Digests map[string]string
}

// API is an [http.Handler]. Close it before its swarm.
type API struct {
	swarm   *swarm.Swarm
	options Options
	mux     *http.ServeMux
	left    atomic.Bool
	events  *feed
	reading sync.WaitGroup
}

// New serves a swarm.
func New(s *swarm.Swarm, o Options) *API {
	if o.Version == "" {
		o.Version = NewestVersion
	}
	a := &API{swarm: s, options: o, mux: http.NewServeMux(), events: newFeed()}
	for _, r := range swarmrouter.NewRouter(&backend{a}).Routes() {
		a.handle(r.Method()+" "+r.Path(), r.Handler())
	}
	for pattern, f := range map[string]httputils.APIFunc{
		"GET /_ping":                  a.ping,
		"HEAD /_ping":                 a.ping,
		"GET /version":                a.version,
		"GET /info":                   a.info,
		"GET /events":                 a.streamEvents,
		"GET /networks":               a.listNetworks,
		"GET /networks/{id}":          a.inspectNetwork,
		"POST /networks/create":       a.createNetwork,
		"DELETE /networks/{id}":       a.removeNetwork,
		"GET /distribution/{name...}": a.distribution, // …/json
	} {
		a.handle(pattern, f)
	}
	happens, cancel := s.Watch(watched()...)
	a.events.cancel = cancel
	a.reading.Go(func() { a.events.follow(happens) })
	return a
}

// Close ends the streams of events and logs.
func (a *API) Close() {
	a.events.close()
	a.reading.Wait()
}
