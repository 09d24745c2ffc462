package e2e

import (
	"os/exec"
	"testing"
)

const savedBefore = `
name: saved
services:
  web: {image: "stackup-test/app:1", command: sleep, deploy: {replicas: 2, update_config: {parallelism: 0}}}
`

const savedAfter = `
name: saved
services:
  web: {image: "stackup-test/app:2", command: sleep, deploy: {replicas: 2, update_config: {parallelism: 0}}}
  next: {image: "stackup-test/app:1", command: sleep, networks: [outside, back]}
networks:
  back: {}
  outside: {external: true, name: saved-outside}
`

// TestSavedPlan changes the swarm between plan and apply. What the plan touches
// and did not see stops it before the first write; what does not matter, and what
// is as planned already, does not.
func TestSavedPlan(t *testing.T) {
	t.Parallel()
	dir := write(t, "before.yaml", savedBefore, "after.yaml", savedAfter)
	docker(t, "network", "create", "--driver", "overlay", "saved-outside")
	t.Cleanup(func() { // after the stack
		if out, err := exec.Command("docker", "--host", swarm.Host, "network", "rm", "saved-outside").CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	destroyAfter(t, "saved")
	want(t, 0, dir, nil, "apply", "-y", "-c", "before.yaml")
	plan := func() {
		t.Helper()
		want(t, 0, dir, nil, "plan", "-c", "after.yaml", "--out", "plan.json")
		contains(t, want(t, 0, dir, nil, "show", "plan.json").stdout, "Fresh: nothing")
	}
	stale := func(why string) {
		t.Helper()
		before := docker(t, "service", "inspect", "saved_web", "--format", "{{.Version.Index}}")
		contains(t, want(t, 0, dir, nil, "show", "plan.json").stdout, "Stale", why)
		contains(t, want(t, 5, dir, nil, "apply", "plan.json").stderr, why, "hint: plan again")
		after := docker(t, "service", "inspect", "saved_web", "--format", "{{.Version.Index}}")
		if before != after || len(services(t, "saved")) != 1 {
			t.Errorf("something was written: version %s, then %s; %d services", before, after, len(services(t, "saved")))
		}
	}
	const changed = `service "saved_web": since the plan was made it has been changed: `

	plan()
	docker(t, "service", "scale", "saved_web=3")
	stale(changed + "deploy.replicas")
	docker(t, "service", "update", "--quiet", "--no-resolve-image", "--replicas", "2", "--image", "stackup-test/app:3", "--detach", "saved_web")
	stale(changed + "image")
	docker(t, "service", "update", "--quiet", "--no-resolve-image", "--image", "stackup-test/app:1", "saved_web")
	contains(t, want(t, 0, dir, nil, "show", "plan.json").stdout, "Fresh: nothing") // there and back

	docker(t, "network", "rm", "saved-outside")
	stale(`network "saved-outside": since the plan was made it is gone; service "saved_next" refers to it`)
	docker(t, "network", "create", "--driver", "overlay", "saved-outside")
	stale(`network "saved-outside": since the plan was made it has been removed and created again`)

	plan()
	docker(t, "service", "update", "--quiet", "--no-resolve-image", "--label-add", "x=y", "saved_web")
	docker(t, "service", "update", "--quiet", "--no-resolve-image", "--label-rm", "x", "saved_web")
	contains(t, want(t, 0, dir, nil, "apply", "plan.json").stdout, "2 created, 1 updated")
	settled(t, dir, nil, "-c", "after.yaml")
	contains(t, want(t, 0, dir, nil, "show", "plan.json").stdout, "Fresh: 3 of 3 changes are done already")
	contains(t, want(t, 0, dir, nil, "apply", "plan.json").stdout, "nothing to do")

	// Half of it is undone: the rest of the plan is done again.
	docker(t, "service", "rm", "saved_next")
	contains(t, want(t, 0, dir, nil, "apply", "plan.json").stdout, "1 to create", "1 created")
	settled(t, dir, nil, "-c", "after.yaml")
}
