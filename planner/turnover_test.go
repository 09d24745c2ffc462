package planner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// TestPlacementIsWrittenAlone changes a placement. The rest of the task goes out
// as it is live, even where the file now spells out a default: any other
// difference would restart the tasks. With ports besides, the engine has to be
// forced to restart them.
func TestPlacementIsWrittenAlone(t *testing.T) {
	const placement = "placement: {constraints: [node.role == manager]}"
	for name, c := range map[string]struct {
		after    string
		restarts bool
	}{
		"alone":     {"{image: nginx, deploy: {" + placement + "}}", false},
		"a default": {"{image: nginx, stop_grace_period: 10s, deploy: {" + placement + "}}", false},
		"a port":    {`{image: nginx, ports: ["80:80"], deploy: {` + placement + "}}", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, w := t.TempDir(), newWorld()
			planned := func(service string) (stack.Service, *stack.Live) {
				text := "services: {web: " + service + "}"
				if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				want := load(t, dir, "compose.yaml")
				plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
				if err != nil {
					t.Fatal(err)
				}
				c := plan.Changes[len(plan.Changes)-1]
				w.apply(t, plan)
				return c.Want.(stack.Service), c.Have
			}
			planned("{image: nginx}")
			want, have := planned(c.after)
			sent, live := want.Spec.TaskTemplate, have.Service.Spec.TaskTemplate
			if forced := sent.ForceUpdate != live.ForceUpdate; forced != c.restarts {
				t.Errorf("forced: %v, want %v", forced, c.restarts)
			}
			if old, now := live.ContainerSpec.StopGracePeriod, sent.ContainerSpec.StopGracePeriod; old != now {
				t.Errorf("stop_grace_period: %v -> %v", old, now)
			}
			if sent.Placement == nil || len(sent.Placement.Constraints) != 1 {
				t.Errorf("placement %+v", sent.Placement)
			}
		})
	}
}
