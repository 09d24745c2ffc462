package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

func open(t *testing.T, o engine.Options) *engine.Client {
	t.Helper()
	c, err := engine.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func create(t *testing.T, c *engine.Client, o stack.Object) (id string) {
	t.Helper()
	id, _, err := c.Create(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func about(name string) swarm.Annotations {
	return swarm.Annotations{Name: name, Labels: map[string]string{stack.LabelNamespace: "shop"}}
}

func service(name string) stack.Service {
	return stack.Service{Spec: swarm.ServiceSpec{
		Annotations:  about(name),
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: "nginx"}},
	}}
}

func config(name string) stack.Config {
	return stack.Config{Spec: swarm.ConfigSpec{Annotations: about(name), Data: []byte("x")}}
}

func secret(name, data string) stack.Secret {
	return stack.Secret{Spec: swarm.SecretSpec{Annotations: about(name)}, Data: []byte(data)}
}

// However large the stack, the number of requests stays the same.
func TestObserveSendsFewRequests(t *testing.T) {
	for _, size := range []int{1, 40} {
		e := enginetest.Start(t)
		c := open(t, engine.Options{Host: e.Host})
		want := stack.Stack{Name: "shop"}
		for i := range size {
			create(t, c, service(fmt.Sprintf("shop_web%d", i)))
			create(t, c, config(fmt.Sprintf("shop_c%d", i)))
			want.Configs = append(want.Configs, config(fmt.Sprintf("shop_c%d", i)))
		}
		observe := func(what string, wantStack stack.Stack, wantRequests int) {
			t.Helper()
			before := e.Requests()
			if _, err := c.Observe(t.Context(), wantStack); err != nil {
				t.Fatal(err)
			}
			if n := e.Requests() - before; n != wantRequests {
				t.Errorf("%s of %d services: %d requests, want %d", what, size, n, wantRequests)
			}
		}
		observe("the first time of this client", want, 8) // and a ping before
		observe("unchanged", want, 7)
		observe("destroy", stack.Stack{Name: "shop"}, 7)
		want.Configs = append(want.Configs, config("shop_new"))
		observe("a config that is not there yet", want, 7)
		create(t, c, secret("shop_key", "k"))
		key := secret("shop_key-0123456789", "k")
		key.Base = "shop_key"
		want.Secrets = []stack.Secret{key}
		observe("a secret to compare", want, 8)

		c = open(t, engine.Options{Host: e.Host})
		observe("the first time", want, 10)
		if c.Writes() != 0 || c.Requests() != 10 {
			t.Errorf("%d requests, %d writes; want 10, 0", c.Requests(), c.Writes())
		}
	}
}

// Of another stack's tasks nothing depends.
func TestObserveReadsTheTasksOfTheStack(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	id := create(t, c, service("shop_web"))
	other := service("other_web")
	other.Spec.Labels = nil
	create(t, c, other)
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil || len(s.Services) != 2 || len(s.Tasks) != 1 || s.Tasks[0].ServiceID != id {
		t.Errorf("services %v, tasks %v, %v", s.Services, s.Tasks, err)
	}
}

// A name that the stack wants, or would have had, may belong to somebody else.
func TestObserveFindsConfigsByName(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	for _, name := range []string{"shop_a", "shop_b-0123456789", "shop_c", "shop_cc"} {
		foreign := config(name)
		foreign.Spec.Labels = nil
		create(t, c, foreign)
	}
	wanted := func(base, name string) stack.Config {
		w := config(name)
		w.Base = base
		return w
	}
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop", Configs: []stack.Config{
		wanted("shop_a", "shop_a-0123456789"), wanted("shop_b", "shop_b-0123456789"), wanted("", "shop_c"),
	}})
	var names []string
	for _, found := range s.Configs {
		names = append(names, found.Spec.Name)
	}
	if err != nil || !slices.Equal(names, []string{"shop_a", "shop_b-0123456789", "shop_c"}) {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestObserveSortsByName(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	for _, name := range []string{"shop_b", "shop_c", "shop_a"} {
		create(t, c, service(name))
		create(t, c, config(name))
		create(t, c, secret(name, "k"))
		create(t, c, stack.Network{Spec: network.CreateRequest{Name: name}})
	}
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range s.Services {
		got = append(got, o.Spec.Name)
	}
	for _, o := range s.Configs {
		got = append(got, o.Spec.Name)
	}
	for _, o := range s.Secrets {
		got = append(got, o.Spec.Name)
	}
	for _, o := range s.Networks {
		got = append(got, o.Name)
	}
	if want := "shop_a shop_b shop_c"; strings.Join(got, " ") != strings.Join([]string{want, want, want, want}, " ") {
		t.Errorf("got %v", got)
	}
}

// Only secrets that docker stack deploy may have made, or whose name the file
// pins, are compared.
func TestObserveComparesSecrets(t *testing.T) {
	e := enginetest.Start(t)
	c := open(t, engine.Options{Host: e.Host})
	create(t, c, secret("shop_key", "right"))
	create(t, c, secret("pinned", "right"))
	foreign := secret("other_key", "right")
	foreign.Spec.Labels = nil
	create(t, c, foreign)
	written := len(e.Journal())

	wanted := func(base, name, data string) stack.Secret {
		s := secret(name, data)
		s.Base, s.Pinned = base, base == ""
		return s
	}
	external := wanted("", "pinned", "right")
	external.External = true
	for name, test := range map[string]struct {
		want stack.Secret
		same map[string]stack.Verdict
	}{
		"equal":            {wanted("shop_key", "shop_key-1", "right"), map[string]stack.Verdict{"shop_key": stack.Same}},
		"different":        {wanted("shop_key", "shop_key-2", "wrong"), map[string]stack.Verdict{"shop_key": stack.Different}},
		"without data":     {wanted("shop_key", "shop_key-3", ""), map[string]stack.Verdict{"shop_key": stack.Unknown}},
		"pinned":           {wanted("", "pinned", "right"), map[string]stack.Verdict{"pinned": stack.Same}},
		"external":         {external, map[string]stack.Verdict{}},
		"of another stack": {wanted("other_key", "other_key-1", "right"), map[string]stack.Verdict{}},
		"not there":        {wanted("shop_new", "shop_new-1", "right"), map[string]stack.Verdict{}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := c.Observe(t.Context(), stack.Stack{Name: "shop", Secrets: []stack.Secret{test.want}})
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprintf("%q", s.SameSecret) != fmt.Sprintf("%q", test.same) {
				t.Errorf("got %q, want %q", s.SameSecret, test.same)
			}
		})
	}
	if journal := e.Journal(); len(journal) != written {
		t.Errorf("the comparison wrote %v", journal[written:])
	}

	e.SetFault(func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/update") {
			return http.StatusForbidden, "read-only"
		}
		return 0, ""
	})
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop", Secrets: []stack.Secret{wanted("shop_key", "shop_key-1", "right")}})
	if verdict, ok := s.SameSecret["shop_key"]; err != nil || !ok || verdict != stack.Unknown {
		t.Errorf("behind a read-only endpoint: %q, %v", s.SameSecret, err)
	}
}

// A removed network whose tasks are still stopping is listed with peers, as the
// engine's own instance of it.
func TestObserveLeavesOutRemovedNetworks(t *testing.T) {
	e := enginetest.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/networks") {
			_, _ = w.Write([]byte(`[
				{"Name": "shop_gone", "Scope": "swarm", "Peers": [{"Name": "e47742f1b8a6", "IP": "10.77.0.1"}]},
				{"Name": "shop_net", "Scope": "swarm"},
				{"Name": "bridge", "Scope": "local"}]`))
			return
		}
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c := open(t, engine.Options{Host: "tcp://" + server.Listener.Addr().String()})
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range s.Networks {
		names = append(names, n.Name)
	}
	if !slices.Equal(names, []string{"bridge", "shop_net"}) {
		t.Errorf("got %v", names)
	}
}

// The end of the context is the whole error, wherever it comes.
func TestCancel(t *testing.T) {
	want := secret("shop_key-0123456789", "k")
	want.Base = "shop_key"
	for _, at := range []string{"/_ping", "/networks", "/secrets", "/update"} {
		e := enginetest.Start(t)
		create(t, open(t, engine.Options{Host: e.Host}), secret("shop_key", "k"))
		c := open(t, engine.Options{Host: e.Host})
		ctx, cancel := context.WithCancel(t.Context())
		e.SetFault(func(r *http.Request) (int, string) {
			if strings.HasSuffix(r.URL.Path, at) {
				cancel()
				<-r.Context().Done()
			}
			return 0, ""
		})
		_, err := c.Observe(ctx, stack.Stack{Name: "shop", Secrets: []stack.Secret{want}})
		if !errors.Is(err, context.Canceled) || err.Error() != "context canceled" {
			t.Errorf("%s: got %v", at, err)
		}
	}
}

func TestStatus(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host})
	id := create(t, c, service("shop_web"))
	other := service("other_web")
	other.Spec.Labels = nil
	create(t, c, other)
	s, err := c.Service(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s.Spec.TaskTemplate.ForceUpdate++
	if _, err := c.Update(t.Context(), stack.Live{ID: id, Version: s.Version}, s.Spec); err != nil {
		t.Fatal(err)
	}
	before := c.Requests()
	status, err := c.Status(t.Context(), "shop")
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Requests() - before; n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	if len(status.Services) != 1 || len(status.Tasks) != 2 || len(status.Current) != 1 {
		t.Errorf("%d services, %d tasks, %d current; want 1, 2, 1",
			len(status.Services), len(status.Tasks), len(status.Current))
	}
}
