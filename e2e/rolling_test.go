package e2e

import (
	"testing"

	apiswarm "github.com/moby/moby/api/types/swarm"
)

// TestRolling changes a service that the swarm is still updating for somebody
// else. That takes a word of its own.
func TestRolling(t *testing.T) {
	const stack, service = "rolling", "rolling_web"
	destroyAfter(t, stack)
	dir := write(t, "compose.yaml", `
services:
  web: {image: "stackup-test/app:1", environment: {A: $A}, deploy: {replicas: 2, update_config: {delay: 1m, monitor: 1s}}}
`)
	apply := []string{"apply", stack, "-c", "compose.yaml", "-y", "--detach"}
	want(t, 0, dir, []string{"A=one"}, "apply", stack, "-c", "compose.yaml", "-y")
	docker(t, "service", "update", "--quiet", "--no-resolve-image", "--detach", "--image", app2, service)
	eventually(t, "the update rolls", func() bool {
		u := services(t, stack)[service].UpdateStatus
		return u != nil && u.State == apiswarm.UpdateStateUpdating
	})
	r := want(t, 4, dir, []string{"A=two"}, apply...)
	contains(t, r.stderr, `service "rolling_web"`, "interrupts-update", "hint: --allow interrupts-update accepts it")
	if image := services(t, stack)[service].Spec.TaskTemplate.ContainerSpec.Image; image != app2 {
		t.Errorf("the image is %s: something was written", image)
	}
	want(t, 0, dir, []string{"A=two"}, append(apply, "--allow", "interrupts-update")...)
	if image := services(t, stack)[service].Spec.TaskTemplate.ContainerSpec.Image; image != app1 {
		t.Errorf("the image is %s: the file was not applied", image)
	}
}
