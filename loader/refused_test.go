package loader_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// refusals are the cases that docker stack deploy refuses: what we say of
// them, or nothing where they load.
func refusals() map[string][]string {
	return map[string][]string{
		"awesome-elk":       {`compose.yaml:48: network "elastic": driver bridge is not possible`},
		"awesome-wasmedge":  nil,
		"chris-store":       nil,
		"compose-cfg-env":   nil,
		"compose-hooks":     nil,
		"compose-image-vol": {`compose.yaml:9: service "with_image": volumes.image is not possible: swarm does not mount images`},
		"compose-models":    nil,
		"compose-secretinc": {`compose.yaml:4: file "secret.env" does not exist`}, // the corpus lacks it
		"dask-gateway":      nil,
		"doco-cd-dev":       nil,
		"external-secrets":  nil, // only the engine knows which plugins there are
		"go-include":        nil,
		"go-using-vars":     {`using-variables.yaml:67: service "foo": ports: "value-variable" is not a port`},
		"ivf-enterprise": { // the files are meant to be merged over others
			`docker-compose.production.yml:113: service "ejbca": there is no image`,
			`docker-compose.production.yml:128: service "ejbca": volume "ejbca_persistent" is not defined`,
			`docker-compose.enterprise.yml:23: service "api": there is no image`,
		},
		"james-platform": nil,
		"lnmp-example": {
			`docker-example.yml:217: service "redis": volumes: two entries for "/app"`,
			`docker-example.yml:222: service "redis": volumes: two entries for "/app"`,
		},
		"oktadev-v2":        nil,
		"opencti":           nil,
		"sentry-selfhosted": nil,
		"simcore-overlay":   {`docker-compose.deploy.local.yml:2: service "autoscaling": there is no image`},
		"tulpje-override":   {`compose.yml:99: secret "discord_token": variable "DISCORD_TOKEN" is not set`},
		"uncloud-configs":   nil,
		"xdb-tmpfs":         {`docker-stack.yml:9: service "postgres-1": deploy.placement.constraints "node.hostname=={input_host}" is not a constraint`},
	}
}

// TestRefusals: what docker stack deploy refuses loads, or is refused for the
// true reason.
func TestRefusals(t *testing.T) {
	t.Setenv("HOME", "/home/user")
	paths, _ := filepath.Glob(filepath.Join(corpus(), "*", "golden.error"))
	if len(paths) == 0 {
		t.Skipf("no corpus of stack files in %s: set STACKUP_CORPUS", corpus())
	}
	for _, path := range paths {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		want, known := refusals()[filepath.Base(dir)]
		_, err = loadCase(t, dir, "")
		switch {
		case !known:
			t.Errorf("%s is not judged yet: %v", dir, err)
		case want == nil && err != nil:
			t.Errorf("%s does not load: %v", dir, err)
		case want != nil && err == nil:
			t.Errorf("%s loads", dir)
		}
		for _, w := range want {
			if !strings.Contains(errorText(err), w) {
				t.Errorf("%s: want %q, got %v", dir, w, err)
			}
		}
	}
}
