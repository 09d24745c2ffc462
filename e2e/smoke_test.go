package e2e

import (
	"testing"

	"github.com/moby/moby/client"
)

// The shortest way through everything: apply, nothing left to plan, destroy.
func TestSmoke(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", `
name: smoke
services:
  web:
    image: stackup-test/app:1
    command: sleep
`)
	if r := run(t, dir, "apply", "-y", "-c", "compose.yaml"); r.code != 0 {
		t.Fatalf("apply: code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if _, err := api(t).ServiceInspect(t.Context(), "smoke_web", client.ServiceInspectOptions{}); err != nil {
		t.Error(err)
	}
	if r := run(t, dir, "plan", "--detailed-exitcode", "-c", "compose.yaml"); r.code != 0 {
		t.Errorf("plan after apply: code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := run(t, dir, "destroy", "-y", "smoke"); r.code != 0 {
		t.Errorf("destroy: code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}
