package applier

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

func namedSpec() swarm.ServiceSpec {
	return swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{
		Networks: []swarm.NetworkAttachmentConfig{{Target: "front"}, {Target: "idback"}, {Target: "host"}},
		ContainerSpec: &swarm.ContainerSpec{
			Configs:    []*swarm.ConfigReference{{ConfigName: "conf"}, {ConfigName: "conf", ConfigID: "kept"}},
			Secrets:    []*swarm.SecretReference{{SecretName: "key"}, {SecretName: "key", SecretID: "kept"}},
			Privileges: &swarm.Privileges{CredentialSpec: &swarm.CredentialSpec{Config: "conf"}},
		},
	}}
}

func ids() map[stack.Ref]string {
	return map[stack.Ref]string{
		{Kind: stack.KindNetwork, Name: "front"}: "idfront",
		{Kind: stack.KindConfig, Name: "conf"}:   "idconf",
		{Kind: stack.KindSecret, Name: "key"}:    "idkey",
	}
}

func TestResolve(t *testing.T) {
	got, err := resolve(namedSpec(), ids())
	if err != nil {
		t.Fatal(err)
	}
	want := swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{
		Networks: []swarm.NetworkAttachmentConfig{{Target: "idfront"}, {Target: "idback"}, {Target: "host"}},
		ContainerSpec: &swarm.ContainerSpec{
			Configs:    []*swarm.ConfigReference{{ConfigName: "conf", ConfigID: "idconf"}, {ConfigName: "conf", ConfigID: "kept"}},
			Secrets:    []*swarm.SecretReference{{SecretName: "key", SecretID: "idkey"}, {SecretName: "key", SecretID: "kept"}},
			Privileges: &swarm.Privileges{CredentialSpec: &swarm.CredentialSpec{Config: "idconf"}},
		},
	}}
	if diff := cmp.Diff(text(t, want), text(t, got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The plan may be shown, saved or applied again: it stays as it is.
func TestResolveLeavesThePlanAlone(t *testing.T) {
	spec := namedSpec()
	if _, err := resolve(spec, ids()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text(t, namedSpec()), text(t, spec)); diff != "" {
		t.Errorf("the plan has changed (-before +after)\n%s", diff)
	}
}

func TestResolveMissing(t *testing.T) {
	for _, missing := range []stack.Ref{{Kind: stack.KindConfig, Name: "conf"}, {Kind: stack.KindSecret, Name: "key"}} {
		known := ids()
		delete(known, missing)
		if _, err := resolve(namedSpec(), known); err == nil || !strings.Contains(err.Error(), missing.String()) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
