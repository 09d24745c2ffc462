package e2e

import (
	"slices"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// TestRollback changes a command to one that fails and a config with it. The
// engine goes back to the old spec, which finds its old config, and the apply
// says so. The mended file then goes through.
func TestRollback(t *testing.T) {
	t.Parallel()
	const file = `
services:
  web:
    image: ` + app1 + `
    command: $COMMAND
    configs: [text]
    deploy: {replicas: 2, update_config: {monitor: 20s, failure_action: rollback}, rollback_config: {monitor: 1s}}
configs: {text: {content: $VERSION}}
`
	dir := write(t, "compose.yaml", file)
	apply := []string{"apply", "back", "-c", "compose.yaml", "-y", "--timeout", "5m"}
	destroyAfter(t, "back")

	want(t, 0, dir, []string{"COMMAND=sleep", "VERSION=one"}, apply...)
	r := want(t, 7, dir, []string{"COMMAND=exit 1", "VERSION=two"}, apply...)
	contains(t, r.stderr, "back_web", "the swarm rolled the update back", "non-zero exit (1)")
	// The engine calls the rollback completed when the last task has been
	// replaced; it may still be starting.
	eventually(t, "the old tasks run again", func() bool { return len(running(t, "back_web")) == 2 })
	runsWith(t, "back_web", "one")

	mended := []string{"COMMAND=sleep", "VERSION=two"}
	want(t, 0, dir, mended, apply...)
	settled(t, dir, mended, "back", "-c", "compose.yaml")
	runsWith(t, "back_web", "two")
}

// runsWith demands that two tasks run with a config of this content.
func runsWith(t *testing.T, service, content string) {
	t.Helper()
	tasks := running(t, service)
	if len(tasks) != 2 {
		t.Errorf("%d tasks of %s run, want 2", len(tasks), service)
	}
	for _, task := range tasks {
		ref := task.Spec.ContainerSpec.Configs[0]
		live, err := api(t).ConfigInspect(t.Context(), ref.ConfigID, client.ConfigInspectOptions{})
		if err != nil || string(live.Config.Spec.Data) != content {
			t.Errorf("task %s uses %s, which holds %q, want %q (%v)", task.ID, ref.ConfigName, live.Config.Spec.Data, content, err)
		}
	}
}

// TestUnplaceable moves a service to where no node is.
func TestUnplaceable(t *testing.T) {
	t.Parallel()
	dir := write(t,
		"before.yaml", "services: {web: {image: "+app1+", command: [sleep]}}",
		"after.yaml", "services: {web: {image: "+app1+", command: [sleep], deploy: {placement: {constraints: [node.labels.no == where]}}}}")
	destroyAfter(t, "nowhere")
	want(t, 0, dir, nil, "apply", "nowhere", "-c", "before.yaml", "-y")
	c := change(t, planOf(t, loader.Options{Name: "nowhere", Dir: dir, Files: []string{"after.yaml"}}), "nowhere_web")
	if c.Effect != stack.Restarts || !slices.Contains(c.Hazards, stack.Unschedulable) {
		t.Errorf("effect %q, hazards %v", c.Effect, c.Hazards)
	}
	r := want(t, 7, dir, nil, "apply", "nowhere", "-c", "after.yaml", "-y", "--allow", "unschedulable", "--timeout", "5m")
	contains(t, r.stderr, "no suitable node")
	if tasks := running(t, "nowhere_web"); len(tasks) != 0 {
		t.Errorf("%d tasks run", len(tasks))
	}
}

// TestMovedBefore changes services whose tasks are older than their placement:
// the engine has let them run where they were.
func TestMovedBefore(t *testing.T) {
	t.Parallel()
	const basis = "services: {port: &x {image: " + app1 + ", command: [sleep], deploy: {update_config: {monitor: 1s}}}, label: *x, image: *x, forced: *x}"
	const moved = "deploy: {placement: {constraints: [node.role == manager]}"
	dir := write(t,
		"basis.yaml", basis,
		"moved.yaml", "services: {port: {"+moved+"}}, label: {"+moved+"}}, image: {"+moved+"}}}",
		"edited.yaml", `services: {port: {ports: ["7030:80"]}, label: {deploy: {labels: {team: blue}}}, image: {image: "`+app2+`"}, forced: {deploy: {labels: {team: blue}}}}`)
	o := loader.Options{Name: "moved", Dir: dir, Files: []string{"basis.yaml"}}
	destroyAfter(t, "moved")
	applied(t, o)
	o.Files = append(o.Files, "moved.yaml")
	applied(t, o)
	docker(t, "service", "update", "--force", "--detach=false", "moved_forced")
	o.Files = append(o.Files, "edited.yaml")
	plan, old := planOf(t, o), facts(t, "moved")
	applied(t, o)
	now := facts(t, "moved")
	for _, e := range []edit{
		{name: "port", field: "ports", effect: stack.Restarts},
		{name: "label", field: "deploy.labels.team", effect: stack.InPlace},
		{name: "image", field: "image", effect: stack.Restarts},
		{name: "forced", field: "deploy.labels.team", effect: stack.InPlace},
	} {
		t.Run(e.name, func(t *testing.T) {
			service := "moved_" + e.name
			compare(t, e, change(t, plan, service), old[service], now[service])
		})
	}
	attachedTo(t, "moved_port", "ingress", "moved_default")
}

// TestHalfWay pauses updates after one of two tasks. What the next apply
// restarts is what is not yet as the file says.
func TestHalfWay(t *testing.T) {
	t.Parallel()
	const file = `
services:
  reverted: &web
    image: $REVERTED
    command: [sleep]
    deploy: {replicas: 2, labels: {team: $TEAM}, update_config: {monitor: 1s}}
  resumed:
    <<: *web
    image: $RESUMED
`
	dir := write(t, "compose.yaml", file)
	o := loader.Options{Name: "half", Dir: dir, Files: []string{"compose.yaml"}}
	o.Environ = []string{"REVERTED=" + app1, "RESUMED=" + app1, "TEAM=blue"}
	destroyAfter(t, "half")
	applied(t, o)
	missing := []string{"REVERTED=nowhere/nothing:1", "RESUMED=stackup-test/app:3", "TEAM=blue"}
	r := want(t, 7, dir, missing, "apply", "half", "-c", "compose.yaml", "-y", "--timeout", "5m")
	contains(t, r.stderr, "nowhere/nothing:1", "stackup-test/app:3")
	for _, service := range []string{"half_reverted", "half_resumed"} {
		eventually(t, "the engine has paused the update", func() bool {
			u := services(t, "half")[service].UpdateStatus
			return u != nil && u.State == "paused"
		})
	}

	docker(t, "tag", app2, "stackup-test/app:3")
	eventually(t, "the new task runs", func() bool { return len(running(t, "half_resumed")) == 2 })
	o.Environ = []string{"REVERTED=" + app1, "RESUMED=stackup-test/app:3", "TEAM=red"}
	plan, old := planOf(t, o), facts(t, "half")
	applied(t, o)
	now := facts(t, "half")
	for service, impact := range map[string]string{
		"half_reverted": "restarts 1 of 2 tasks, stop-first",
		"half_resumed":  "restarts 1 of 2 tasks, stop-first, to end an earlier update",
	} {
		if c := change(t, plan, service); c.Effect != stack.Restarts || c.Impact != impact {
			t.Errorf("%s: effect %q, impact %q", service, c.Effect, c.Impact)
		}
		kept := slices.ContainsFunc(now[service].containers, func(id string) bool { return slices.Contains(old[service].containers, id) })
		if !kept || len(now[service].containers) != 2 || slices.Equal(now[service].containers, old[service].containers) {
			t.Errorf("%s: %v -> %v: one has to stay", service, old[service].containers, now[service].containers)
		}
	}
}

// TestPausedIsNotDone fails an update half-way. The service has the spec of the
// file then, and still the plan is not empty: old tasks run.
func TestPausedIsNotDone(t *testing.T) {
	t.Parallel()
	const stack = "unfinished"
	destroyAfter(t, stack)
	dir := write(t, "good.yaml", `
services: {web: {image: stackup-test/app:1, deploy: {replicas: 2, update_config: {monitor: 1s}}}}
`, "bad.yaml", `
services: {web: {image: nowhere/nothing:1, deploy: {replicas: 2, update_config: {monitor: 1s}}}}
`)
	want(t, 0, dir, nil, "apply", stack, "-c", "good.yaml", "-y")
	want(t, 7, dir, nil, "apply", stack, "-c", "bad.yaml", "-y", "--timeout", "5m")
	eventually(t, "the engine has paused the update", func() bool {
		u := services(t, stack)["unfinished_web"].UpdateStatus
		return u != nil && u.State == "paused"
	})
	r := want(t, 2, dir, nil, "plan", stack, "-c", "bad.yaml", "--detailed-exitcode")
	contains(t, r.stdout, "stopped half-way", "restarts 1 of 2 tasks")
	want(t, 0, dir, nil, "apply", stack, "-c", "good.yaml", "-y", "--timeout", "5m")
	settled(t, dir, nil, stack, "-c", "good.yaml")
}
