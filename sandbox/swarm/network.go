package swarm

import (
	"fmt"
	"net/netip"
	"sync"

	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/allocator/networkallocator"
)

// networks allocates subnets and addresses by counting, and never frees any: the
// next network gets the next /24 of 10.0.0.0/8, each service and task the next
// address in it, and after the last the first again. So no network is ever full,
// and addresses and subnets that collide are not noticed.
type networks struct {
	mu        sync.Mutex
	subnets   int
	subnet    map[string]netip.Prefix // by network
	addresses map[string]int          // handed out so far, by network
	services  map[string]bool
	tasks     map[string]bool
}

var _ networkallocator.NetworkAllocator = (*networks)(nil)

func newNetworks() *networks {
	return &networks{
		subnet: map[string]netip.Prefix{}, addresses: map[string]int{},
		services: map[string]bool{}, tasks: map[string]bool{},
	}
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
		a.subnet[n.ID], _ = netip.ParsePrefix(n.IPAM.Configs[0].Subnet)
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

// firstAddress of 10.0.1.0/24 is 10.0.1.1; what is no subnet has none.
func firstAddress(subnet string) string {
	p, err := netip.ParsePrefix(subnet)
	if err != nil {
		return ""
	}
	return p.Masked().Addr().Next().String()
}

// address is the next one in a network, after the gateway's.
func (a *networks) address(network string) string {
	p, n := a.subnet[network], a.addresses[network]
	a.addresses[network]++
	if !p.IsValid() {
		p = netip.MustParsePrefix("10.0.0.0/24")
	}
	bytes := p.Masked().Addr().AsSlice()
	bytes[len(bytes)-1] += byte(n%253 + 2)
	addr, _ := netip.AddrFromSlice(bytes)
	return netip.PrefixFrom(addr, p.Bits()).String()
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
