package enginetest

import (
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// updates are how a service gets from one spec to the next (swarmkit
// manager/orchestrator/update/updater.go).
func updates() []behaviour {
	return []behaviour{
		{"a new service has no update status and no previous spec", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			if s := l.read(id); s.UpdateStatus != nil || s.PreviousSpec != nil {
				l.Errorf("%+v, %+v", s.UpdateStatus, s.PreviousSpec)
			}
		}},
		{"an update needs the version of now", func(l *lab) {
			id := l.create(l.paper())
			s := l.read(id)
			for _, index := range []uint64{0, s.Version.Index - 1, s.Version.Index + 1<<32} {
				_, err := l.api.ServiceUpdate(l.Context(), id, client.ServiceUpdateOptions{Version: swarm.Version{Index: index}, Spec: s.Spec})
				l.refused(err, errdefs.IsInternal, "update out of sequence")
			}
		}},
		{"a good update is completed", func(l *lab) {
			id := l.watched("stackup-test/app:2", swarm.UpdateFailureActionPause)
			l.awaitUpdate(id, swarm.UpdateStateCompleted, "update completed")
			if s := l.read(id); s.PreviousSpec == nil || s.PreviousSpec.TaskTemplate.ContainerSpec.Image != "stackup-test/app:1" {
				l.Errorf("previous spec: %+v", s.PreviousSpec)
			}
		}},
		{"a failing update is paused", func(l *lab) {
			id := l.watched("stackup-test/missing:1", swarm.UpdateFailureActionPause)
			l.awaitUpdate(id, swarm.UpdateStatePaused, "update paused due to failure or early termination of task ")
			if s := l.read(id); s.Spec.TaskTemplate.ContainerSpec.Image != "stackup-test/missing:1" {
				l.Errorf("spec: %+v", s.Spec)
			}
		}},
		{"a failing update is rolled back, and there is no previous spec then", func(l *lab) {
			id := l.watched("stackup-test/missing:1", swarm.UpdateFailureActionRollback)
			l.awaitUpdate(id, swarm.UpdateStateRollbackCompleted, "rollback completed")
			if s := l.read(id); s.Spec.TaskTemplate.ContainerSpec.Image != "stackup-test/app:1" || s.PreviousSpec != nil {
				l.Errorf("spec: %+v, previous: %+v", s.Spec, s.PreviousSpec)
			}
			l.awaitRunning(id, 1)
		}},
		{"a failing update goes on if it is told to", func(l *lab) {
			id := l.watched("stackup-test/missing:1", swarm.UpdateFailureActionContinue)
			l.awaitUpdate(id, swarm.UpdateStateCompleted, "update completed")
		}},
		{"a task that ends within the monitor's time is a failure", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			l.update(id, func(s *swarm.ServiceSpec) {
				s.TaskTemplate.ContainerSpec.Args = []string{"fail-after", "300ms"}
				s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Monitor: 20 * time.Second}
			})
			l.awaitUpdate(id, swarm.UpdateStatePaused, "update paused due to failure")
		}},
		{"an update ends the pause of another", func(l *lab) {
			id := l.watched("stackup-test/missing:1", swarm.UpdateFailureActionPause)
			l.awaitUpdate(id, swarm.UpdateStatePaused, "")
			l.update(id, func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Image = "stackup-test/app:2" })
			l.awaitUpdate(id, swarm.UpdateStateCompleted, "update completed")
			l.awaitRunning(id, 1)
		}},
		{"a rollback by hand swaps the two specs", func(l *lab) {
			id := l.watched("stackup-test/app:2", swarm.UpdateFailureActionPause)
			l.awaitUpdate(id, swarm.UpdateStateCompleted, "")
			s := l.read(id)
			_, err := l.api.ServiceUpdate(l.Context(), id, client.ServiceUpdateOptions{Version: s.Version, Spec: s.Spec, Rollback: "previous"})
			if err != nil {
				l.Fatal(err)
			}
			s = l.read(id)
			if s.Spec.TaskTemplate.ContainerSpec.Image != "stackup-test/app:1" ||
				s.PreviousSpec.TaskTemplate.ContainerSpec.Image != "stackup-test/app:2" {
				l.Errorf("spec: %+v, previous: %+v", s.Spec, s.PreviousSpec)
			}
			l.awaitUpdate(id, swarm.UpdateStateRollbackCompleted, "rollback completed")
		}},
		{"there is no rollback without a previous spec", func(l *lab) {
			id := l.create(l.paper())
			s := l.read(id)
			_, err := l.api.ServiceUpdate(l.Context(), id, client.ServiceUpdateOptions{Version: s.Version, Spec: s.Spec, Rollback: "previous"})
			l.refused(err, errdefs.IsInvalidArgument, "does not have a previous spec")
		}},
		{"start-first has both tasks for a while", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			before := l.running(id)[0]
			l.update(id, func(s *swarm.ServiceSpec) {
				s.TaskTemplate.ContainerSpec.Image = "stackup-test/missing:1"
				s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Order: swarm.UpdateOrderStartFirst}
			})
			l.awaitUpdate(id, swarm.UpdateStatePaused, "")
			if now := l.running(id); len(now) != 1 || now[0] != before {
				l.Errorf("before %v, after %v", before, now)
			}
		}},
		{"tasks that cannot be placed wait, and say why", func(l *lab) {
			spec := l.app()
			spec.TaskTemplate.Resources = &swarm.ResourceRequirements{Reservations: &swarm.Resources{MemoryBytes: 1 << 50}}
			id := l.create(spec)
			eventually(l.T, "it waits", func() bool {
				t := l.tasks(id)
				return len(t) == 1 && t[0].Status.State == swarm.TaskStatePending &&
					strings.HasPrefix(t[0].Status.Err, "no suitable node (insufficient resources on ")
			})
		}},
	}
}

// watched is a service that runs :1 and is updated to another image.
func (l *lab) watched(image string, action swarm.FailureAction) (id string) {
	l.Helper()
	id = l.create(l.app())
	l.awaitRunning(id, 1)
	l.update(id, func(s *swarm.ServiceSpec) {
		s.TaskTemplate.ContainerSpec.Image = image
		s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Monitor: time.Second, FailureAction: action}
		s.RollbackConfig = &swarm.UpdateConfig{Parallelism: 1, Monitor: time.Second}
	})
	return id
}

func (l *lab) awaitUpdate(id string, state swarm.UpdateState, words string) {
	l.Helper()
	eventually(l.T, "the update is "+string(state)+": "+words, func() bool {
		u := l.read(id).UpdateStatus
		return u != nil && u.State == state && strings.HasPrefix(u.Message, words)
	})
}
