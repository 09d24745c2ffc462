package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// live is what there is on the sandbox.
type live struct {
	*testing.T
	c *client.Client
}

func (l live) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l live) external(kind, name string) {
	l.Helper()
	var err error
	named, line := swarm.Annotations{Name: name}, []byte("stand-in for "+name+"\n")
	switch kind {
	case "network":
		_, err = l.c.NetworkCreate(l.Context(), name, client.NetworkCreateOptions{Driver: "overlay", Attachable: true})
	case "config":
		_, err = l.c.ConfigCreate(l.Context(), client.ConfigCreateOptions{Spec: swarm.ConfigSpec{Annotations: named, Data: line}})
	case "secret":
		_, err = l.c.SecretCreate(l.Context(), client.SecretCreateOptions{Spec: swarm.SecretSpec{Annotations: named, Data: line}})
	}
	l.must(err)
}

func (l live) removeAll() {
	l.Helper()
	services, err := l.c.ServiceList(l.Context(), client.ServiceListOptions{})
	l.must(err)
	for _, s := range services.Items {
		_, err := l.c.ServiceRemove(l.Context(), s.ID, client.ServiceRemoveOptions{})
		l.must(err)
	}
	o := l.objects()
	for name := range o.Networks {
		eventually(l.T, name+" is removed", func() bool { // when its tasks are gone
			_, err := l.c.NetworkRemove(l.Context(), name, client.NetworkRemoveOptions{})
			return err == nil
		})
	}
	for name := range o.Configs {
		_, err := l.c.ConfigRemove(l.Context(), name, client.ConfigRemoveOptions{})
		l.must(err)
	}
	for name := range o.Secrets {
		_, err := l.c.SecretRemove(l.Context(), name, client.SecretRemoveOptions{})
		l.must(err)
	}
}

// objects are what there is, in the form of the golden files.
func (l live) objects() golden {
	l.Helper()
	g := golden{Services: map[string]any{}, Networks: map[string]any{}, Configs: map[string]any{}, Secrets: map[string]any{}}
	names := map[string]string{}
	networks, err := l.c.NetworkList(l.Context(), client.NetworkListOptions{})
	l.must(err)
	for _, n := range networks.Items {
		names[n.ID] = n.Name
		if n.Scope != "swarm" || n.Ingress {
			continue
		}
		m := generic(l.T, n)
		for _, k := range []string{"Id", "Name", "Created", "ConfigFrom", "ConfigOnly", "EnableIPv4", "Peers"} {
			delete(m, k)
		}
		g.Networks[n.Name] = m
	}
	configs, err := l.c.ConfigList(l.Context(), client.ConfigListOptions{})
	l.must(err)
	for _, c := range configs.Items {
		sum := sha256.Sum256(c.Spec.Data)
		g.Configs[c.Spec.Name] = map[string]any{
			"Labels": generic(l.T, c.Spec.Labels), "Templating": plain(l.T, c.Spec.Templating), "dataSha256": hex.EncodeToString(sum[:]),
		}
	}
	secrets, err := l.c.SecretList(l.Context(), client.SecretListOptions{})
	l.must(err)
	for _, s := range secrets.Items {
		g.Secrets[s.Spec.Name] = map[string]any{"Labels": generic(l.T, s.Spec.Labels)}
	}
	for _, name := range []string{"host", "bridge"} { // the swarm's, which are not listed
		n, err := l.c.NetworkInspect(l.Context(), name, client.NetworkInspectOptions{Scope: "swarm"})
		l.must(err)
		names[n.Network.ID] = name
	}
	services, err := l.c.ServiceList(l.Context(), client.ServiceListOptions{})
	l.must(err)
	for _, s := range services.Items {
		g.Services[s.Spec.Name] = spec(l.T, s.Spec, names)
	}
	return g
}

var ids = regexp.MustCompile(`"((?:Config|Secret)ID)":"[^"]*"`)

// spec is a service's, with names for networks, and without what the golden
// engine was too old to say.
func spec(t *testing.T, s swarm.ServiceSpec, names map[string]string) any {
	t.Helper()
	s.TaskTemplate.Networks = slices.Clone(s.TaskTemplate.Networks)
	for i, n := range s.TaskTemplate.Networks {
		s.TaskTemplate.Networks[i].Target = names[n.Target]
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	b = ids.ReplaceAll(b, []byte(`"$1":"<id>"`))
	b = bytes.ReplaceAll(b, []byte(`"NoNewPrivileges":false,`), nil)
	b = bytes.ReplaceAll(b, []byte(`,"NoNewPrivileges":false`), nil)
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// allocated puts "<allocated>" where the golden file has it.
func allocated(want, got any) any {
	if want == "<allocated>" && got != nil {
		return want
	}
	// Since then, the engine drops the bits after a subnet's length.
	if text, ok := want.(string); ok {
		if p, err := netip.ParsePrefix(text); err == nil && got == p.Masked().String() {
			return want
		}
	}
	w, isMap := want.(map[string]any)
	g, both := got.(map[string]any)
	if isMap && both {
		for k := range g {
			g[k] = allocated(w[k], g[k])
		}
	}
	wl, isList := want.([]any)
	gl, both := got.([]any)
	if isList && both && len(wl) == len(gl) {
		for i := range gl {
			gl[i] = allocated(wl[i], gl[i])
		}
	}
	return got
}

// sortReferences sorts configs and secrets: docker sends those of one name in any
// order.
func sortReferences(service any) {
	m, _ := service.(map[string]any)
	task, _ := m["TaskTemplate"].(map[string]any)
	container, _ := task["ContainerSpec"].(map[string]any)
	for _, kind := range []string{"Configs", "Secrets"} {
		list, _ := container[kind].([]any)
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
}

func plain(t *testing.T, v any) (out any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func generic(t *testing.T, v any) map[string]any {
	t.Helper()
	m, _ := plain(t, v).(map[string]any)
	return m
}
