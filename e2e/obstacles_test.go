package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/moby/moby/client"
)

// twoThirds of the memory of the node, in bytes.
func twoThirds(t *testing.T) string {
	t.Helper()
	r, err := api(t).Info(t.Context(), client.InfoOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(r.Info.MemTotal * 2 / 3)
}

// twoOfThree is a service that reserves so much memory that no second task fits
// beside the first.
func twoOfThree(image string) string {
	return "{image: " + image + ", deploy: {update_config: {order: start-first}, resources: {reservations: {memory: $TWO_THIRDS}}}}"
}

// listener starts the test program on the network of the node: a server that
// greets, or what the verb says.
func listener(port int, verb ...string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		id := container(t, append([]string{"--network", "host", "--env", fmt.Sprint("PORT=", port), app1}, verb...)...)
		eventually(t, "somebody listens", func() bool {
			_, err := dockerErr(t, "exec", id, "/app", "check")
			return err == nil
		})
	}
}

// container runs a container on the shared node until the test ends.
func container(t *testing.T, args ...string) (id string) {
	t.Helper()
	id = strings.TrimSpace(docker(t, append([]string{"run", "--detach"}, args...)...))
	dockerAfter(t, "rm", "--force", id)
	return id
}

// publisher starts a service of no stack that publishes a port.
func publisher(mode string, port int) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		name := fmt.Sprint("fault-publisher-", port)
		docker(t, "service", "create", "--quiet", "--no-resolve-image", "--detach=false", "--name", name,
			"--publish", fmt.Sprintf("mode=%s,target=80,published=%d", mode, port), app1)
		dockerAfter(t, "service", "rm", name)
	}
}
