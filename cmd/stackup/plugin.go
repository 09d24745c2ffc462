package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Under the name pluginName the program is a plugin of the docker command:
// docker stackup plan. Docker runs it as
//
//	docker-stackup [docker's own flags] stackup plan …
//
// and, to complete a command line, as docker-stackup __complete stackup plan …
// (docker/cli cli-plugins/manager/manager.go, cmd/docker/docker.go).
const (
	pluginName     = "docker-stackup"
	pluginMetadata = "docker-cli-plugin-metadata"
	pluginSocket   = "DOCKER_CLI_PLUGIN_SOCKET"
)

func (p *process) isPlugin() bool {
	return strings.TrimSuffix(filepath.Base(p.name), ".exe") == pluginName
}

// becomePlugin makes the commands those of a plugin.
func becomePlugin(p *process, root *cobra.Command) {
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "docker stackup"}
	root.AddCommand(&cobra.Command{
		Use:    pluginMetadata,
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			return json.NewEncoder(p.stdout).Encode(map[string]string{ // docker/cli cli-plugins/metadata
				"SchemaVersion": "0.1.0", "Vendor": "stackup", "Version": version(),
				"ShortDescription": root.Short, "URL": "https://" + module,
			})
		},
	})
}

// dockerFlags are the flags that docker takes before a command's name
// (docker/cli cli/flags/options.go, cli/config).
func dockerFlags() *pflag.FlagSet {
	f := pflag.NewFlagSet("docker", pflag.ContinueOnError)
	f.SetInterspersed(false)
	f.StringP("host", "H", "", "")
	f.StringP("context", "c", "", "")
	f.StringP("log-level", "l", "", "")
	f.BoolP("debug", "D", false, "")
	for _, name := range []string{"config", "tlscacert", "tlscert", "tlskey"} {
		f.String(name, "", "")
	}
	f.Bool("tls", false, "")
	f.Bool("tlsverify", false, "")
	return f
}

// fromDocker is a command line that docker has made, as ours: docker's flags are
// handed to the command.
func fromDocker(p *process, root *cobra.Command) ([]string, error) {
	given := dockerFlags()
	if given.Parse(p.args) != nil {
		return p.args, nil //nolint:nilerr // it does not come from docker
	}
	args := given.Args()
	if i := slices.Index(args, "stackup"); i == 0 || i == 1 && (args[0] == "help" || isCompletion(args[0])) {
		args = slices.Delete(slices.Clone(args), i, i+1)
	}
	if dir := given.Lookup("config"); dir.Changed {
		p.environ = append(slices.Clone(p.environ), "DOCKER_CONFIG="+dir.Value.String())
	}
	c, _, err := find(root, args)
	if err != nil || c.Flags().Lookup("host") == nil { // it speaks to no engine
		return args, nil //nolint:nilerr // cobra says it better
	}
	var words []string
	given.Visit(func(f *pflag.Flag) {
		switch {
		case c.Flags().Lookup(f.Name) != nil:
			words = append(words, "--"+f.Name+"="+f.Value.String())
		case slices.Contains([]string{"config", "debug", "log-level"}, f.Name):
		default:
			err = usageError{c, fmt.Errorf("docker --%s: stackup has no such flag", f.Name)}
		}
	})
	return insert(root, args, words), err
}

// hangUp turns the end of the docker command into a signal: when it is told to
// end, it does not pass that on but closes the socket that it named to its
// plugin (docker/cli cli-plugins/socket/socket.go).
func hangUp(ctx context.Context, address string, signals chan<- os.Signal) {
	if address == "" {
		return
	}
	docker, err := new(net.Dialer).DialContext(ctx, "unix", address)
	if err != nil {
		return
	}
	defer func() { _ = docker.Close() }()
	if _, err := docker.Read(make([]byte, 1)); err != nil {
		signals <- syscall.SIGTERM
	}
}
