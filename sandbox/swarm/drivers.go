package swarm

import (
	"slices"
	"strings"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/allocator/networkallocator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var _ networkallocator.DriverValidator = (*networks)(nil)

const overlay = "overlay"

// local drivers keep their state on each node; the swarm allocates nothing.
func local(driver string) bool {
	return slices.Contains([]string{"bridge", "host", "ipvlan", "macvlan"}, driver)
}

func driverOf(n *api.Network) string {
	if d := n.Spec.DriverConfig; d != nil && d.Name != "" {
		return d.Name
	}
	return overlay
}

// ValidateNetworkDriver knows the drivers that an engine without plugins has.
func (*networks) ValidateNetworkDriver(d *api.Driver) error {
	switch {
	case d == nil:
		return nil
	case d.Name == "":
		return status.Errorf(codes.InvalidArgument, "driver name: if driver is specified name is required")
	case d.Name == overlay || local(d.Name):
		return nil
	}
	return status.Errorf(codes.InvalidArgument, "plugin %s not supported", d.Name)
}

// ValidateIngressNetworkDriver knows overlay only.
func (*networks) ValidateIngressNetworkDriver(d *api.Driver) error {
	if d != nil && d.Name != overlay {
		return status.Errorf(codes.Unimplemented, "only overlay driver is currently supported for ingress network")
	}
	return nil
}

// ValidateIPAMDriver knows the default one only.
func (*networks) ValidateIPAMDriver(d *api.Driver) error {
	if d == nil || strings.EqualFold(d.Name, "default") {
		return nil
	}
	if d.Name == "" {
		return status.Errorf(codes.InvalidArgument, "driver name: if driver is specified name is required")
	}
	return status.Errorf(codes.InvalidArgument, "plugin %s not supported", d.Name)
}
