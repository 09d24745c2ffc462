package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	apiswarm "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// corpusCase is a real stack file that docker stack deploy accepts.
type corpusCase struct {
	name      string // of the folder and of the stack
	dir       string
	files     []string
	environ   []string
	externals []external
	secrets   int // that the stack owns
}

type external struct{ Kind, Name string }

// corpus reads the cases of the folder that STACKUP_CORPUS names, and skips the
// test where there is none.
func corpus(t *testing.T) []corpusCase {
	t.Helper()
	root := os.Getenv("STACKUP_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "shared", "corpus")
	}
	accepted, err := filepath.Glob(filepath.Join(root, "*", "golden.json"))
	if err != nil || len(accepted) == 0 {
		t.Skipf("no corpus of stack files in %s: set STACKUP_CORPUS", root)
	}
	config := t.TempDir()
	var out []corpusCase
	for _, path := range accepted {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		c := readCase(t, dir)
		c.environ = append(c.environ, "PATH="+os.Getenv("PATH"), "HOME=/home/user", "PWD="+dir, "DOCKER_CONFIG="+config)
		out = append(out, c)
	}
	return out
}

func readCase(t *testing.T, dir string) corpusCase {
	t.Helper()
	var given struct {
		Files []string
		Env   map[string]string
	}
	var golden struct {
		Externals []external
		Secrets   map[string]any
	}
	decode(t, dir, "case.json", &given)
	decode(t, dir, "golden.json", &golden)
	c := corpusCase{name: filepath.Base(dir), dir: dir, externals: golden.Externals, secrets: len(golden.Secrets)}
	for _, f := range given.Files {
		c.files = append(c.files, "-c", f)
	}
	for k, v := range given.Env {
		c.environ = append(c.environ, k+"="+v)
	}
	return c
}

// decode reads a file of a case, in which ${CASE} stands for its folder.
func decode(t *testing.T, dir, name string, to any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("${CASE}"), []byte(dir)), to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// deploy runs docker stack deploy: again when it has read a service that the
// engine was about to move on.
func (c corpusCase) deploy(t *testing.T) {
	t.Helper()
	args := append([]string{"stack", "deploy", "--resolve-image", "never", "--detach=true"}, c.files...)
	for range 5 {
		cmd := exec.CommandContext(t.Context(), "docker", append(args, c.name)...)
		cmd.Dir, cmd.Env = c.dir, append(c.environ[:len(c.environ):len(c.environ)], "DOCKER_HOST="+swarm.Host)
		out, err := cmd.CombinedOutput()
		switch {
		case err == nil:
			return
		case !bytes.Contains(out, []byte("update out of sequence")):
			t.Fatalf("docker stack deploy: %v\n%s", err, out)
		}
	}
	t.Fatal("docker stack deploy: out of sequence each time")
}

// prepare creates what the stack expects to be there, and removes it after the
// test.
func (c corpusCase) prepare(t *testing.T) {
	t.Helper()
	for _, x := range c.externals {
		remove, err := createExternal(t.Context(), api(t), x)
		if err != nil {
			t.Fatalf("%s %s: %v", x.Kind, x.Name, err)
		}
		t.Cleanup(func() {
			eventually(t, x.Name+" is removed", func() bool { return remove(context.WithoutCancel(t.Context())) == nil })
		})
	}
}

func createExternal(ctx context.Context, a *client.Client, x external) (remove func(context.Context) error, err error) {
	line := []byte("stand-in for " + x.Name + "\n")
	named := apiswarm.Annotations{Name: x.Name}
	switch x.Kind {
	case "network":
		r, err := a.NetworkCreate(ctx, x.Name, client.NetworkCreateOptions{Driver: "overlay", Scope: "swarm", Attachable: true})
		return func(ctx context.Context) error {
			_, err := a.NetworkRemove(ctx, r.ID, client.NetworkRemoveOptions{})
			return err
		}, err
	case "config":
		r, err := a.ConfigCreate(ctx, client.ConfigCreateOptions{Spec: apiswarm.ConfigSpec{Annotations: named, Data: line}})
		return func(ctx context.Context) error {
			_, err := a.ConfigRemove(ctx, r.ID, client.ConfigRemoveOptions{})
			return err
		}, err
	case "secret":
		r, err := a.SecretCreate(ctx, client.SecretCreateOptions{Spec: apiswarm.SecretSpec{Annotations: named, Data: line}})
		return func(ctx context.Context) error {
			_, err := a.SecretRemove(ctx, r.ID, client.SecretRemoveOptions{})
			return err
		}, err
	}
	return nil, errors.New("unknown kind")
}

// drain keeps the swarm's nodes from running anything during the test.
func drain(t *testing.T) {
	t.Helper()
	a := api(t)
	set := func(availability apiswarm.NodeAvailability) {
		eventually(t, "the nodes are "+string(availability), func() bool {
			ctx := context.WithoutCancel(t.Context())
			nodes, err := a.NodeList(ctx, client.NodeListOptions{})
			for _, n := range nodes.Items {
				n.Spec.Availability = availability
				_, failed := a.NodeUpdate(ctx, n.ID, client.NodeUpdateOptions{Version: n.Version, Spec: n.Spec})
				err = errors.Join(err, failed)
			}
			return err == nil
		})
	}
	t.Cleanup(func() { set(apiswarm.NodeAvailabilityActive) })
	set(apiswarm.NodeAvailabilityDrain)
}
