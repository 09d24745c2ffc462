package enginetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/stack"
)

// patience is how long a real engine may take to start a task.
const patience = time.Minute

// Contract checks that the engine at this address behaves as package engine and
// its callers rely on. It needs the images stackup-test/app:1 and :2 there (see
// e2e/testapp), works in a stack named "contract", and removes what it made.
func Contract(t *testing.T, host string) {
	t.Helper()
	c, err := engine.Open(engine.Options{Host: host})
	if err != nil {
		t.Fatal(err)
	}
	k := &contract{T: t, c: c, ids: map[stack.Ref]string{}}
	t.Cleanup(k.removeAll)
	net := k.create(stack.Network{Spec: network.CreateRequest{Name: "contract_net", Driver: "overlay", Labels: labels()}})
	config := k.create(stack.Config{Spec: swarm.ConfigSpec{Annotations: about("contract_config"), Data: []byte("a: 1")}})
	secret := k.create(stack.Secret{Spec: swarm.SecretSpec{Annotations: about("contract_secret")}, Data: []byte("hunter2")})
	web := service("contract_web", "stackup-test/app:1", "sleep")
	web.Spec.TaskTemplate.Networks = []swarm.NetworkAttachmentConfig{{Target: net}}
	web.Spec.TaskTemplate.ContainerSpec.Configs = []*swarm.ConfigReference{{
		ConfigID: config, ConfigName: "contract_config", File: &swarm.ConfigReferenceFileTarget{Name: "/config", UID: "0", GID: "0"},
	}}
	web.Spec.TaskTemplate.ContainerSpec.Secrets = []*swarm.SecretReference{{
		SecretID: secret, SecretName: "contract_secret", File: &swarm.SecretReferenceFileTarget{Name: "secret", UID: "0", GID: "0"},
	}}
	k.create(web)
	k.first = web

	t.Run("what is there is observed", k.observes)
	t.Run("the latest revision is observed", k.observesTheLatestRevision)
	t.Run("secrets are compared without a write", k.comparesSecrets)
	t.Run("names are taken", k.refusesTakenNames)
	t.Run("what was created is found", k.findsWhatWasCreated)
	t.Run("labels of a config need the version", k.relabels)
	t.Run("what is in use stays", k.refusesRemovalInUse)
	t.Run("references must exist", k.refusesDanglingReferences)
	t.Run("an update needs the version", k.updates)
	t.Run("tasks of an equal older spec are current", k.countsOldTasksOfEqualSpec)
	t.Run("tasks say why they fail", k.explainsTasks)
	t.Run("tasks have written something", k.readsLogs)
	t.Run("what is gone is not found", k.missesWhatIsGone)
}

// contract is the state of one run.
type contract struct {
	*testing.T
	c     *engine.Client
	ids   map[stack.Ref]string
	first stack.Service // web as it was created
}

func labels() map[string]string { return map[string]string{stack.LabelNamespace: "contract"} }

func about(name string) swarm.Annotations { return swarm.Annotations{Name: name, Labels: labels()} }

func service(name, image string, args ...string) stack.Service {
	one, none := uint64(1), time.Duration(0)
	return stack.Service{Spec: swarm.ServiceSpec{
		Annotations: about(name),
		Mode:        swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &one}},
		TaskTemplate: swarm.TaskSpec{
			ContainerSpec: &swarm.ContainerSpec{Image: image, Args: args},
			RestartPolicy: &swarm.RestartPolicy{Delay: &none},
		},
	}}
}

func (k *contract) create(o stack.Object) (id string) {
	k.Helper()
	id, _, err := k.c.Create(k.Context(), o)
	if err != nil || id == "" {
		k.Fatalf("create %s: id %q, %v", o.Ref(), id, err)
	}
	k.ids[o.Ref()] = id
	return id
}

// removeAll removes services first, and waits for a network to be let go.
func (k *contract) removeAll() {
	// The test's own context has ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.Context()), patience)
	defer cancel()
	for _, kind := range []stack.Kind{stack.KindService, stack.KindNetwork, stack.KindConfig, stack.KindSecret} {
		for ref, id := range k.ids {
			if ref.Kind != kind {
				continue
			}
			eventually(k.T, ref.String()+" is gone", func() bool {
				return errors.Is(k.c.Remove(ctx, kind, id), stack.ErrNotFound)
			})
		}
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}

// check wants an error of this kind with these words.
func check(t *testing.T, err, kind error, words string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want %q that is %q", err, words, kind)
	}
}

// tasks are those of a service, and the current ones among them.
func (k *contract) tasks(t *testing.T, name string) (all, current []swarm.Task) {
	t.Helper()
	status, err := k.c.Status(t.Context(), "contract")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range status.Tasks {
		if task.ServiceID == k.ids[stack.Ref{Kind: stack.KindService, Name: name}] {
			all = append(all, task)
			if status.Current[task.ID] {
				current = append(current, task)
			}
		}
	}
	return all, current
}

func running(tasks []swarm.Task) bool {
	return slices.ContainsFunc(tasks, func(t swarm.Task) bool { return t.Status.State == swarm.TaskStateRunning })
}
