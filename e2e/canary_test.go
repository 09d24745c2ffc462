package e2e

import (
	"encoding/base64"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const canaried = `
services:
  web:
    image: 'IMAGE'
    command: sleep
    secrets: [file, env, exec, pinned]
secrets:
  file: {file: ./file.secret}
  env: {environment: TOKEN}
  exec: {x-stackup: {from: {exec: [cat, exec.secret]}}}
  pinned: {name: canaried-pinned, x-stackup: {from: {exec: [cat, exec.secret]}}}
`

// TestCanary: a password that stands in docker's configuration, in a variable, in
// the file of a secret and in what a command prints is in no output, no error and
// no file of stackup's, whatever it does and however that ends.
func TestCanary(t *testing.T) {
	t.Parallel()
	r := newRegistry(t, "ann:canary-login", swarm.Host)
	r.push(t, "canaried", "first")
	file := strings.Replace(canaried, "IMAGE", r.host+"/canaried:1", 1)
	dir := write(t,
		"compose.yaml", file,
		"failing.yaml", file+"  broken: {x-stackup: {from: {exec: [sh, -c, 'cat exec.secret; cat exec.secret >&2; exit 1']}}}\n",
		"crash.yaml", strings.Replace(file, "command: sleep", "command: [exit, '1']\n    deploy: {update_config: {monitor: 20s}}", 1),
		"file.secret", "canary-file", "exec.secret", "canary-exec",
	)
	environ := append(dockerLogin(t, r.host, "ann:canary-login"), "TOKEN=canary-env")
	wrong := append(dockerLogin(t, r.host, "ann:canary-wrong"), "TOKEN=canary-env")
	variable := []string{"TOKEN=canary-env", `DOCKER_AUTH_CONFIG={"auths": {"` + r.host + `": {"auth": "` + base64.StdEncoding.EncodeToString([]byte("ann:canary-login")) + `"}}}`}
	destroyAfter(t, "canaried")
	for _, step := range []struct {
		code    int
		environ []string
		args    string
	}{
		{0, environ, "config canaried -c compose.yaml"},
		{0, environ, "config canaried -c compose.yaml --specs"},
		{0, environ, "plan canaried -c compose.yaml --out plan.json --json-into masked.json --md plan.md"},
		{0, environ, "plan canaried -c compose.yaml --json"},
		{1, environ, "plan canaried -c failing.yaml"},
		{4, wrong, "plan canaried -c compose.yaml"},
		{0, variable, "plan canaried -c compose.yaml --require-digest"},
		{0, environ, "show plan.json"},
		{0, environ, "apply plan.json --json-into events.json --md apply.md"},
		{0, environ, "plan canaried -c compose.yaml --detailed-exitcode"},
		{0, environ, "auth refresh canaried"},
		{8, environ, "apply canaried -c crash.yaml -y --on-failure=rollback --json-into failed.json --md failed.md --timeout 5m"},
		{0, environ, "history canaried --json"},
		{0, environ, "drift canaried --json"},
	} {
		t.Log(step.args)
		args := strings.Fields(step.args)
		if args[0] != "config" { // which asks no engine
			args = append(args, "--debug")
		}
		silent(t, want(t, step.code, dir, step.environ, args...))
	}
	written := []string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".secret") {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "canary") || strings.Contains(string(text), base64.StdEncoding.EncodeToString([]byte("canary"))[:7]) {
			t.Errorf("it is in %s", path)
		}
		written = append(written, filepath.Base(path))
		return err
	})
	if err != nil || !slices.Contains(written, "plan.json") || !slices.Contains(written, "failed.json") {
		t.Errorf("%v, %v", written, err)
	}
}
