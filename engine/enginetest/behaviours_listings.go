package enginetest

import (
	"slices"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// listings are what lists choose, and count (moby daemon/cluster/filters.go).
func listings() []behaviour {
	return []behaviour{
		{"services by labels, all of which have to match", func(l *lab) {
			l.labelled("-1", map[string]string{l.name: "x", "b": "1"})
			l.labelled("-2", map[string]string{l.name: "x", "b": "2"})
			l.finds([]string{l.name + "-2"}, "label", l.name+"=x", "b=2")
			l.finds([]string{l.name + "-1", l.name + "-2"}, "label", l.name)
			l.finds(nil, "label", l.name+"=y")
		}},
		{"services by the beginnings of names, one of which has to match", func(l *lab) {
			l.labelled("-one", nil)
			l.labelled("-two", nil)
			l.finds([]string{l.name + "-one", l.name + "-two"}, "name", l.name+"-o", l.name+"-t")
			l.finds(nil, "name", "one")
		}},
		{"services by mode", func(l *lab) {
			spec := l.paper()
			spec.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
			spec.TaskTemplate.Placement = &swarm.Placement{Constraints: []string{"node.id==none"}}
			l.create(spec)
			for mode, want := range map[string]int{"global": 1, "replicated": 0} {
				f := make(client.Filters).Add("name", l.name).Add("mode", mode)
				if r, err := l.api.ServiceList(l.Context(), client.ServiceListOptions{Filters: f}); err != nil || len(r.Items) != want {
					l.Errorf("%s: %v, %v", mode, r.Items, err)
				}
			}
		}},
		{"how many tasks a service has and is to have", func(l *lab) {
			spec, three := l.app(), uint64(3)
			spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &three}
			id := l.create(spec)
			eventually(l.T, "three of three run", func() bool {
				r, err := l.api.ServiceList(l.Context(), client.ServiceListOptions{
					Filters: make(client.Filters).Add("id", id), Status: true,
				})
				if err != nil {
					l.Fatal(err)
				}
				s := r.Items[0].ServiceStatus
				return s != nil && s.RunningTasks == 3 && s.DesiredTasks == 3
			})
		}},
		{"tasks by the service's name, its label, the node and what they are to be", func(l *lab) {
			spec := l.app()
			spec.Labels = map[string]string{l.name: "x"}
			id := l.create(spec)
			l.awaitRunning(id, 1)
			for _, f := range []client.Filters{
				make(client.Filters).Add("service", l.name),
				make(client.Filters).Add("label", l.name+"=x"),
				make(client.Filters).Add("service", id).Add("node", l.tasks(id)[0].NodeID),
				make(client.Filters).Add("name", l.name+".1"),
				make(client.Filters).Add("service", id).Add("desired-state", "running"),
			} {
				if r, err := l.api.TaskList(l.Context(), client.TaskListOptions{Filters: f}); err != nil || len(r.Items) != 1 {
					l.Errorf("%v: %v, %v", f, r.Items, err)
				}
			}
		}},
		{"configs and secrets by the beginnings of names, secrets by whole names too", func(l *lab) {
			l.config("a")
			l.secret("a")
			begins := make(client.Filters).Add("name", l.name[:len(l.name)-1])
			configs, err := l.api.ConfigList(l.Context(), client.ConfigListOptions{Filters: begins})
			if err != nil || !slices.ContainsFunc(configs.Items, func(c swarm.Config) bool { return c.Spec.Name == l.name }) {
				l.Errorf("configs: %v, %v", configs.Items, err)
			}
			for filter, want := range map[string]int{l.name: 1, l.name[:len(l.name)-1]: 0} {
				r, err := l.api.SecretList(l.Context(), client.SecretListOptions{Filters: make(client.Filters).Add("names", filter)})
				if err != nil || len(r.Items) != want {
					l.Errorf("secrets named %s: %v, %v", filter, r.Items, err)
				}
			}
		}},
		{"networks by name", func(l *lab) {
			l.network(l.name + "-net")
			r, err := l.api.NetworkList(l.Context(), client.NetworkListOptions{Filters: make(client.Filters).Add("name", l.name+"-net")})
			if err != nil || len(r.Items) != 1 {
				l.Errorf("networks: %v, %v", r.Items, err)
			}
		}},
	}
}

func (l *lab) labelled(suffix string, labels map[string]string) {
	l.Helper()
	spec := l.paper()
	spec.Name += suffix
	spec.Labels = labels
	l.create(spec)
}

// finds wants services of these names for a filter with these values.
func (l *lab) finds(want []string, filter string, values ...string) {
	l.Helper()
	r, err := l.api.ServiceList(l.Context(), client.ServiceListOptions{Filters: make(client.Filters).Add(filter, values...)})
	if err != nil {
		l.Fatal(err)
	}
	var names []string
	for _, s := range r.Items {
		names = append(names, s.Spec.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		l.Errorf("%s %v: got %v, want %v", filter, values, names, want)
	}
}
