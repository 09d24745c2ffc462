package sandbox_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

const shop = `
services:
  web:
    image: nginx:1.27
    networks: [front]
    ports: ["8080:80"]
    configs: [c]
    secrets: [s]
    deploy:
      replicas: 3
      update_config: {parallelism: 3, order: start-first, monitor: 100ms}
      rollback_config: {parallelism: 3, monitor: 100ms}
  each: {image: alpine, deploy: {mode: global}}
  once: {image: busybox, deploy: {mode: replicated-job, replicas: 2}}
networks: {front: }
configs: {c: {file: compose.yaml}}
secrets: {s: {file: compose.yaml}}
`

// docker runs the stock docker command on a sandbox, and wants these lines, in
// this order, in what it prints.
func docker(t *testing.T, host, dir string, args []string, want ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "DOCKER_CONFIG=" + dir, "DOCKER_HOST=" + host}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	rest := out
	for _, w := range want {
		_, after, found := bytes.Cut(rest, []byte(w))
		if !found {
			t.Fatalf("docker %s: no %q in\n%s", strings.Join(args, " "), w, out)
		}
		rest = after
	}
}

func TestTheStockDockerCommand(t *testing.T) {
	if _, err := exec.LookPath("docker"); err != nil {
		t.Skip("there is no docker command")
	}
	host := start(t, Options{Cluster: swarm.Common(3)})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(shop), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(line string, want ...string) {
		t.Helper()
		docker(t, host, dir, strings.Fields(line), want...)
	}
	run("version", "stackup sandbox", "Version:")
	run("info", "Swarm: active", "Is Manager: true", "Managers: 1", "Nodes: 3")
	run("node ls", "node1", "Leader", "node2", "node3")
	run("stack deploy -c compose.yaml --detach=false shop", "Creating network shop_front", "Creating service shop_", "converged")
	run("stack ls", "shop", "3")
	run("stack services shop", "global", "3/3", "replicated job", "2/2 completed", "replicated", "3/3", "*:8080->80/tcp")
	run("stack ps --no-trunc --format {{.Name}}@{{.Image}}={{.CurrentState}} shop", "shop_web.1@nginx:1.27@sha256:", "=Running")
	run("service scale shop_web=5", "shop_web scaled to 5", "converged")
	run("service update --detach=false --image nginx:1.28 shop_web", "out of 5 tasks")
	run("service inspect --pretty shop_web", "UpdateStatus:", "completed", "nginx:1.28")
	run("service rollback shop_web", "shop_web") // what else is shown depends on when docker looks
	run("service inspect --format {{.Spec.TaskTemplate.ContainerSpec.Image}} shop_web", "nginx:1.27")
	run("service update --detach=false --update-failure-action rollback --image sandbox/missing shop_web",
		"rollback: ")
	run("service inspect --format {{.Spec.TaskTemplate.ContainerSpec.Image}} shop_web", "nginx:1.27")
	run("service logs shop_web", "shop_web.", "started from nginx:1.27")
	run("network inspect --format {{.Driver}} shop_front", "overlay")
	run("stack rm shop", "Removing service shop_web", "Removing secret shop_s", "Removing config shop_c", "Removing network shop_front")
	run("stack ls --format {{.Name}}")
}
