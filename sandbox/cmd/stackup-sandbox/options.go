package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/sandbox"
	"github.com/stackup-cli/stackup/sandbox/fault"
	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// options are the flags of the commands that start a sandbox.
type options struct {
	nodes   int
	cluster string
	socket  string
	state   string
	version string
	faults  []string
}

func (o *options) bind(flags *pflag.FlagSet) {
	flags.IntVar(&o.nodes, "nodes", 1, "number of nodes, the first of them a manager")
	flags.StringVar(&o.cluster, "cluster", "", "YAML file with the nodes, and with the digests of images")
	flags.StringVar(&o.socket, "socket", "", "where to listen")
	flags.StringVar(&o.state, "state", "", "file that keeps the swarm from one start to the next")
	flags.StringVar(&o.version, "api-version", "", "newest API version to speak, such as 1.41")
	flags.StringArrayVar(&o.faults, "fault", nil, `misbehave: "delay=2s GET /tasks" (see stackup-sandbox fault --help)`)
}

// file is what --cluster reads.
type file struct {
	swarm.Cluster `yaml:",inline"`
	Images        map[string]string `yaml:"images"` // digests by reference
}

// sandbox is the options for the sandbox; the saved state has to be closed.
func (o *options) sandbox() (out sandbox.Options, saved *os.File, err error) {
	out.API.Version = o.version
	if o.nodes < 1 {
		return out, nil, failure{fmt.Errorf("--nodes %d: a swarm has one at least", o.nodes), exitUsage}
	}
	out.Cluster = swarm.Common(o.nodes)
	if o.cluster != "" {
		f, err := readCluster(o.cluster)
		if err != nil {
			return out, nil, err
		}
		out.Cluster, out.API.Digests = f.Cluster, f.Images
	}
	for _, text := range o.faults {
		f, err := fault.Parse(text)
		if err != nil {
			return out, nil, failure{err, exitUsage}
		}
		out.Faults = append(out.Faults, f)
	}
	if o.state == "" {
		return out, nil, nil
	}
	saved, err = os.Open(o.state)
	if errors.Is(err, os.ErrNotExist) {
		return out, nil, nil
	}
	if err == nil {
		out.Saved = saved
	}
	return out, saved, err
}

func readCluster(path string) (f file, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // it is what the user asks for
	if err != nil {
		return f, err
	}
	if err := yaml.Load(text, &f, yaml.WithKnownFields()); err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	if len(f.Nodes) == 0 {
		return f, fmt.Errorf("%s: it names no nodes", path)
	}
	return f, nil
}

// standing is the socket of the sandbox that "up" starts: one per user.
func standing() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "stackup-sandbox", "docker.sock")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("stackup-sandbox-%d", os.Getuid()), "docker.sock")
}
