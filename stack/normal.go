package stack

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
)

// What the engine assumes where a spec says nothing (swarmkit
// api/defaults/service.go).
const (
	defaultGrace   = 10 * time.Second
	defaultDelay   = 5 * time.Second
	defaultMonitor = 5 * time.Second
)

// Normal is the normal form of a spec: two specs mean the same to the engine
// if and only if their normal forms are deeply equal. Defaults are filled in,
// what is a set is sorted, what the engine does not store is left out
// (moby daemon/cluster/convert, swarmkit api/defaults), and so are our own
// labels and ForceUpdate, which no compose file can say.
//
// A normal form is for comparing only. Sending it could restart tasks, since
// the engine compares raw values. The argument is not changed.
func Normal(s swarm.ServiceSpec) swarm.ServiceSpec {
	s.Labels = foreignLabels(s.Labels)
	s.Mode = normalMode(s.Mode)
	s.UpdateConfig = normalUpdate(s.UpdateConfig)
	s.RollbackConfig = normalUpdate(s.RollbackConfig)
	s.EndpointSpec = normalEndpoint(s.EndpointSpec)
	s.TaskTemplate = normalTask(s.TaskTemplate)
	return s
}

func foreignLabels(labels map[string]string) map[string]string {
	out := make(map[string]string, len(labels))
	for k, v := range labels {
		if !strings.HasPrefix(k, LabelPrefix) {
			out[k] = v
		}
	}
	return out
}

func normalMode(m swarm.ServiceMode) swarm.ServiceMode {
	switch {
	case m.ReplicatedJob != nil:
		j := *m.ReplicatedJob
		j.MaxConcurrent = orPtr(j.MaxConcurrent, 1)
		j.TotalCompletions = orPtr(j.TotalCompletions, *j.MaxConcurrent)
		return swarm.ServiceMode{ReplicatedJob: &j}
	case m.Global != nil || m.GlobalJob != nil:
		return m
	case m.Replicated != nil:
		return swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: orPtr(m.Replicated.Replicas, 1)}}
	}
	return swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: orPtr[uint64](nil, 1)}}
}

func normalUpdate(u *swarm.UpdateConfig) *swarm.UpdateConfig {
	n := swarm.UpdateConfig{Parallelism: 1}
	if u != nil {
		n = *u
	}
	n.FailureAction = cmp.Or(n.FailureAction, swarm.UpdateFailureActionPause)
	n.Monitor = cmp.Or(n.Monitor, defaultMonitor)
	n.Order = cmp.Or(n.Order, swarm.UpdateOrderStopFirst)
	return &n
}

func normalEndpoint(e *swarm.EndpointSpec) *swarm.EndpointSpec {
	n := orZero(e)
	n.Mode = cmp.Or(n.Mode, swarm.ResolutionModeVIP)
	n.Ports = sorted(n.Ports, swarm.PortConfig.Compare)
	for i := range n.Ports {
		p := &n.Ports[i]
		p.Protocol = cmp.Or(p.Protocol, network.TCP)
		p.PublishMode = cmp.Or(p.PublishMode, swarm.PortConfigPublishModeIngress)
	}
	slices.SortFunc(n.Ports, swarm.PortConfig.Compare)
	return &n
}

func normalTask(t swarm.TaskSpec) swarm.TaskSpec {
	t.ForceUpdate = 0
	t.Runtime = cmp.Or(t.Runtime, swarm.RuntimeContainer)
	t.Resources = normalResources(t.Resources)
	t.RestartPolicy = normalRestart(t.RestartPolicy)
	t.LogDriver = normalDriver(t.LogDriver)

	p := orZero(t.Placement)
	p.Constraints, p.Preferences, p.Platforms = some(p.Constraints), some(p.Preferences), some(p.Platforms)
	t.Placement = &p

	t.Networks = sorted(t.Networks, func(a, b swarm.NetworkAttachmentConfig) int { return cmp.Compare(a.Target, b.Target) })
	for i, n := range t.Networks {
		t.Networks[i].Aliases = slices.Compact(sorted(n.Aliases, strings.Compare))
		t.Networks[i].DriverOpts = someMap(n.DriverOpts)
	}
	if t.ContainerSpec != nil {
		c := normalContainer(*t.ContainerSpec)
		t.ContainerSpec = &c
	}
	return t
}

func normalResources(r *swarm.ResourceRequirements) *swarm.ResourceRequirements {
	n := orZero(r)
	limits, reservations := orZero(n.Limits), orZero(n.Reservations)
	reservations.GenericResources = some(reservations.GenericResources)
	n.Limits, n.Reservations = &limits, &reservations
	return &n
}

func normalRestart(r *swarm.RestartPolicy) *swarm.RestartPolicy {
	n := orZero(r)
	n.Condition = cmp.Or(n.Condition, swarm.RestartPolicyConditionAny)
	n.Delay = orPtr(n.Delay, defaultDelay)
	n.MaxAttempts = orPtr(n.MaxAttempts, 0)
	n.Window = orPtr(n.Window, 0)
	return &n
}

func normalDriver(d *swarm.Driver) *swarm.Driver {
	if d == nil || (d.Name == "" && len(d.Options) == 0) {
		return nil
	}
	return &swarm.Driver{Name: d.Name, Options: someMap(d.Options)}
}

func normalContainer(c swarm.ContainerSpec) swarm.ContainerSpec {
	c.Labels, c.Sysctls = someMap(c.Labels), someMap(c.Sysctls)
	c.Command, c.Args, c.Hosts = some(c.Command), some(c.Args), some(c.Hosts)
	c.Env = sorted(c.Env, strings.Compare)
	c.Groups = sorted(c.Groups, strings.Compare)
	c.CapabilityAdd = sorted(c.CapabilityAdd, strings.Compare)
	c.CapabilityDrop = sorted(c.CapabilityDrop, strings.Compare)
	c.Ulimits = sorted(c.Ulimits, func(a, b *container.Ulimit) int { return cmp.Compare(a.Name, b.Name) })
	c.Secrets = sorted(c.Secrets, func(a, b *swarm.SecretReference) int {
		return cmp.Or(cmp.Compare(a.SecretName, b.SecretName), cmp.Compare(secretTarget(a), secretTarget(b)))
	})
	c.Configs = sorted(c.Configs, func(a, b *swarm.ConfigReference) int {
		return cmp.Or(cmp.Compare(a.ConfigName, b.ConfigName), cmp.Compare(configTarget(a), configTarget(b)))
	})
	// The engine mounts what is nested after what holds it, in whatever order it
	// is given (moby daemon/volumes_unix.go, setupMounts), and refuses two mounts
	// at one target.
	c.Mounts = sorted(c.Mounts, func(a, b mount.Mount) int { return cmp.Compare(a.Target, b.Target) })
	for i, m := range c.Mounts {
		c.Mounts[i] = normalMount(m)
	}
	c.Isolation = cmp.Or(c.Isolation, container.IsolationDefault)
	c.StopGracePeriod = orPtr(c.StopGracePeriod, defaultGrace)
	c.Privileges = normalPrivileges(c.Privileges)

	dns := orZero(c.DNSConfig)
	dns.Nameservers, dns.Search, dns.Options = some(dns.Nameservers), some(dns.Search), some(dns.Options)
	c.DNSConfig = &dns

	health := orZero(c.Healthcheck) // zero fields are inherited from the image
	health.Test = some(health.Test)
	c.Healthcheck = &health
	return c
}

func secretTarget(r *swarm.SecretReference) string {
	if r.File == nil {
		return ""
	}
	return r.File.Name
}

func configTarget(r *swarm.ConfigReference) string {
	if r.File == nil {
		return ""
	}
	return r.File.Name
}

func normalPrivileges(p *swarm.Privileges) *swarm.Privileges {
	n := orZero(p)
	if n.CredentialSpec != nil && *n.CredentialSpec == (swarm.CredentialSpec{}) {
		n.CredentialSpec = nil
	}
	if n.SELinuxContext != nil && *n.SELinuxContext == (swarm.SELinuxContext{}) {
		n.SELinuxContext = nil
	}
	return &n
}

// normalMount leaves out what the engine loses on the way to its store (moby
// daemon/cluster/convert/container.go, containerToGRPC).
func normalMount(m mount.Mount) mount.Mount {
	m.Type = cmp.Or(m.Type, mount.TypeBind)
	m.Consistency = ""
	m.ImageOptions = nil
	if b := m.BindOptions; b != nil {
		n := mount.BindOptions{Propagation: b.Propagation, NonRecursive: b.NonRecursive}
		if n.NonRecursive {
			n.Propagation = cmp.Or(n.Propagation, mount.PropagationRPrivate)
		}
		m.BindOptions = &n
		if n == (mount.BindOptions{}) {
			m.BindOptions = nil
		}
	}
	if v := m.VolumeOptions; v != nil {
		n := *v
		n.Labels = someMap(n.Labels)
		if d := n.DriverConfig; d != nil {
			n.DriverConfig = &mount.Driver{Name: d.Name, Options: someMap(d.Options)}
		}
		m.VolumeOptions = &n
		if !n.NoCopy && n.Subpath == "" && n.Labels == nil && n.DriverConfig == nil {
			m.VolumeOptions = nil
		}
	}
	if t := m.TmpfsOptions; t != nil && t.SizeBytes == 0 && t.Mode == 0 && len(t.Options) == 0 {
		m.TmpfsOptions = nil
	}
	return m
}

// orZero is a copy of what p points to, or the zero value.
func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// orPtr is p, or a pointer to the default.
func orPtr[T any](p *T, def T) *T {
	if p == nil {
		return &def
	}
	return p
}

// some is s, or nil when it is empty.
func some[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

func someMap(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

// sorted is a sorted copy, nil when it is empty.
func sorted[T any](s []T, compare func(a, b T) int) []T {
	s = slices.Clone(some(s))
	slices.SortStableFunc(s, compare)
	return s
}
