package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/moby/v2/daemon/server/httpstatus"
	"github.com/moby/moby/v2/daemon/server/httputils"
	"github.com/moby/moby/v2/errdefs"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// largest body of a request, in bytes: more than any object may have
// (swarmkit manager/state/store, MaxTransactionBytes), and JSON makes of it.
const largest = 8 << 20

// ServeHTTP implements [http.Handler]: the daemon's part of it, which is
// versions, unknown pages, and errors (daemon/server/server.go and
// middleware/version.go).
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			fail(w, fmt.Errorf("the sandbox failed at this request: %v", p))
		}
	}()
	w.Header().Set("Server", "Docker/"+swarm.EngineVersion+" (linux)")
	w.Header().Set("Api-Version", a.options.Version)
	w.Header().Set("Ostype", "linux")
	version, rest := cutVersion(r.URL.Path)
	if version == "" {
		version = a.options.Version
	}
	if err := a.refuseVersion(version); err != nil {
		fail(w, err)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), httputils.APIVersionKey{}, version))
	r.URL.Path, r.URL.RawPath = rest, ""
	r.Body = http.MaxBytesReader(w, r.Body, largest)
	if _, pattern := a.mux.Handler(r); pattern == "" || path.Clean(rest) != rest {
		_ = httputils.WriteJSON(w, http.StatusNotFound, message("page not found"))
		return
	}
	a.mux.ServeHTTP(w, r)
}

var versioned = regexp.MustCompile(`^/v([0-9]+\.[0-9]+)(/.*)$`)

// cutVersion takes /v1.41/info to pieces.
func cutVersion(path string) (version, rest string) {
	if m := versioned.FindStringSubmatch(path); m != nil {
		return m[1], m[2]
	}
	return "", path
}

func (a *API) refuseVersion(version string) error {
	switch {
	case older(version, OldestVersion):
		return errdefs.InvalidParameter(fmt.Errorf("client version %s is too old. Minimum supported API version is %s, "+
			"please upgrade your client to a newer version", version, OldestVersion))
	case older(a.options.Version, version):
		return errdefs.InvalidParameter(fmt.Errorf("client version %s is too new. Maximum supported API version is %s",
			version, a.options.Version))
	}
	return nil
}

// older compares versions such as 1.9 and 1.41.
func older(a, b string) bool {
	aMajor, aMinor := numbers(a)
	bMajor, bMinor := numbers(b)
	return aMajor < bMajor || aMajor == bMajor && aMinor < bMinor
}

func numbers(version string) (major, minor int) {
	first, second, _ := strings.Cut(version, ".")
	major, _ = strconv.Atoi(first)
	minor, _ = strconv.Atoi(second)
	return major, minor
}

// handle serves a pattern by one of the daemon's own kind of handlers.
func (a *API) handle(pattern string, f httputils.APIFunc) {
	var names []string
	for _, m := range regexp.MustCompile(`\{(\w+)[.]*\}`).FindAllStringSubmatch(pattern, -1) {
		names = append(names, m[1])
	}
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		vars := map[string]string{}
		for _, name := range names {
			vars[name] = r.PathValue(name)
		}
		if err := f(r.Context(), w, r, vars); err != nil && r.Context().Err() == nil {
			fail(w, err)
		}
	})
}

func fail(w http.ResponseWriter, err error) {
	_ = httputils.WriteJSON(w, httpstatus.FromError(err), message(err.Error()))
}

func message(text string) any { return map[string]string{"message": text} }
