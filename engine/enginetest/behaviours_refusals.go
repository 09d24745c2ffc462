package enginetest

import (
	"bytes"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// refuses makes a behaviour of a change to a spec that the swarm does not take.
func refuses(name string, change func(*swarm.ServiceSpec), words string) behaviour {
	return behaviour{name, func(l *lab) {
		spec := l.paper()
		change(&spec)
		r, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
		if err == nil {
			l.remove(r.ID)
		}
		l.refused(err, errdefs.IsInvalidArgument, words)
	}}
}

// refusals are what swarmkit manager/controlapi/service.go and the like check.
func refusals() []behaviour {
	return append(refusedSpecs(), refusedObjects()...)
}

func refusedSpecs() []behaviour {
	ports := func(s *swarm.ServiceSpec, p ...swarm.PortConfig) { s.EndpointSpec = &swarm.EndpointSpec{Ports: p} }
	limit := func(s *swarm.ServiceSpec, l swarm.Limit) {
		s.TaskTemplate.Resources = &swarm.ResourceRequirements{Limits: &l}
	}
	return []behaviour{
		refuses("a name with a dot", func(s *swarm.ServiceSpec) { s.Name = "a.b" }, "name must be valid as a DNS name component"),
		refuses("a name that is too long", func(s *swarm.ServiceSpec) { s.Name = strings.Repeat("a", 64) }, "name must be 63 characters or fewer"),
		refuses("an ingress port with dnsrr", func(s *swarm.ServiceSpec) {
			ports(s, swarm.PortConfig{TargetPort: 80, PublishedPort: 18081})
			s.EndpointSpec.Mode = swarm.ResolutionModeDNSRR
		}, "port published with ingress mode can't be used with dnsrr mode"),
		refuses("a port that is published twice", func(s *swarm.ServiceSpec) {
			ports(s, swarm.PortConfig{TargetPort: 80, PublishedPort: 18082}, swarm.PortConfig{TargetPort: 81, PublishedPort: 18082})
		}, "duplicate published ports provided"),
		refuses("two mounts at one place", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Mounts = []mount.Mount{
				{Type: mount.TypeVolume, Source: "a", Target: "/x"}, {Type: mount.TypeVolume, Source: "b", Target: "/x"},
			}
		}, "duplicate mount point: /x"),
		refuses("too little of a CPU", func(s *swarm.ServiceSpec) { limit(s, swarm.Limit{NanoCPUs: 100}) }, "invalid cpu value"),
		refuses("too little memory", func(s *swarm.ServiceSpec) { limit(s, swarm.Limit{MemoryBytes: 1 << 20}) }, "invalid memory value"),
		refuses("a job with an update config", func(s *swarm.ServiceSpec) {
			s.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{}}
			s.UpdateConfig = &swarm.UpdateConfig{}
		}, "Jobs may not have an update config"),
		refuses("a failure ratio above 1", func(s *swarm.ServiceSpec) {
			s.UpdateConfig = &swarm.UpdateConfig{MaxFailureRatio: 2}
		}, "update-maxfailureratio cannot be less than 0 or bigger than 1"),
		refuses("a negative delay", func(s *swarm.ServiceSpec) {
			s.UpdateConfig = &swarm.UpdateConfig{Delay: -1}
		}, "update-delay cannot be negative"),
	}
}

func refusedObjects() []behaviour {
	return []behaviour{
		{"a name that differs in case only", func(l *lab) {
			l.create(l.paper())
			spec := l.paper()
			spec.Name = strings.ToUpper(l.name)
			_, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
			l.refused(err, errdefs.IsConflict, "name conflicts with an existing object")
		}},
		{"a port that another service has", func(l *lab) {
			spec := l.paper()
			spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80, PublishedPort: 18083}}}
			l.create(spec)
			spec.Name += "-other"
			_, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
			l.refused(err, errdefs.IsInvalidArgument, "port '18083' is already in use by service '"+l.name+"'")
		}},
		{"a config that is empty or too large", func(l *lab) {
			for data, words := range map[string]string{"": "config data must be larger than 0", strings.Repeat("x", 1_024_001): "bytes"} {
				_, err := l.api.ConfigCreate(l.Context(), client.ConfigCreateOptions{
					Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: l.name}, Data: []byte(data)},
				})
				l.refused(err, errdefs.IsInvalidArgument, words)
			}
		}},
		{"a secret that is too large", func(l *lab) {
			_, err := l.api.SecretCreate(l.Context(), client.SecretCreateOptions{
				Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: l.name}, Data: bytes.Repeat([]byte("x"), 512_001)},
			})
			l.refused(err, errdefs.IsInvalidArgument, "secret data must be larger than 0 and less than 512000 bytes")
		}},
		{"other data for a config", func(l *lab) {
			id := l.config("a")
			r, err := l.api.ConfigInspect(l.Context(), id, client.ConfigInspectOptions{})
			if err != nil {
				l.Fatal(err)
			}
			spec := r.Config.Spec
			spec.Data = []byte("b")
			_, err = l.api.ConfigUpdate(l.Context(), id, client.ConfigUpdateOptions{Version: r.Config.Version, Spec: spec})
			l.refused(err, errdefs.IsInvalidArgument, "only updates to Labels are allowed")
		}},
		{"a network of a name that every node has", func(l *lab) {
			_, err := l.api.NetworkCreate(l.Context(), "host", client.NetworkCreateOptions{Driver: "overlay"})
			l.refused(err, errdefs.IsConflict, "network with name host already exists")
		}},
		{"an unknown network", func(l *lab) {
			spec := l.paper()
			spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: "nosuch"}}
			_, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
			l.refused(err, func(error) bool { return true }, "network nosuch not found")
		}},
		{"a constraint that is none, as an error of the engine's own", func(l *lab) {
			spec := l.paper()
			spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.role"}}
			_, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
			l.refused(err, errdefs.IsInternal, "constraint expected one operator from ==, !=")
		}},
		{"an unknown filter", func(l *lab) {
			_, err := l.api.ServiceList(l.Context(), client.ServiceListOptions{Filters: make(client.Filters).Add("nosuch", "x")})
			l.refused(err, errdefs.IsInvalidArgument, "nvalid filter 'nosuch'")
		}},
		{"an unknown service", func(l *lab) {
			_, err := l.api.ServiceInspect(l.Context(), "nosuch", client.ServiceInspectOptions{})
			l.refused(err, errdefs.IsNotFound, "service nosuch not found")
		}},
	}
}
