package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/v2/daemon/server/httputils"
	"github.com/moby/moby/v2/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/stackup-cli/stackup/sandbox/script"
)

// distribution is what a registry knows of an image
// (daemon/server/router/distribution). Every image exists, but for those that
// package script says cannot be pulled; a digest that is not in the table is made
// of the reference, and so always the same.
func (a *API) distribution(_ context.Context, w http.ResponseWriter, r *http.Request, vars map[string]string) error {
	name, ok := strings.CutSuffix(vars["name"], "/json")
	if !ok {
		return errdefs.NotFound(errors.New("page not found"))
	}
	ref, err := reference.ParseAnyReference(name)
	if err != nil {
		return errdefs.InvalidParameter(err)
	}
	named, ok := ref.(reference.Named)
	if !ok {
		return errors.New("no manifest found for full image ID")
	}
	image := script.Of(script.Request{Image: name, Credentials: r.Header.Get(registry.AuthHeader) != ""})
	switch {
	case strings.HasPrefix(image.PullError, "No such image"):
		return errdefs.NotFound(errors.New("manifest unknown: manifest unknown"))
	case image.PullError != "":
		return errdefs.Unauthorized(errors.New("unauthorized: authentication required"))
	}
	return httputils.WriteJSON(w, http.StatusOK, registry.DistributionInspect{
		Descriptor: ocispec.Descriptor{
			MediaType: ocispec.MediaTypeImageIndex, Digest: a.digest(named), Size: 1024,
		},
		Platforms: []ocispec.Platform{{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm64"}},
	})
}

func (a *API) digest(named reference.Named) digest.Digest {
	if pinned, ok := named.(reference.Digested); ok {
		return pinned.Digest()
	}
	familiar := reference.FamiliarString(reference.TagNameOnly(named))
	if known := a.options.Digests[familiar]; known != "" {
		return digest.Digest(known)
	}
	return digest.FromString(familiar)
}
