package engine

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"

	"github.com/stackup-cli/stackup/stack"
)

// env is an environment by name.
type env map[string]string

func environment(environ []string) env {
	out := make(env, len(environ))
	for _, entry := range environ {
		key, value, _ := strings.Cut(entry, "=")
		out[key] = value
	}
	return out
}

// configDir is docker's folder: DOCKER_CONFIG, else .docker in the home
// directory. It is empty where there is neither.
func (env env) configDir() string {
	home := cmp.Or(env["HOME"], env["USERPROFILE"])
	if dir := env["DOCKER_CONFIG"]; dir != "" || home == "" {
		return dir
	}
	return filepath.Join(home, ".docker")
}

// config is docker's config.json. One that does not exist is empty.
func (env env) config() (*configfile.ConfigFile, error) {
	dir := env.configDir()
	if dir == "" {
		return configfile.New(""), nil
	}
	c, err := config.Load(dir)
	if err != nil {
		// The error may quote what is in the file.
		return nil, &stack.Error{
			Msg:  fmt.Sprintf("docker's configuration %q cannot be read", filepath.Join(dir, config.ConfigFileName)),
			Hint: "it has to be JSON, as docker login writes it",
		}
	}
	return c, nil
}
