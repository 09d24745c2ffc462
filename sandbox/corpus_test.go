package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
