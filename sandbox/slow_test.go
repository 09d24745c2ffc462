package sandbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/moby/moby/api/types/swarm"

	core "github.com/stackup-cli/stackup/sandbox/swarm"
)

// service runs so many tasks of an image.
func service(image string, replicas uint64) swarm.ServiceSpec {
	return swarm.ServiceSpec{
		Annotations:  swarm.Annotations{Name: "web"},
		Mode:         swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &replicas}},
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: image}},
	}
}

func (w world) started(image string, replicas uint64) (id string) {
	w.Helper()
	id = w.create(service(image, replicas))
	w.after("all run", func() bool { n, _ := w.running(id); return n == int(replicas) })
	return id
}

func (w world) updateIs(id string, state swarm.UpdateState) func() bool {
	return func() bool { u := w.read(id).UpdateStatus; return u != nil && u.State == state }
}

func TestARollingUpdateTakesItsTime(t *testing.T) {
	fast(t, Options{}, func(w world) {
		id := w.started("nginx:1", 3)
		w.update(id, func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Image = "sandbox/slow:30s"
			s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 1, Delay: time.Minute, Monitor: 5 * time.Minute}
		})
		took := w.after("completed", w.updateIs(id, swarm.UpdateStateCompleted))
		w.about("three pulls, three pauses and the monitor", took, 3*30*time.Second+3*time.Minute+5*time.Minute)
	})
}

func TestAFailureLateInTheMonitorIsRolledBack(t *testing.T) {
	fast(t, Options{}, func(w world) {
		id := w.started("nginx:1", 2)
		w.update(id, func(s *swarm.ServiceSpec) {
			s.TaskTemplate.ContainerSpec.Image = "sandbox/sick:4m"
			s.UpdateConfig = &swarm.UpdateConfig{Parallelism: 2, Monitor: 5 * time.Minute, FailureAction: swarm.UpdateFailureActionRollback}
		})
		took := w.after("rolled back", w.updateIs(id, swarm.UpdateStateRollbackCompleted))
		w.about("the failure", took, 4*time.Minute)
		failed := 0
		for _, task := range w.tasks(id) {
			if task.Status.Err == "task: non-zero exit (137): dockerexec: unhealthy container" {
				failed++
			}
		}
		if failed == 0 {
			t.Error("no task is unhealthy")
		}
		// The update counts as rolled back while the last tasks still start.
		w.after("the old tasks run again", func() bool { n, _ := w.running(id); return n == 2 })
	})
}

func TestACrashLoopWaitsBetweenAttempts(t *testing.T) {
	fast(t, Options{}, func(w world) {
		spec, delay, attempts := service("sandbox/crash:1s", 1), 10*time.Minute, uint64(3)
		spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Delay: &delay, MaxAttempts: &attempts}
		id := w.create(spec)
		took := w.after("four have failed", func() bool {
			failed := 0
			for _, task := range w.tasks(id) {
				if task.Status.State == swarm.TaskStateFailed {
					failed++
				}
			}
			return failed == 4
		})
		w.about("three pauses", took, 30*time.Minute)
	})
}

func TestTheTasksOfALostNodeRunElsewhere(t *testing.T) {
	fast(t, Options{Cluster: core.Common(3)}, func(w world) {
		id := w.started("nginx:1", 6)
		_, before := w.running(id)
		var lost string
		for node := range before {
			lost = node
		}
		if len(before) != 3 {
			t.Fatalf("by node: %v", before)
		}
		if err := w.SetDown(lost, true); err != nil {
			t.Fatal(err)
		}
		w.after("the others run them", func() bool { n, by := w.running(id); return n == 6+by[lost] && len(by) >= 2 && n-by[lost] == 6 })
		if err := w.SetDown(lost, false); err != nil {
			t.Fatal(err)
		}
		w.after("it stops what others run now", func() bool { n, by := w.running(id); return n == 6 && by[lost] == 0 })
	})
}

func TestAStubbornContainerIsKilledAfterTheGracePeriod(t *testing.T) {
	fast(t, Options{}, func(w world) {
		spec, grace := service("sandbox/stubborn:10m", 1), 20*time.Second
		spec.TaskTemplate.ContainerSpec.StopGracePeriod = &grace
		id := w.create(spec)
		w.after("it runs", func() bool { n, _ := w.running(id); return n == 1 })
		w.update(id, func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Image = "nginx:2" })
		took := w.after("the next one runs", func() bool {
			return slices.ContainsFunc(w.tasks(id), func(t swarm.Task) bool {
				return t.Spec.ContainerSpec.Image == "nginx:2" && t.Status.State == swarm.TaskStateRunning
			})
		})
		w.about("the stop", took, grace)
	})
}
