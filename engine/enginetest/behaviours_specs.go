package enginetest

import (
	"reflect"
	"slices"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// readBack is how specs come back (moby daemon/cluster/convert).
func readBack() []behaviour {
	return append(readBackServices(), readBackOthers()...)
}

// comes makes a behaviour of a change to a spec and a look at what comes back of
// it.
func comes(name string, change func(*swarm.ServiceSpec), look func(swarm.ServiceSpec) (got, want any)) behaviour {
	return behaviour{name, func(l *lab) {
		spec := l.paper()
		change(&spec)
		if got, want := look(l.roundTrip(spec)); !reflect.DeepEqual(got, want) {
			l.Errorf("got %+v, want %+v", got, want)
		}
	}}
}

func readBackServices() []behaviour {
	return []behaviour{
		comes("no labels are an empty map", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) { return s.Labels, map[string]string{} }),
		comes("no container labels are none", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) { return s.TaskTemplate.ContainerSpec.Labels == nil, true }),
		comes("the isolation is default", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) {
				return s.TaskTemplate.ContainerSpec.Isolation, container.IsolationDefault
			}),
		comes("the runtime is container", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) { return s.TaskTemplate.Runtime, swarm.RuntimeContainer }),
		comes("no mode is one replica", func(s *swarm.ServiceSpec) { s.Mode = swarm.ServiceMode{} },
			func(s swarm.ServiceSpec) (any, any) { return *s.Mode.Replicated.Replicas, uint64(1) }),
		comes("no endpoint stays none", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) { return s.EndpointSpec == nil, true }),
		comes("an empty endpoint is vip", func(s *swarm.ServiceSpec) { s.EndpointSpec = &swarm.EndpointSpec{} },
			func(s swarm.ServiceSpec) (any, any) {
				return *s.EndpointSpec, swarm.EndpointSpec{Mode: swarm.ResolutionModeVIP}
			}),
		comes("a port is tcp and ingress", func(s *swarm.ServiceSpec) {
			s.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80, PublishedPort: 18080}}}
		}, func(s swarm.ServiceSpec) (any, any) {
			return s.EndpointSpec.Ports, []swarm.PortConfig{{
				Protocol: network.TCP, TargetPort: 80, PublishedPort: 18080, PublishMode: swarm.PortConfigPublishModeIngress,
			}}
		}),
		comes("an update config is completed", func(s *swarm.ServiceSpec) {
			s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1}
		}, func(s swarm.ServiceSpec) (any, any) {
			return *s.UpdateConfig, swarm.UpdateConfig{
				Parallelism: 1, FailureAction: swarm.UpdateFailureActionPause, Order: swarm.UpdateOrderStopFirst,
			}
		}),
		comes("no update config stays none", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) { return s.UpdateConfig == nil && s.RollbackConfig == nil, true }),
		comes("a restart policy is completed, but not its times", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{}
		}, func(s swarm.ServiceSpec) (any, any) {
			zero := uint64(0)
			return *s.TaskTemplate.RestartPolicy, swarm.RestartPolicy{
				Condition: swarm.RestartPolicyConditionAny, MaxAttempts: &zero,
			}
		}),
		comes("no resources, placement and restart policy stay none", func(*swarm.ServiceSpec) {},
			func(s swarm.ServiceSpec) (any, any) {
				t := s.TaskTemplate
				return t.Resources == nil && t.Placement == nil && t.RestartPolicy == nil, true
			}),
		comes("empty resources and placement stay empty", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.Resources, s.TaskTemplate.Placement = &swarm.ResourceRequirements{}, &swarm.Placement{}
		}, func(s swarm.ServiceSpec) (any, any) {
			t := s.TaskTemplate
			return t.Resources != nil && t.Placement != nil && reflect.DeepEqual(*t.Placement, swarm.Placement{}), true
		}),
		comes("empty lists are none", func(s *swarm.ServiceSpec) {
			c := s.TaskTemplate.ContainerSpec
			c.Env, c.Mounts, c.Secrets, c.Hosts = []string{}, []mount.Mount{}, []*swarm.SecretReference{}, []string{}
		}, func(s swarm.ServiceSpec) (any, any) {
			c := s.TaskTemplate.ContainerSpec
			return c.Env == nil && c.Mounts == nil && c.Secrets == nil && c.Hosts == nil, true
		}),
		comes("the order of lists is kept", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Env = []string{"B=2", "A=1", "C"}
			s.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.role==manager", "node.id!=x"}}
		}, func(s swarm.ServiceSpec) (any, any) {
			return append(s.TaskTemplate.ContainerSpec.Env, s.TaskTemplate.Placement.Constraints...),
				[]string{"B=2", "A=1", "C", "node.role==manager", "node.id!=x"}
		}),
		comes("the image is kept as it is", func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Image = "nginx:1" },
			func(s swarm.ServiceSpec) (any, any) {
				return s.TaskTemplate.ContainerSpec.Image, "nginx:1"
			}),
		comes("empty privileges stay", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Privileges = &swarm.Privileges{}
		}, func(s swarm.ServiceSpec) (any, any) {
			return *s.TaskTemplate.ContainerSpec.Privileges, swarm.Privileges{}
		}),
		comes("empty bind options are none", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Mounts = []mount.Mount{{
				Type: mount.TypeBind, Source: "/tmp", Target: "/x", BindOptions: &mount.BindOptions{},
			}}
		}, func(s swarm.ServiceSpec) (any, any) {
			return s.TaskTemplate.ContainerSpec.Mounts, []mount.Mount{{Type: mount.TypeBind, Source: "/tmp", Target: "/x"}}
		}),
		comes("capabilities and limits are kept", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.CapabilityAdd = []string{"CAP_NET_ADMIN"}
			s.TaskTemplate.Resources = &swarm.ResourceRequirements{Limits: &swarm.Limit{NanoCPUs: 5e8, MemoryBytes: 8 << 20, Pids: 9}}
		}, func(s swarm.ServiceSpec) (any, any) {
			return []any{s.TaskTemplate.ContainerSpec.CapabilityAdd, *s.TaskTemplate.Resources.Limits},
				[]any{[]string{"CAP_NET_ADMIN"}, swarm.Limit{NanoCPUs: 5e8, MemoryBytes: 8 << 20, Pids: 9}}
		}),
	}
}

func readBackOthers() []behaviour {
	return []behaviour{
		{"networks come back as IDs, in their order", func(l *lab) {
			b, a := l.network(l.name+"-b"), l.network(l.name+"-a")
			spec := l.paper()
			spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{
				{Target: l.name + "-b", Aliases: []string{"x"}}, {Target: l.name + "-a"},
			}
			got := l.roundTrip(spec).TaskTemplate.Networks
			if len(got) != 2 || got[0].Target != b || got[1].Target != a || !slices.Equal(got[0].Aliases, []string{"x"}) {
				l.Errorf("got %+v", got)
			}
		}},
		{"a network gets a subnet", func(l *lab) {
			id := l.network(l.name)
			eventually(l.T, "it has one", func() bool {
				r, err := l.api.NetworkInspect(l.Context(), id, client.NetworkInspectOptions{})
				if err != nil {
					l.Fatal(err)
				}
				n := r.Network
				return n.Driver == "overlay" && n.Scope == "swarm" && len(n.IPAM.Config) == 1 && n.IPAM.Config[0].Subnet.IsValid()
			})
		}},
		{"defaults are put in where they are asked for", func(l *lab) {
			id := l.create(l.paper())
			r, err := l.api.ServiceInspect(l.Context(), id, client.ServiceInspectOptions{InsertDefaults: true})
			if err != nil {
				l.Fatal(err)
			}
			s, second := r.Service.Spec, time.Second
			u := swarm.UpdateConfig{
				Parallelism: 1, FailureAction: swarm.UpdateFailureActionPause, Monitor: 5 * second, Order: swarm.UpdateOrderStopFirst,
			}
			if *s.TaskTemplate.ContainerSpec.StopGracePeriod != 10*second || *s.TaskTemplate.RestartPolicy.Delay != 5*second ||
				*s.UpdateConfig != u || *s.RollbackConfig != u {
				l.Errorf("got %+v", s)
			}
		}},
		{"a job of nothing more said is done once", func(l *lab) {
			spec := l.app("exit", "0")
			spec.TaskTemplate.RestartPolicy = nil
			spec.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{}}
			got := l.roundTrip(spec).Mode.ReplicatedJob
			if got == nil || *got.MaxConcurrent != 1 || *got.TotalCompletions != 1 {
				l.Errorf("got %+v", got)
			}
		}},
		{"configs show their data, secrets do not", func(l *lab) {
			c, s := l.config("a"), l.secret("a")
			config, err := l.api.ConfigInspect(l.Context(), c, client.ConfigInspectOptions{})
			if err != nil || string(config.Config.Spec.Data) != "a" {
				l.Errorf("config: %+v, %v", config.Config, err)
			}
			secret, err := l.api.SecretInspect(l.Context(), s, client.SecretInspectOptions{})
			if err != nil || secret.Secret.Spec.Data != nil {
				l.Errorf("secret: %+v, %v", secret.Secret, err)
			}
		}},
	}
}
