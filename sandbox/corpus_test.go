package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
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

// TestCorpus brings real stack files to a sandbox of the age of the engine that
// the golden files were made with, and wants the same objects there: with docker
// stack deploy, and with stackup.
func TestCorpus(t *testing.T) {
	root := os.Getenv("STACKUP_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	cases, err := filepath.Glob(filepath.Join(root, "*", "golden.json"))
	if err != nil || len(cases) == 0 {
		t.Skipf("no corpus of stack files in %s: set STACKUP_CORPUS", root)
	}
	node := core.Node{Availability: "drain"} // as when the golden files were made
	host := start(t, sandbox.Options{
		Cluster: core.Cluster{Nodes: []core.Node{node}}, API: api.Options{Version: "1.41"},
	})
	programs := build(t)
	for _, how := range []deployer{
		{name: "docker", args: []string{"docker", "stack", "deploy", "--resolve-image", "never", "--detach=true"}},
		{name: "stackup", args: []string{programs.stackup, "apply", "-y", "--detach", "--resolve-image", "never", "--allow", "unschedulable"}, ours: true},
	} {
		t.Run(how.name, func(t *testing.T) {
			if _, err := exec.LookPath(how.args[0]); err != nil {
				t.Skip(err)
			}
			equal := 0
			for _, path := range cases {
				c := readCase(t, filepath.Dir(path))
				if t.Run(c.name, func(t *testing.T) { how.try(t, host, c) }) && (!how.ours || apart()[c.name] == "") {
					equal++
				}
			}
			fmt.Printf("corpus: %d of %d stacks are on the sandbox by %s as on a real engine by docker\n", equal, len(cases), how.name)
		})
	}
}

// apart are the stacks of which stackup makes something else on purpose, with the
// headings of docs/differences.md.
func apart() map[string]string {
	return map[string]string{
		"cli-full-example":   "Dependencies, Tmpfs, Network mode, Shared memory, Security options",
		"ocariot":            "Dependencies",
		"lnmp-example-fixed": "Tmpfs, Shared memory, Security options",
		"motowear":           "start_interval is an error where the engine is older than API 1.44",
		"jacs-swarm":         "Merging files",
	}
}

// corpusCase is one stack of the corpus.
type corpusCase struct {
	name, dir string
	Files     []string
	Env       map[string]string
	want      golden
}

func readCase(t *testing.T, dir string) (c corpusCase) {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	c.name, c.dir = filepath.Base(dir), dir
	readJSON(t, dir, "case.json", &c)
	readJSON(t, dir, "golden.json", &c.want)
	return c
}

// deployer is a program that brings a stack to a swarm.
type deployer struct {
	name string
	args []string
	ours bool
}

func (d deployer) try(t *testing.T, host string, c corpusCase) {
	t.Helper()
	api, err := client.New(client.WithHost(host))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = api.Close() }()
	l := live{t, api}
	defer l.removeAll()
	for _, x := range c.want.Externals {
		l.external(x.Kind, x.Name)
	}
	before := l.objects()
	out, err := d.deploy(t, host, c)
	if err != nil && d.ours && apart()[c.name] != "" {
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
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
	if d.ours {
		maps.DeleteFunc(got.Configs, func(name string, _ any) bool { return strings.HasPrefix(name, "stackup.") }) // its revisions
		got = unsuffixed(t, got)
	}
	switch diff := difference(c.want, got); {
	case d.ours && apart()[c.name] != "":
		if diff == "" {
			t.Errorf("is equal, but is listed to be apart: %s", apart()[c.name])
		}
	case diff != "":
		t.Errorf("golden (-) and sandbox (+):\n%s", diff)
	}
}

func (d deployer) deploy(t *testing.T, host string, c corpusCase) (string, error) {
	t.Helper()
	args := slices.Clone(d.args[1:])
	for _, f := range c.Files {
		args = append(args, "-c", f)
	}
	cmd := exec.CommandContext(t.Context(), d.args[0], append(args, c.name)...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/home/user", "PWD=" + c.dir, "DOCKER_CONFIG=" + t.TempDir(), "DOCKER_HOST=" + host}
	for k, v := range c.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// difference between what a golden file wants and what there is.
func difference(want, got golden) string {
	want.Externals = nil
	for name := range want.Services {
		sortReferences(want.Services[name])
		sortReferences(got.Services[name])
	}
	for name, n := range want.Networks {
		got.Networks[name] = allocated(n, got.Networks[name])
	}
	return cmp.Diff(want, got)
}

// suffix is what stackup puts behind the names of configs and secrets: the start
// of their content's digest.
var suffix = regexp.MustCompile(`-[0-9a-f]{10}"`)

func unsuffixed(t *testing.T, g golden) (out golden) {
	t.Helper()
	b, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(suffix.ReplaceAll(b, []byte(`"`)), &out); err != nil {
		t.Fatal(err)
	}
	return out
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
