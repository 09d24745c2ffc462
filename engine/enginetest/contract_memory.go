package enginetest

import (
	"regexp"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// ours is a config of stackup's own.
func ours(name, stackName string) stack.Config {
	return stack.Config{Spec: swarm.ConfigSpec{
		Annotations: swarm.Annotations{Name: name, Labels: map[string]string{stack.LabelStack: stackName}},
		Data:        []byte(name),
	}}
}

func (k *contract) observesTheLatestRevision(t *testing.T) {
	if s := k.observe(t, stack.Stack{Name: "contract"}); s.Recorded != nil {
		t.Errorf("before there was one: %+v", s.Recorded)
	}
	k.create(ours(stack.LatestName("contract", 9), "contract"))
	want := k.create(ours(stack.LatestName("contract", 10), "contract"))
	k.create(ours(stack.LatestName("contract2", 11), "contract2"))
	k.create(ours(stack.RevisionName("contract", 12), "contract"))
	k.create(ours(stack.LatestPrefix("contract")+"13", "other"))
	k.create(ours(stack.LockName("contract"), "contract"))
	s := k.observe(t, stack.Stack{Name: "contract"})
	if s.Recorded == nil || s.Recorded.ID != want || string(s.Recorded.Spec.Data) != stack.LatestName("contract", 10) {
		t.Errorf("recorded: %+v", s.Recorded)
	}
	for _, c := range s.Configs {
		if c.Spec.Labels[stack.LabelStack] != "" {
			t.Errorf("among the stack's configs: %s", c.Spec.Name)
		}
	}
}

// findsWhatWasCreated: who has lost the answer to a creation finds out.
func (k *contract) findsWhatWasCreated(t *testing.T) {
	net := stack.Network{Spec: network.CreateRequest{Name: "contract_net", Driver: "overlay", Labels: labels()}}
	config := stack.Config{Spec: swarm.ConfigSpec{Annotations: about("contract_config"), Data: []byte("a: 1")}}
	secret := stack.Secret{Spec: swarm.SecretSpec{Annotations: about("contract_secret")}, Data: []byte("hunter2")}
	find := func(o stack.Object, want bool) {
		t.Helper()
		id, ok, err := k.c.Find(t.Context(), o)
		if ok != want || err != nil || ok && id != k.ids[o.Ref()] {
			t.Errorf("%s: %q, %t, %v; want %q, %t", o.Ref(), id, ok, err, k.ids[o.Ref()], want)
		}
	}
	for _, o := range []stack.Object{net, config, secret, k.first} {
		find(o, true)
	}
	other := map[string]string{stack.LabelNamespace: "other"}
	web := k.first
	web.Spec.Labels, net.Spec.Labels, config.Spec.Labels, secret.Spec.Labels = other, other, other, other
	for _, o := range []stack.Object{net, config, secret, web} {
		find(o, false)
	}
	net.Spec.Labels, config.Spec.Labels, secret.Spec.Labels = labels(), labels(), labels()
	net.Spec.Internal, config.Spec.Data, secret.Data, web = true, []byte("a: 2"), []byte("hunter3"), k.first
	web.Spec.TaskTemplate.Networks = nil
	for _, o := range []stack.Object{net, config, secret, web} {
		find(o, false)
	}
	config.Spec.Name, config.Spec.Data = "contract_conf", []byte("a: 1") // the beginning of one
	find(config, false)
}

func (k *contract) relabels(t *testing.T) {
	const name = "contract.relabelled"
	k.create(ours(name, "contract"))
	read := func() swarm.Config {
		t.Helper()
		found, err := k.c.Configs(t.Context(), "contract.relabel")
		if err != nil || len(found) != 1 || found[0].Spec.Name != name || string(found[0].Spec.Data) != name {
			t.Fatalf("%+v, %v", found, err)
		}
		return found[0]
	}
	first := read()
	second, err := k.c.Relabel(t.Context(), first, map[string]string{"beat": "1"})
	if err != nil || second.Version == first.Version || second.Spec.Labels["beat"] != "1" || string(second.Spec.Data) != name {
		t.Fatalf("%+v, %v", second, err)
	}
	_, err = k.c.Relabel(t.Context(), first, map[string]string{"beat": "2"})
	check(t, err, stack.ErrOutOfSequence, `config "contract.relabelled": update out of sequence`)
	if now := read(); now.Version != second.Version || now.Spec.Labels["beat"] != "1" {
		t.Errorf("after a refused change: %+v", now)
	}
	if err := k.c.Remove(t.Context(), stack.KindConfig, name); err != nil { // by its name
		t.Error(err)
	}
	_, err = k.c.Relabel(t.Context(), second, nil)
	check(t, err, stack.ErrNotFound, `config "contract.relabelled": config `+second.ID+" not found")
}

func (k *contract) readsLogs(t *testing.T) {
	_, tasks := k.tasks(t, "contract_exit")
	eventually(t, "the task has left a line", func() bool {
		lines, err := k.c.Logs(t.Context(), tasks[0].ID, 25)
		return err == nil && len(lines) == 1 && regexp.MustCompile(`^app 1 on \S+: exit 1$`).MatchString(lines[0])
	})
	_, err := k.c.Logs(t.Context(), "nosuch", 25)
	check(t, err, stack.ErrNotFound, `log of task "nosuch": task nosuch not found`)
}
