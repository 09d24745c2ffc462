package enginetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// behaviour is one thing that stackup relies on a swarm to do.
type behaviour struct {
	name  string
	check func(*lab)
}

// Behaviours checks that a swarm does what stackup, and the conversions and
// rules in its packages, rely on, beyond what [Contract] says: a stand-in that
// keeps the contract need not keep these. It returns how many were checked, needs
// what the contract needs, names what it makes "lab-…", and removes it again.
func Behaviours(t *testing.T, host string) (checked int) {
	t.Helper()
	api, err := client.New(client.WithHost(host))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = api.Close() })
	for _, group := range []struct {
		name string
		list []behaviour
	}{
		{"what is read back", readBack()},
		{"what is refused", refusals()},
		{"what is listed", listings()},
		{"what restarts tasks", restarts()},
		{"how updates go", updates()},
		{"how jobs go", jobs()},
		{"what is kept and told", records()},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, b := range group.list {
				checked++
				name := fmt.Sprintf("lab-%d", checked)
				t.Run(b.name, func(t *testing.T) {
					t.Parallel()
					b.check(&lab{T: t, api: api, name: name})
				})
			}
		})
	}
	for _, b := range exclusive() {
		checked++
		t.Run(b.name, func(t *testing.T) { b.check(&lab{T: t, api: api, name: "lab-alone"}) })
	}
	return checked
}

// lab is where one behaviour is checked.
type lab struct {
	*testing.T
	api  *client.Client
	name string // of a service, or the beginning of any name
}

// app is a service that runs one task of the test image, and does not wait before
// it starts another.
func (l *lab) app(args ...string) swarm.ServiceSpec {
	none := time.Duration(0)
	return swarm.ServiceSpec{
		Annotations: swarm.Annotations{Name: l.name},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: &swarm.ContainerSpec{Image: "stackup-test/app:1", Args: args, StopGracePeriod: &none},
			RestartPolicy: &swarm.RestartPolicy{Delay: &none},
		},
	}
}

// paper is a service that runs nothing, to be read back.
func (l *lab) paper() swarm.ServiceSpec {
	zero := uint64(0)
	return swarm.ServiceSpec{
		Annotations:  swarm.Annotations{Name: l.name},
		Mode:         swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &zero}},
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: "stackup-test/app:1"}},
	}
}

// create creates a service that is removed after the check.
func (l *lab) create(spec swarm.ServiceSpec) (id string) {
	l.Helper()
	r, err := l.api.ServiceCreate(l.Context(), client.ServiceCreateOptions{Spec: spec})
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() { l.remove(r.ID) })
	return r.ID
}

func (l *lab) remove(service string) {
	ctx := context.WithoutCancel(l.Context())
	if _, err := l.api.ServiceRemove(ctx, service, client.ServiceRemoveOptions{}); err != nil && !errdefs.IsNotFound(err) {
		l.Error(err)
	}
}

func (l *lab) read(id string) swarm.Service {
	l.Helper()
	r, err := l.api.ServiceInspect(l.Context(), id, client.ServiceInspectOptions{})
	if err != nil {
		l.Fatal(err)
	}
	return r.Service
}

// roundTrip creates a service and reads it back.
func (l *lab) roundTrip(spec swarm.ServiceSpec) swarm.ServiceSpec {
	l.Helper()
	return l.read(l.create(spec)).Spec
}

// update changes a service, as often as it takes: the engine itself writes to
// services too.
func (l *lab) update(id string, change func(*swarm.ServiceSpec)) {
	l.Helper()
	eventually(l.T, "the update is accepted", func() bool {
		s := l.read(id)
		change(&s.Spec)
		_, err := l.api.ServiceUpdate(l.Context(), id, client.ServiceUpdateOptions{Version: s.Version, Spec: s.Spec})
		if err != nil && !strings.Contains(err.Error(), "update out of sequence") {
			l.Fatal(err)
		}
		return err == nil
	})
}

// tasks are all tasks of a service, the last ones made first.
func (l *lab) tasks(id string) []swarm.Task {
	l.Helper()
	r, err := l.api.TaskList(l.Context(), client.TaskListOptions{Filters: make(client.Filters).Add("service", id)})
	if err != nil {
		l.Fatal(err)
	}
	return r.Items
}

// running are the tasks of a service that run, and are to.
func (l *lab) running(id string) (ids []string) {
	l.Helper()
	for _, t := range l.tasks(id) {
		if t.Status.State == swarm.TaskStateRunning && t.DesiredState == swarm.TaskStateRunning {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

func (l *lab) awaitRunning(id string, n int) {
	l.Helper()
	eventually(l.T, fmt.Sprintf("%d tasks run", n), func() bool { return len(l.running(id)) == n })
}

// refused wants an error with this status of HTTP and these words.
func (l *lab) refused(err error, is func(error) bool, words string) {
	l.Helper()
	if err == nil || !is(err) || !strings.Contains(err.Error(), words) {
		l.Errorf("got %v, want %q", err, words)
	}
}
