package swarm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/allocator/networkallocator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// networks allocates subnets and addresses by counting, and never frees any: the
// next network gets the next /24 of 10.0.0.0/8, each service and task the next
// address in it, and after the last the first again. So no network is ever full,
// and addresses and subnets that collide are not noticed.
type networks struct {
	mu        sync.Mutex
	subnets   int
	prefixes  map[string]string // "10.0.1." by network
	addresses map[string]int    // handed out so far, by network
	services  map[string]bool
	tasks     map[string]bool
}

var (
	_ networkallocator.NetworkAllocator = (*networks)(nil)
	_ networkallocator.DriverValidator  = (*networks)(nil)
)

func newNetworks() *networks {
	return &networks{
		prefixes: map[string]string{}, addresses: map[string]int{},
		services: map[string]bool{}, tasks: map[string]bool{},
	}
}

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

// IsAllocated goes by what Allocate leaves.
func (*networks) IsAllocated(n *api.Network) bool { return n.DriverState != nil }

// Allocate gives a network its driver's state and, if it is the swarm's to
// manage, subnets (moby daemon/libnetwork/cnmallocator/networkallocator.go).
func (a *networks) Allocate(n *api.Network) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	n.DriverState = &api.Driver{Name: driverOf(n)}
	if local(driverOf(n)) {
		n.IPAM = &api.IPAMOptions{Driver: &api.Driver{}}
		return nil
	}
	n.DriverState.Options = map[string]string{}
	if n.Spec.DriverConfig != nil {
		for k, v := range n.Spec.DriverConfig.Options {
			n.DriverState.Options[k] = v
		}
	}
	n.DriverState.Options["com.docker.network.driver.overlay.vxlanid_list"] = fmt.Sprint(4096 + a.subnets)
	n.IPAM = a.pools(n.Spec.IPAM)
	a.know(n)
	return nil
}

// know remembers the subnet of a network.
func (a *networks) know(n *api.Network) {
	if n.IPAM != nil && len(n.IPAM.Configs) > 0 {
		a.prefixes[n.ID], _ = strings.CutSuffix(firstAddress(n.IPAM.Configs[0].Subnet), "1")
	}
}

// pools are the subnets that were asked for, completed, or one of our own.
func (a *networks) pools(asked *api.IPAMOptions) *api.IPAMOptions {
	pools := &api.IPAMOptions{Driver: &api.Driver{Name: "default"}}
	if asked != nil {
		if asked.Driver != nil && asked.Driver.Name != "" {
			pools.Driver = asked.Driver.Copy()
		}
		for _, c := range asked.Configs {
			pools.Configs = append(pools.Configs, c.Copy())
		}
	}
	if len(pools.Configs) == 0 {
		pools.Configs = []*api.IPAMConfig{{}}
	}
	for _, c := range pools.Configs {
		n := a.subnets
		a.subnets++
		if c.Subnet == "" {
			c.Subnet = fmt.Sprintf("10.%d.%d.0/24", n/256%256, n%256)
		}
		if c.Gateway == "" {
			c.Gateway = firstAddress(c.Subnet)
		}
	}
	return pools
}

// firstAddress of 10.0.1.0/24 is 10.0.1.1; what is no such subnet has none.
func firstAddress(subnet string) string {
	address, _, _ := strings.Cut(subnet, "/")
	if prefix, ok := strings.CutSuffix(address, ".0"); ok {
		return prefix + ".1"
	}
	return ""
}

// address is the next one in a network.
func (a *networks) address(network string) string {
	a.addresses[network]++
	n := a.addresses[network] % 253
	return fmt.Sprintf("%s%d/24", cmp.Or(a.prefixes[network], "10.0.0."), n+2) // after the gateway's
}

// Deallocate frees nothing.
func (*networks) Deallocate(*api.Network) error { return nil }

func dnsrr(s *api.Service) bool {
	return s.Spec.Endpoint != nil && s.Spec.Endpoint.Mode == api.ResolutionModeDNSRoundRobin
}

func targets(s *api.Service) []*api.NetworkAttachmentConfig {
	if len(s.Spec.Task.Networks) > 0 {
		return s.Spec.Task.Networks
	}
	return s.Spec.Networks
}

// wanted are the networks a service is to have a virtual address in, besides the
// ingress network, which the allocator itself looks after.
func wanted(s *api.Service) map[string]bool {
	ids := map[string]bool{}
	if !dnsrr(s) {
		for _, n := range targets(s) {
			ids[n.Target] = true
		}
	}
	return ids
}

// IsServiceAllocated wants an address for each network, and none for any other.
func (a *networks) IsServiceAllocated(s *api.Service, _ ...func(*networkallocator.ServiceAllocationOpts)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	missing := wanted(s)
	if s.Endpoint != nil {
		for _, vip := range s.Endpoint.VirtualIPs {
			if vip.Addr == "" || dnsrr(s) {
				return false
			}
			delete(missing, vip.NetworkID)
		}
	}
	return a.services[s.ID] && len(missing) == 0
}

// AllocateService gives a service a virtual address in each of its networks.
func (a *networks) AllocateService(s *api.Service) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.Endpoint == nil {
		s.Endpoint = &api.Endpoint{}
	}
	s.Endpoint.Spec = s.Spec.Endpoint.Copy()
	a.services[s.ID] = true
	if dnsrr(s) {
		s.Endpoint.VirtualIPs = nil
		return nil
	}
	missing, ids := wanted(s), wanted(s)
	kept := s.Endpoint.VirtualIPs[:0]
	for _, vip := range s.Endpoint.VirtualIPs {
		ingress := networkallocator.IsIngressNetworkNeeded(s) && !ids[vip.NetworkID]
		if !ids[vip.NetworkID] && !ingress {
			continue
		}
		if vip.Addr == "" {
			vip.Addr = a.address(vip.NetworkID)
		}
		kept = append(kept, vip)
		delete(missing, vip.NetworkID)
	}
	for _, n := range targets(s) {
		if missing[n.Target] {
			kept = append(kept, &api.Endpoint_VirtualIP{NetworkID: n.Target, Addr: a.address(n.Target)})
			delete(missing, n.Target)
		}
	}
	s.Endpoint.VirtualIPs = kept
	return nil
}

// DeallocateService forgets the service.
func (a *networks) DeallocateService(s *api.Service) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.services, s.ID)
	if s.Endpoint != nil {
		s.Endpoint.VirtualIPs = nil
	}
	return nil
}

// IsTaskAllocated is true once AllocateTask was called.
func (a *networks) IsTaskAllocated(t *api.Task) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tasks[t.ID] && len(t.Networks) > 0
}

// AllocateTask gives a task an address in each network that the swarm manages.
func (a *networks) AllocateTask(t *api.Task) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tasks[t.ID] = true
	for _, n := range t.Networks {
		if len(n.Addresses) == 0 && n.Network != nil && !local(driverOf(n.Network)) {
			n.Addresses = []string{a.address(n.Network.ID)}
		}
	}
	return nil
}

// DeallocateTask forgets the task.
func (a *networks) DeallocateTask(t *api.Task) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tasks, t.ID)
	return nil
}

// AllocateAttachment does nothing: nodes have no load balancers here.
func (*networks) AllocateAttachment(*api.Node, *api.NetworkAttachment) error { return nil }

// DeallocateAttachment does nothing.
func (*networks) DeallocateAttachment(*api.Node, *api.NetworkAttachment) error { return nil }

// IsAttachmentAllocated is always true.
func (*networks) IsAttachmentAllocated(*api.Node, *api.NetworkAttachment) bool { return true }

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
