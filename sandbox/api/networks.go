package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	daemonnetwork "github.com/moby/moby/v2/daemon/network"
	"github.com/moby/moby/v2/daemon/server/httputils"
	"github.com/moby/moby/v2/errdefs"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

func (a *API) network(input string) (*swarmapi.Network, error) {
	control := a.swarm.Control()
	return find("network", input,
		func() (*swarmapi.Network, error) {
			r, err := ask(control.GetNetwork, &swarmapi.GetNetworkRequest{NetworkID: input})
			if err != nil {
				return nil, err
			}
			return r.Network, nil
		},
		func(names, prefixes []string) ([]*swarmapi.Network, error) {
			r, err := control.ListNetworks(context.Background(), &swarmapi.ListNetworksRequest{
				Filters: &swarmapi.ListNetworksRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Networks, nil
		})
}

// predefined networks are those of the nodes that services may use. Nodes have a
// network of this name themselves, which is listed instead of the swarm's.
func predefined(n *swarmapi.Network) bool {
	return n.Spec.Annotations.Labels["com.docker.swarm.predefined"] == "true"
}

// swarmNetworks that match a filter, in the order of their names.
func (a *API) swarmNetworks(f daemonnetwork.Filter) []*swarmapi.Network {
	if a.available() != nil {
		return nil
	}
	r, err := ask(a.swarm.Control().ListNetworks, &swarmapi.ListNetworksRequest{})
	if err != nil {
		return nil // as the daemon: then only the node's own are listed
	}
	found := slices.DeleteFunc(r.Networks, func(n *swarmapi.Network) bool {
		return predefined(n) || !f.Matches(convert.FilterNetwork{N: n})
	})
	slices.SortFunc(found, func(a, b *swarmapi.Network) int {
		return cmp.Compare(a.Spec.Annotations.Name, b.Spec.Annotations.Name)
	})
	return found
}

// parseFilter reads the filters of a list of networks.
func parseFilter(r *http.Request) (daemonnetwork.Filter, error) {
	if err := httputils.ParseForm(r); err != nil {
		return daemonnetwork.Filter{}, err
	}
	o, err := parseFilters(r.Form.Get("filters"))
	if err != nil {
		return daemonnetwork.Filter{}, err
	}
	return daemonnetwork.NewFilter(o.Filters)
}

func (a *API) listNetworks(_ context.Context, w http.ResponseWriter, r *http.Request, _ map[string]string) error {
	f, err := parseFilter(r)
	if err != nil {
		return err
	}
	list := []network.Summary{}
	for _, n := range a.swarmNetworks(f) {
		list = append(list, network.Summary{Network: convert.BasicNetworkFromGRPC(*n)})
	}
	for _, n := range ownNetworks() {
		if f.Matches(n) {
			list = append(list, network.Summary{Network: n.Network})
		}
	}
	return httputils.WriteJSON(w, http.StatusOK, list)
}

// lookup finds a network as the daemon does for one to be shown or removed: by
// its full ID, else by its name, else by a beginning of its ID
// (daemon/server/router/network/network_routes.go).
func (a *API) lookup(term, scope string) (network.Inspect, error) {
	var byName, byID []network.Inspect
	see := func(n network.Inspect) (exact bool) {
		switch {
		case scope != "" && n.Scope != scope:
		case n.ID == term:
			return true
		case n.Name == term:
			byName = append(byName, n)
		case strings.HasPrefix(n.ID, term):
			byID = append(byID, n)
		}
		return false
	}
	for _, n := range ownNetworks() {
		if i := (network.Inspect{Network: n.Network}); see(i) {
			return i, nil
		}
	}
	if scope == "swarm" { // the swarm's own host and bridge, which are not listed
		if n, err := a.network(term); err == nil && a.available() == nil {
			return convert.NetworkInspectFromGRPC(*n)
		}
	}
	for _, n := range a.swarmNetworks(daemonnetwork.Filter{}) {
		i, err := convert.NetworkInspectFromGRPC(*n)
		if err != nil {
			return i, err
		}
		if see(i) {
			return i, nil
		}
	}
	for _, found := range []struct {
		networks []network.Inspect
		how      string
	}{{byName, "name"}, {byID, "ID prefix"}} {
		switch len(found.networks) {
		case 0:
		case 1:
			return found.networks[0], nil
		default:
			return network.Inspect{}, errdefs.InvalidParameter(fmt.Errorf(
				"%d matches found based on %s: network %s is ambiguous", len(found.networks), found.how, term))
		}
	}
	return network.Inspect{}, errdefs.NotFound(fmt.Errorf("network %s not found", term))
}

func (a *API) inspectNetwork(_ context.Context, w http.ResponseWriter, r *http.Request, vars map[string]string) error {
	n, err := a.lookup(vars["id"], r.URL.Query().Get("scope"))
	if err != nil {
		return err
	}
	return httputils.WriteJSON(w, http.StatusOK, n)
}

func (a *API) createNetwork(ctx context.Context, w http.ResponseWriter, r *http.Request, _ map[string]string) error {
	var create network.CreateRequest
	if err := httputils.ReadJSON(r, &create); err != nil {
		return err
	}
	if err := a.available(); err != nil {
		return errdefs.Forbidden(err)
	}
	named, err := ask(a.swarm.Control().ListNetworks, &swarmapi.ListNetworksRequest{
		Filters: &swarmapi.ListNetworksRequest_Filters{Names: []string{create.Name}},
	})
	if err == nil && len(named.Networks) > 0 {
		return errdefs.Conflict(fmt.Errorf("network with name %s already exists", create.Name))
	}
	switch {
	case daemonnetwork.IsReserved(create.Name):
		return errdefs.Forbidden(fmt.Errorf("network name %q is reserved and cannot be created", create.Name))
	case daemonnetwork.IsPredefined(create.Name):
		return errdefs.Forbidden(fmt.Errorf("operation is not permitted on predefined %s network ", create.Name))
	case create.Scope != "swarm" && create.Driver != "overlay":
		return errdefs.NotImplemented(errors.New("a sandbox has networks of the swarm only: use the driver overlay, or scope swarm"))
	}
	if older(httputils.VersionFromContext(ctx), "1.48") {
		create.EnableIPv4 = nil
	}
	spec := convert.BasicNetworkCreateToGRPC(create)
	made, err := ask(a.swarm.Control().CreateNetwork, &swarmapi.CreateNetworkRequest{Spec: &spec})
	if err != nil {
		return err
	}
	return httputils.WriteJSON(w, http.StatusCreated, network.CreateResponse{ID: made.Network.ID})
}

func (a *API) removeNetwork(_ context.Context, w http.ResponseWriter, _ *http.Request, vars map[string]string) error {
	n, err := a.lookup(vars["id"], "")
	if err != nil {
		return err
	}
	if n.Scope != "swarm" {
		return errdefs.Forbidden(fmt.Errorf("%s is a pre-defined network and cannot be removed", n.Name))
	}
	if _, err := ask(a.swarm.Control().RemoveNetwork, &swarmapi.RemoveNetworkRequest{NetworkID: n.ID}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
