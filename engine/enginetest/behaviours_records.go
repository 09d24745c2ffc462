package enginetest

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// records are what remains of what was, and what the engine tells of it.
func records() []behaviour {
	return []behaviour{
		{"so many old tasks of a slot are kept", func(l *lab) {
			id := l.create(l.app("exit", "1"))
			seen := map[string]bool{}
			eventually(l.T, "there were more than are kept", func() bool {
				for _, t := range l.tasks(id) {
					seen[t.ID] = true
				}
				return len(seen) >= 12
			})
			none := uint64(0)
			l.update(id, func(s *swarm.ServiceSpec) { s.Mode.Replicated.Replicas = &none })
			l.update(id, func(s *swarm.ServiceSpec) { s.TaskTemplate.RestartPolicy.Condition = swarm.RestartPolicyConditionNone })
			eventually(l.T, "not more than the limit are", func() bool { return len(l.tasks(id)) <= 6 })
		}},
		{"a removed service takes its tasks along", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			task := l.tasks(id)[0].ID
			l.remove(id)
			eventually(l.T, "the task is gone", func() bool {
				_, err := l.api.TaskInspect(l.Context(), task, client.TaskInspectOptions{})
				return err != nil
			})
		}},
		{"labels of a secret change, and its data do not", func(l *lab) {
			id := l.secret("a")
			s, err := l.api.SecretInspect(l.Context(), id, client.SecretInspectOptions{})
			if err != nil {
				l.Fatal(err)
			}
			spec := s.Secret.Spec
			spec.Labels = map[string]string{"a": "b"}
			if _, err := l.api.SecretUpdate(l.Context(), id, client.SecretUpdateOptions{Version: s.Secret.Version, Spec: spec}); err != nil {
				l.Fatal(err)
			}
			if s, err = l.api.SecretInspect(l.Context(), id, client.SecretInspectOptions{}); err != nil || s.Secret.Spec.Labels["a"] != "b" {
				l.Errorf("%+v, %v", s.Secret, err)
			}
		}},
		{"events tell of a service that comes, changes and goes", func(l *lab) {
			started := time.Now()
			id := l.create(l.paper())
			l.update(id, func(s *swarm.ServiceSpec) { s.Labels = map[string]string{"a": "b"} })
			l.remove(id)
			ctx, cancel := context.WithTimeout(l.Context(), patience)
			defer cancel()
			r := l.api.Events(ctx, client.EventsListOptions{
				Since:   started.Add(-time.Second).Format(time.RFC3339Nano),
				Filters: make(client.Filters).Add("type", "service").Add("service", id),
			})
			for _, want := range []events.Action{events.ActionCreate, events.ActionUpdate, events.ActionRemove} {
				for got := events.Action(""); got != want; {
					select {
					case m := <-r.Messages:
						if got = m.Action; m.Actor.ID != id || m.Actor.Attributes["name"] != l.name {
							l.Fatalf("%+v", m)
						}
					case err := <-r.Err:
						l.Fatalf("waiting for %s: %v", want, err)
					}
				}
			}
		}},
		{"what containers write is kept", func(l *lab) {
			id := l.create(l.app())
			l.awaitRunning(id, 1)
			eventually(l.T, "there is a line with the task", func() bool {
				logs, err := l.api.ServiceLogs(l.Context(), id, client.ServiceLogsOptions{ShowStdout: true, ShowStderr: true, Details: true})
				if err != nil {
					l.Fatal(err)
				}
				defer func() { _ = logs.Close() }()
				text, err := io.ReadAll(logs)
				return err == nil && strings.Contains(string(text), "com.docker.swarm.task.id="+l.tasks(id)[0].ID)
			})
		}},
		{"a port that is not chosen is", func(l *lab) {
			spec := l.paper()
			spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80}}}
			id := l.create(spec)
			eventually(l.T, "it is from the range", func() bool {
				p := l.read(id).Endpoint.Ports
				return len(p) == 1 && p[0].PublishedPort >= 30000 && p[0].PublishedPort <= 32767
			})
			if s := l.read(id); s.Spec.EndpointSpec.Ports[0].PublishedPort != 0 {
				l.Errorf("the spec has %+v", s.Spec.EndpointSpec.Ports)
			}
		}},
	}
}

// exclusive are those that disturb the others.
func exclusive() []behaviour {
	return []behaviour{{"a drained node runs nothing, and then again", func(l *lab) {
		id := l.create(l.app())
		l.awaitRunning(id, 1)
		l.availability(swarm.NodeAvailabilityDrain)
		l.Cleanup(func() { l.availability(swarm.NodeAvailabilityActive) })
		l.awaitRunning(id, 0)
		l.availability(swarm.NodeAvailabilityActive)
		l.awaitRunning(id, 1)
	}}}
}

// availability of all nodes.
func (l *lab) availability(a swarm.NodeAvailability) {
	l.Helper()
	ctx := context.WithoutCancel(l.Context())
	eventually(l.T, "nodes are "+string(a), func() bool {
		nodes, err := l.api.NodeList(ctx, client.NodeListOptions{})
		for _, n := range nodes.Items {
			n.Spec.Availability = a
			if _, failed := l.api.NodeUpdate(ctx, n.ID, client.NodeUpdateOptions{Version: n.Version, Spec: n.Spec}); failed != nil {
				err = failed
			}
		}
		return err == nil
	})
}
