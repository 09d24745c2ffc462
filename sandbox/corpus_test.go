package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/sandbox"
	"github.com/stackup-cli/stackup/sandbox/api"
	core "github.com/stackup-cli/stackup/sandbox/swarm"
)

// golden is what a real engine had after docker stack deploy of a case.
type golden struct {
	Services  map[string]any
	Networks  map[string]any
	Configs   map[string]any
	Secrets   map[string]any
	Externals []struct{ Kind, Name string }
}

// TestCorpus deploys real stack files to a sandbox of the age of the engine that
// the golden files were made with, and wants the same objects there.
func TestCorpus(t *testing.T) {
	root := os.Getenv("STACKUP_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	cases, err := filepath.Glob(filepath.Join(root, "*", "golden.json"))
	if err != nil || len(cases) == 0 {
		t.Skipf("no corpus of stack files in %s: set STACKUP_CORPUS", root)
	}
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip("there is no docker command")
	}
	node := core.Node{Availability: "drain"} // as when the golden files were made
	host := start(t, sandbox.Options{
		Cluster: core.Cluster{Nodes: []core.Node{node}}, API: api.Options{Version: "1.41"},
	})
	equal := 0
	for _, path := range cases {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		if t.Run(filepath.Base(dir), func(t *testing.T) { deployCase(t, host, dir) }) {
			equal++
		}
	}
	fmt.Printf("corpus: %d of %d stacks are on the sandbox as on a real engine\n", equal, len(cases))
}

func deployCase(t *testing.T, host, dir string) {
	t.Helper()
	var given struct {
		Files []string
		Env   map[string]string
	}
	var want golden
	readJSON(t, dir, "case.json", &given)
	readJSON(t, dir, "golden.json", &want)
	c, err := client.New(client.WithHost(host))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	l := live{t, c}
	for _, x := range want.Externals {
		l.external(x.Kind, x.Name)
	}
	before := l.objects()
	args := []string{"stack", "deploy", "--resolve-image", "never", "--detach=true"}
	for _, f := range given.Files {
		args = append(args, "-c", f)
	}
	cmd := exec.CommandContext(t.Context(), "docker", append(args, filepath.Base(dir))...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/home/user", "PWD=" + dir, "DOCKER_CONFIG=" + t.TempDir(), "DOCKER_HOST=" + host}
	for k, v := range given.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker stack deploy: %v\n%s", err, out)
	}
	got := l.objects()
	for name := range before.Networks {
		delete(got.Networks, name)
	}
	for name := range before.Configs {
		delete(got.Configs, name)
	}
	for name := range before.Secrets {
		delete(got.Secrets, name)
	}
	want.Externals = nil
	for name := range want.Services {
		sortReferences(want.Services[name])
		sortReferences(got.Services[name])
	}
	for name, n := range want.Networks {
		got.Networks[name] = allocated(n, got.Networks[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("golden (-) and sandbox (+):\n%s", diff)
	}
	l.removeAll()
}

// readJSON reads a file of a case, in which ${CASE} stands for its folder.
func readJSON(t *testing.T, dir, name string, to any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("${CASE}"), []byte(dir)), to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

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
