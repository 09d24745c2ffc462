package enginetest

import (
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// jobs are how services run that end (swarmkit manager/orchestrator/jobs).
func jobs() []behaviour {
	return []behaviour{
		{"as many tasks complete as it takes, so many at once", func(l *lab) {
			id := l.create(l.job(5, 2, "exit", "0"))
			most := 0
			eventually(l.T, "five have", func() bool {
				going, complete := 0, 0
				for _, t := range l.tasks(id) {
					switch t.Status.State { //nolint:exhaustive // the others have ended badly
					case swarm.TaskStateComplete:
						complete++
					case swarm.TaskStateRunning, swarm.TaskStateStarting, swarm.TaskStatePreparing:
						going++
					}
				}
				most = max(most, going)
				return complete == 5
			})
			if most > 2 {
				l.Errorf("%d at once", most)
			}
		}},
		{"tasks are to complete, and belong to an iteration", func(l *lab) {
			id := l.create(l.job(1, 1, "exit", "0"))
			l.awaitComplete(id, 1)
			t := l.tasks(id)[0]
			if t.DesiredState != swarm.TaskStateComplete || t.JobIteration == nil {
				l.Errorf("%+v", t)
			}
			if s := l.read(id); s.UpdateStatus != nil || s.JobStatus == nil || s.JobStatus.JobIteration != *t.JobIteration {
				l.Errorf("%+v", s)
			}
		}},
		{"any update starts a job again", func(l *lab) {
			id := l.create(l.job(1, 1, "exit", "0"))
			l.awaitComplete(id, 1)
			before := l.read(id).JobStatus.JobIteration
			l.update(id, func(s *swarm.ServiceSpec) { s.Labels = map[string]string{"a": "b"} })
			l.awaitComplete(id, 2)
			if after := l.read(id).JobStatus.JobIteration; after.Index <= before.Index {
				l.Errorf("iteration %v after %v", after, before)
			}
		}},
		{"a task that fails is replaced until one completes", func(l *lab) {
			id := l.create(l.job(1, 1, "exit", "1"))
			eventually(l.T, "three have failed", func() bool {
				failed := 0
				for _, t := range l.tasks(id) {
					if t.Status.State == swarm.TaskStateFailed {
						failed++
					}
				}
				return failed >= 3
			})
			l.update(id, func(s *swarm.ServiceSpec) { s.TaskTemplate.ContainerSpec.Args = []string{"exit", "0"} })
			l.awaitComplete(id, 1)
		}},
		{"what has completed is counted", func(l *lab) {
			id := l.create(l.job(3, 3, "exit", "0"))
			l.awaitComplete(id, 3)
			eventually(l.T, "three are, and none runs", func() bool {
				r, err := l.api.ServiceList(l.Context(), client.ServiceListOptions{
					Filters: make(client.Filters).Add("id", id), Status: true,
				})
				if err != nil {
					l.Fatal(err)
				}
				s := r.Items[0].ServiceStatus
				return s.CompletedTasks == 3 && s.RunningTasks == 0 && s.DesiredTasks == 3
			})
		}},
		{"a global job runs once on each node", func(l *lab) {
			spec := l.job(1, 1, "exit", "0")
			spec.Mode = swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}
			id := l.create(spec)
			nodes, err := l.api.NodeList(l.Context(), client.NodeListOptions{})
			if err != nil {
				l.Fatal(err)
			}
			l.awaitComplete(id, len(nodes.Items))
		}},
	}
}

func (l *lab) job(total, atOnce uint64, args ...string) swarm.ServiceSpec {
	spec := l.app(args...)
	spec.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionOnFailure
	spec.Mode = swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{TotalCompletions: &total, MaxConcurrent: &atOnce}}
	return spec
}

func (l *lab) awaitComplete(id string, n int) {
	l.Helper()
	eventually(l.T, "tasks have completed", func() bool {
		complete := 0
		for _, t := range l.tasks(id) {
			if t.Status.State == swarm.TaskStateComplete {
				complete++
			}
		}
		return complete == n
	})
}
