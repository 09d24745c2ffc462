package enginetest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
)

// Registry is what the engine finds where images come from. It has one answer
// for all registries.
type Registry struct {
	// Digests are those of the images that are there, by reference.
	Digests map[string]string
	// Password is what a login has to have; empty if none is asked for.
	Password string
	// Down is the error of a registry that cannot be reached; empty if it can.
	// Until [Engine.SetRegistry] it is.
	Down string
}

// SetRegistry changes what the registries answer from now on.
func (e *Engine) SetRegistry(r Registry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r.Digests = maps.Clone(r.Digests)
	e.registry = r
}

// Lookups is the references that were looked up so far, in order.
func (e *Engine) Lookups() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.lookups)
}

// Logins is the user of the login that a service was last written with, by the
// service's name; those without are not in it.
func (e *Engine) Logins() map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.logins.now)
}

// distribution answers with what the registry has.
func (e *Engine) distribution(r *http.Request) (any, error) {
	if r.PathValue("kind") != "distribution" {
		return nil, refuse(http.StatusNotFound, "page not found")
	}
	e.lookups = append(e.lookups, imageOf(r))
	return e.registry.answer(r)
}

// imageOf is the reference that a request to look up an image is about.
func imageOf(r *http.Request) string {
	_, ref, _ := strings.Cut(r.URL.Path, "/distribution/")
	return strings.TrimSuffix(ref, "/json")
}

// ServeHTTP answers an engine's requests to look up an image.
func (reg Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := reg.answer(r)
	respond(w, http.StatusOK, body, err)
}

// answer has the words of engine 20.10.
func (reg Registry) answer(r *http.Request) (any, error) {
	login := loginOf(r)
	found, ok := reg.Digests[imageOf(r)]
	switch {
	case reg.Down != "":
		return nil, refuse(http.StatusInternalServerError, "%s", reg.Down)
	case reg.Password != "" && login.Password == "":
		return nil, refuse(http.StatusInternalServerError, "no basic auth credentials")
	case login.Password != reg.Password && reg.Password != "":
		return nil, refuse(http.StatusUnauthorized, "unauthorized: authentication required")
	case !ok:
		return nil, refuse(http.StatusNotFound, "manifest unknown: manifest unknown")
	}
	platform := func(os, architecture string) map[string]string {
		return map[string]string{"os": os, "architecture": architecture}
	}
	return map[string]any{
		"Descriptor": map[string]string{"digest": found},
		"Platforms":  []map[string]string{platform("linux", "amd64"), platform("unknown", "unknown")},
	}, nil
}

func loginOf(r *http.Request) registry.AuthConfig {
	login, err := authconfig.Decode(r.Header.Get(registry.AuthHeader))
	if err != nil || login == nil {
		return registry.AuthConfig{}
	}
	return *login
}

// Logins is with which logins services were written, as a swarm keeps them. Its
// zero value is that of no services.
type Logins struct{ now, before map[string]string }

// Of is the user of the login that a service has; empty if it has none.
func (l *Logins) Of(service string) string { return l.now[service] }

// Note takes a request that wrote a service. An update that comes without a login
// keeps the one that is there, or gets back the one before.
func (l *Logins) Note(r *http.Request, service string) {
	if l.now == nil {
		l.now, l.before = map[string]string{}, map[string]string{}
	}
	if strings.HasSuffix(r.URL.Path, "/create") {
		delete(l.now, service) // of an earlier one
	}
	user := loginOf(r).Username
	if user == "" && r.URL.Query().Get("registryAuthFrom") == "previous-spec" {
		user = l.before[service]
	}
	if user == "" {
		user = l.now[service]
	}
	l.before[service] = l.now[service]
	if user != "" {
		l.now[service] = user
	}
}
