package e2e

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stackup-cli/stackup/stack"
)

const intact = `
x-stackup: {wait: {stable: 500ms}}
services:
  web: &web
    image: stackup-test/app:1
    configs: [text]
    deploy: {replicas: 2, update_config: {monitor: 500ms}, restart_policy: {delay: 100ms}}
  db: *web
  gone: *web
configs: {text: {content: one}}
`

// In broken, db cannot start, after web has been changed and next created.
const broken = `
x-stackup: {wait: {stable: 500ms}}
services:
  web: &web
    image: stackup-test/app:2
    configs: [text]
    networks: [front]
    deploy: {replicas: 3, update_config: {monitor: 500ms}, restart_policy: {delay: 100ms}}
  next: {<<: *web, depends_on: [web]}
  db:
    <<: *web
    command: [exit, "1"]
    depends_on: [next]
    deploy: {replicas: 3, update_config: {monitor: 20s}, restart_policy: {delay: 100ms}}
  last: {<<: *web, depends_on: {db: {condition: service_healthy}}}
networks: {front: {}}
configs: {text: {content: two}}
`

// TestTakenBack fails half-way and takes back what was done: each service has
// its old spec and runs as before, and what was created is gone.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	const name = "takenback"
	dir := write(t, "intact.yaml", intact, "broken.yaml", broken)
	destroyAfter(t, name)
	want(t, 0, dir, nil, "apply", name, "-c", "intact.yaml", "-y")
	before, objects := services(t, name), slices.Sorted(slices.Values(left(t, name)))

	r := want(t, 8, dir, nil, "apply", name, "-c", "broken.yaml", "-y", "--on-failure=rollback", "--timeout", "5m", "--json-into", "result.json")
	contains(t, r.stderr, "takenback_db", "non-zero exit (1)", "rolling back")
	if o := ended(t, dir); o["takenback_db"].State != stack.Failed || o["takenback_last"].State == stack.Done {
		t.Errorf("%+v", o)
	}
	if now := slices.Sorted(slices.Values(left(t, name))); !slices.Equal(now, objects) {
		t.Errorf("the stack has %v, want %v", now, objects)
	}
	after := services(t, name)
	for service := range maps.Keys(before) {
		if diff := gocmp.Diff(before[service].Spec, after[service].Spec, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
			t.Errorf("%s (-before +after):\n%s", service, diff)
		}
		tasks := running(t, service)
		for _, task := range tasks {
			if task.Spec.ContainerSpec.Image != app1 {
				t.Errorf("a task of %s runs %s", service, task.Spec.ContainerSpec.Image)
			}
		}
		if len(tasks) != 2 {
			t.Errorf("%d tasks of %s run, want 2", len(tasks), service)
		}
	}
	settled(t, dir, nil, name, "-c", "intact.yaml")
}

// TestStopOrContinue fails early, while a service still comes up on which
// another one waits that has nothing to do with the failure.
func TestStopOrContinue(t *testing.T) {
	t.Parallel()
	const file = `
services:
  bad: {image: stackup-test/app:1, command: [exit, "1"], deploy: {restart_policy: {delay: 100ms}}, x-stackup: {wait: {stable: 20s}}}
  slow: {image: stackup-test/app:1, healthcheck: {test: [CMD, /app, check], interval: 15s}}
  late: {image: stackup-test/app:1, depends_on: {slow: {condition: service_healthy}}}
`
	for choice, late := range map[string]stack.State{"stop": stack.NotStarted, "continue": stack.Done} {
		t.Run(choice, func(t *testing.T) {
			t.Parallel()
			name := "on-failure-" + choice
			dir := write(t, "compose.yaml", file)
			destroyAfter(t, name)
			want(t, 7, dir, nil, "apply", name, "-c", "compose.yaml", "-y", "--on-failure="+choice, "--timeout", "5m", "--json-into", "result.json")
			o := ended(t, dir)
			for service, state := range map[string]stack.State{"bad": stack.Failed, "slow": stack.Done, "late": late} {
				if got := o[name+"_"+service].State; got != state {
					t.Errorf("%s: %s, want %s", service, got, state)
				}
			}
			if _, there := services(t, name)[name+"_late"]; there != (late == stack.Done) {
				t.Errorf("late is there: %v", there)
			}
		})
	}
}
