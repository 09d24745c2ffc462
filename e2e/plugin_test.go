package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// As a plugin of the real docker command, on a real engine: by -H, and by the
// environment.
func TestDockerStackup(t *testing.T) {
	t.Parallel()
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("there is no docker command")
	}
	dir := write(t, "compose.yaml", `
name: plugged
services:
  web:
    image: stackup-test/app:1
    command: sleep
`)
	plugins := filepath.Join(dir, "config", "cli-plugins")
	if err := os.MkdirAll(plugins, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(plugins, "docker-stackup")); err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) (string, int) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), docker, args...)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "DOCKER_CONFIG=" + filepath.Dir(plugins)}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	for _, step := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"stackup", "plan", "--detailed-exitcode"}, 2, `+ service "plugged_web"`},
		{[]string{"stackup", "apply", "-y"}, 0, "Done in"},
		{[]string{"stackup", "plan", "--detailed-exitcode"}, 0, "nothing to do"},
		{[]string{"stack", "services", "plugged"}, 0, "plugged_web"},
		{[]string{"stackup", "destroy", "plugged", "-y"}, 0, "Done in"},
	} {
		out, code := call(append([]string{"-H", swarm.Host}, step.args...)...)
		if code != step.code || !strings.Contains(out, step.want) {
			t.Fatalf("docker %q: code %d, want %d with %q:\n%s", step.args, code, step.code, step.want, out)
		}
	}
}
