package enginetest

import (
	"slices"
	"time"

	"github.com/moby/moby/api/types/swarm"
)

// restarts are what does and what does not replace tasks (swarmkit
// manager/orchestrator/task.go, IsTaskDirty).
func restarts() []behaviour {
	grace := 10 * time.Second
	return []behaviour{
		leaves("a label of the service", func(s *swarm.ServiceSpec) { s.Labels = map[string]string{"a": "b"} }),
		leaves("an update config", func(s *swarm.ServiceSpec) { s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 2} }),
		leaves("a rollback config", func(s *swarm.ServiceSpec) { s.RollbackConfig = &swarm.UpdateConfig{Parallelism: 2} }),
		leaves("a constraint that still holds", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.id!=x"}}
		}),
		leaves("the same spec again", func(*swarm.ServiceSpec) {}),
		replaces("the environment", func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Env = []string{"A=b"} }),
		replaces("a label of the container", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Labels = map[string]string{"a": "b"}
		}),
		replaces("the image", func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Image = "stackup-test/app:2" }),
		replaces("a forced update", func(s *swarm.ServiceSpec) { s.TaskTemplate.ForceUpdate++ }),
		replaces("a reservation", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.Resources = &swarm.ResourceRequirements{Reservations: &swarm.Resources{MemoryBytes: 8 << 20}}
		}),
		replaces("the way to the endpoint", func(s *swarm.ServiceSpec) {
			s.EndpointSpec = &swarm.EndpointSpec{Mode: swarm.ResolutionModeDNSRR}
		}),
		replaces("a default that is spelled out", func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.StopGracePeriod = &grace
		}),
		{"more replicas leave the others alone, fewer take some away", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			first, three, none := l.running(id)[0], uint64(3), uint64(0)
			l.update(id, func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &three })
			l.awaitRunning(id, 3)
			if !slices.Contains(l.running(id), first) {
				l.Error("the first task was replaced")
			}
			l.update(id, func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &none })
			l.awaitRunning(id, 0)
		}},
		{"a task that ends is replaced", func(l *lab) {
			id := l.create(l.app("exit", "0"))
			eventually(l.T, "there were three", func() bool { return len(l.tasks(id)) >= 3 })
		}},
		{"unless the policy says otherwise", func(l *lab) {
			spec := l.app("exit", "3")
			attempts := uint64(1)
			spec.TaskTemplate.RestartPolicy.MaxAttempts = &attempts
			spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionOnFailure
			id := l.create(spec)
			eventually(l.T, "both attempts have failed", func() bool {
				tasks := l.tasks(id)
				return len(tasks) == 2 && !slices.ContainsFunc(tasks, func(t swarm.Task) bool {
					return t.Status.State != swarm.TaskStateFailed || t.Status.ContainerStatus.ExitCode != 3
				})
			})
		}},
	}
}

func leaves(what string, change func(*swarm.ServiceSpec)) behaviour {
	return behaviour{what + " does not", func(l *lab) {
		id := l.create(l.app())
		l.awaitRunning(id, 1)
		before := l.running(id)
		version := l.read(id).Version
		l.update(id, change)
		// The engine would begin at once: give it another write to go by.
		l.update(id, func(s *swarm.ServiceSpec) { s.Labels = map[string]string{"again": "yes"} })
		if now := l.read(id); now.Version == version || now.UpdateStatus != nil {
			l.Errorf("version %v after %v, update status %+v", now.Version, version, now.UpdateStatus)
		}
		if after := l.running(id); !slices.Equal(before, after) || len(l.tasks(id)) != 1 {
			l.Errorf("running before: %v, after: %v", before, after)
		}
	}}
}

func replaces(what string, change func(*swarm.ServiceSpec)) behaviour {
	return behaviour{what + " does", func(l *lab) {
		id := l.create(l.app())
		l.awaitRunning(id, 1)
		before := l.running(id)
		l.update(id, change)
		eventually(l.T, "another task runs instead", func() bool {
			after := l.running(id)
			return len(after) == 1 && after[0] != before[0]
		})
	}}
}
