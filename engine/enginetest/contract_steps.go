package enginetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

func (k *contract) observe(t *testing.T, want stack.Stack) stack.Snapshot {
	t.Helper()
	s, err := k.c.Observe(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *contract) observes(t *testing.T) {
	foreign := k.create(stack.Config{Spec: swarm.ConfigSpec{
		Annotations: swarm.Annotations{Name: "contract.foreign"}, Data: []byte("x"),
	}})
	k.create(stack.Config{Spec: swarm.ConfigSpec{
		Annotations: swarm.Annotations{Name: "contract.foreign.not"}, Data: []byte("x"),
	}})
	s := k.observe(t, stack.Stack{Name: "contract", Configs: []stack.Config{
		{External: true, Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: "contract.foreign"}}},
	}})
	if len(s.Nodes) == 0 || len(s.Services) != 1 || s.Services[0].Spec.Name != "contract_web" {
		t.Errorf("nodes %v, services %v", s.Nodes, s.Services)
	}
	if !slices.ContainsFunc(s.Networks, func(n network.Summary) bool {
		return n.Name == "contract_net" && n.Scope == "swarm" && s.Owned(n.Labels)
	}) {
		t.Errorf("networks %v", s.Networks)
	}
	if len(s.Configs) != 2 || s.Configs[0].ID != foreign || string(s.Configs[1].Spec.Data) != "a: 1" {
		t.Errorf("configs %v", s.Configs)
	}
	if len(s.Secrets) != 1 || s.Secrets[0].Spec.Data != nil {
		t.Errorf("secrets %v", s.Secrets)
	}
}

func (k *contract) comparesSecrets(t *testing.T) {
	compare := func(data string) (stack.Verdict, uint64) {
		t.Helper()
		s := k.observe(t, stack.Stack{Name: "contract", Secrets: []stack.Secret{{
			Base: "contract_secret",
			Spec: swarm.SecretSpec{Annotations: about("contract_secret-0123456789")}, Data: []byte(data),
		}}})
		return s.SameSecret["contract_secret"], s.Secrets[0].Version.Index
	}
	same, before := compare("hunter2")
	different, _ := compare("hunter3")
	empty, after := compare("")
	if same != stack.Same || different != stack.Different || empty != stack.Unknown {
		t.Errorf("same: %q, different: %q, empty: %q", same, different, empty)
	}
	if before != after {
		t.Errorf("the secret's version moved from %d to %d", before, after)
	}
}

func (k *contract) refusesTakenNames(t *testing.T) {
	for words, o := range map[string]stack.Object{
		"network with name contract_net already exists":                               stack.Network{Spec: network.CreateRequest{Name: "contract_net", Driver: "overlay"}},
		"config contract_config already exists":                                       stack.Config{Spec: swarm.ConfigSpec{Annotations: about("contract_config"), Data: []byte("b")}},
		"secret contract_secret already exists":                                       stack.Secret{Spec: swarm.SecretSpec{Annotations: about("contract_secret")}, Data: []byte("b")},
		"name conflicts with an existing object: service contract_web already exists": service("contract_web", "stackup-test/app:1"),
	} {
		_, _, err := k.c.Create(t.Context(), o)
		check(t, err, stack.ErrConflict, o.Ref().String()+": "+words)
	}
}

func (k *contract) refusesRemovalInUse(t *testing.T) {
	for ref, words := range map[stack.Ref]string{
		{Kind: stack.KindNetwork, Name: "contract_net"}:   " is in use by service " + k.ids[stack.Ref{Kind: stack.KindService, Name: "contract_web"}],
		{Kind: stack.KindConfig, Name: "contract_config"}: "config 'contract_config' is in use by the following service: contract_web",
		{Kind: stack.KindSecret, Name: "contract_secret"}: "secret 'contract_secret' is in use by the following service: contract_web",
	} {
		check(t, k.c.Remove(t.Context(), ref.Kind, k.ids[ref]), stack.ErrInUse, words)
	}
}

func (k *contract) refusesDanglingReferences(t *testing.T) {
	lost := service("contract_lost", "stackup-test/app:1")
	lost.Spec.TaskTemplate.ContainerSpec.Secrets = []*swarm.SecretReference{{
		SecretID: "nosuch", SecretName: "contract_nosuch", File: &swarm.SecretReferenceFileTarget{Name: "x", UID: "0", GID: "0"},
	}}
	_, _, err := k.c.Create(t.Context(), lost)
	check(t, err, stack.ErrInvalid, `service "contract_lost": secret not found: contract_nosuch`)

	lost = service("contract_lost", "")
	_, _, err = k.c.Create(t.Context(), lost)
	check(t, err, stack.ErrInvalid, `service "contract_lost": ContainerSpec: image reference must be provided`)
}

// web is the service as it is now.
func (k *contract) web(t *testing.T) swarm.Service {
	t.Helper()
	s, err := k.c.Service(t.Context(), k.ids[stack.Ref{Kind: stack.KindService, Name: "contract_web"}])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *contract) updates(t *testing.T) {
	eventually(t, "the first task runs", func() bool {
		_, current := k.tasks(t, "contract_web")
		return running(current)
	})
	s := k.web(t)
	spec := s.Spec
	spec.Labels = map[string]string{stack.LabelNamespace: "contract", "changed": "yes"}

	_, err := k.c.Update(t.Context(), stack.Live{ID: s.ID, Version: swarm.Version{Index: 1}}, spec)
	check(t, err, stack.ErrOutOfSequence, `service "contract_web": update out of sequence`)
	renamed := spec
	renamed.Name = "contract_other"
	_, err = k.c.Update(t.Context(), stack.Live{ID: s.ID, Version: s.Version}, renamed)
	check(t, err, stack.ErrInvalid, "renaming services is not supported")
	global := spec
	global.Mode = swarm.ServiceMode{Global: &swarm.GlobalService{}}
	_, err = k.c.Update(t.Context(), stack.Live{ID: s.ID, Version: s.Version}, global)
	check(t, err, stack.ErrInvalid, "service mode change is not allowed")
	if k.web(t).Version != s.Version {
		t.Error("a refused update moved the version")
	}

	if _, err := k.c.Update(t.Context(), stack.Live{ID: s.ID, Version: s.Version}, spec); err != nil {
		t.Fatal(err)
	}
	now := k.web(t)
	if now.Spec.Labels["changed"] != "yes" || now.PreviousSpec == nil || now.Version == s.Version {
		t.Errorf("after the update: %+v", now)
	}
	if all, current := k.tasks(t, "contract_web"); len(all) != 1 || len(current) != 1 {
		t.Errorf("a label restarted tasks: %d, %d of them current", len(all), len(current))
	}
}

func (k *contract) countsOldTasksOfEqualSpec(t *testing.T) {
	change := func(image string, mode swarm.ResolutionMode) {
		t.Helper()
		s := k.web(t)
		container := *s.Spec.TaskTemplate.ContainerSpec
		container.Image = image
		s.Spec.TaskTemplate.ContainerSpec = &container
		if mode != "" {
			s.Spec.EndpointSpec = &swarm.EndpointSpec{Mode: mode}
		}
		if _, err := k.c.Update(t.Context(), stack.Live{ID: s.ID, Version: s.Version}, s.Spec); err != nil {
			t.Fatal(err)
		}
	}
	count := func(wantAll, wantCurrent int) {
		t.Helper()
		eventually(t, fmt.Sprintf("there are %d tasks, %d of them current, of which one runs", wantAll, wantCurrent), func() bool {
			all, current := k.tasks(t, "contract_web")
			return len(all) == wantAll && len(current) == wantCurrent && running(current)
		})
	}
	change("stackup-test/app:2", "")
	count(2, 1)
	change("stackup-test/app:1", "") // as the first
	count(3, 2)
	change("stackup-test/app:1", swarm.ResolutionModeDNSRR)
	count(4, 1)
}

func (k *contract) explainsTasks(t *testing.T) {
	k.create(service("contract_missing", "stackup-test/missing:1"))
	k.create(service("contract_exit", "stackup-test/app:1", "exit", "1"))
	eventually(t, "the image is missing", func() bool {
		_, current := k.tasks(t, "contract_missing")
		return slices.ContainsFunc(current, func(t swarm.Task) bool {
			return t.Status.State == swarm.TaskStateRejected && t.Status.Err == "No such image: stackup-test/missing:1"
		})
	})
	eventually(t, "three tasks have failed with code 1", func() bool {
		_, current := k.tasks(t, "contract_exit")
		failed := slices.DeleteFunc(current, func(t swarm.Task) bool {
			return t.Status.State != swarm.TaskStateFailed || t.Status.Err != "task: non-zero exit (1)" ||
				t.Status.ContainerStatus.ExitCode != 1 || t.DesiredState != swarm.TaskStateShutdown
		})
		return len(failed) >= 3
	})
}

func (k *contract) missesWhatIsGone(t *testing.T) {
	for _, kind := range []stack.Kind{stack.KindService, stack.KindNetwork, stack.KindConfig, stack.KindSecret} {
		check(t, k.c.Remove(t.Context(), kind, "nosuch"), stack.ErrNotFound, "nosuch not found")
	}
	_, err := k.c.Service(t.Context(), "nosuch")
	check(t, err, stack.ErrNotFound, `service "nosuch": service nosuch not found`)
}
