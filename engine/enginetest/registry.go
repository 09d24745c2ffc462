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
	return maps.Clone(e.logins)
}

// distribution answers with what the registry has, in the words of engine 20.10.
func (e *Engine) distribution(r *http.Request) (any, error) {
	if r.PathValue("kind") != "distribution" {
		return nil, refuse(http.StatusNotFound, "page not found")
	}
	ref := strings.TrimSuffix(r.PathValue("id")+"/"+r.PathValue("rest"), "/json")
	e.lookups = append(e.lookups, ref)
	login := loginOf(r)
	found, ok := e.registry.Digests[ref]
	switch {
	case e.registry.Down != "":
		return nil, refuse(http.StatusInternalServerError, "%s", e.registry.Down)
	case e.registry.Password != "" && login.Password == "":
		return nil, refuse(http.StatusInternalServerError, "no basic auth credentials")
	case login.Password != e.registry.Password && e.registry.Password != "":
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

// keepLogin notes with which login a service was written. One that comes without
// keeps the one it has, or gets back the one before.
func (e *Engine) keepLogin(r *http.Request, name string) {
	user := loginOf(r).Username
	if user == "" && r.URL.Query().Get("registryAuthFrom") == "previous-spec" {
		user = e.loginsBefore[name]
	}
	if user == "" {
		user = e.logins[name]
	}
	e.loginsBefore[name] = e.logins[name]
	if user != "" {
		e.logins[name] = user
	}
}
