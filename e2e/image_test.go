package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The image of the Dockerfile, made of nothing but its files, plans on the engine
// whose socket it is given.
func TestImage(t *testing.T) {
	t.Parallel()
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("there is no docker command")
	}
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	authorities, err := os.ReadFile(certificates)
	if err != nil {
		t.Skipf("there are no certificates to put into it: %v", err)
	}
	dockerfile, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, "Dockerfile", string(dockerfile), "bin/ca-certificates.crt", string(authorities), "linux/amd64/none", "")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "linux/amd64/stackup"), "../cmd/stackup")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	socket := strings.TrimPrefix(swarm.Host, "unix://")
	work := write(t, "compose.yaml", "name: imaged\nservices: {web: {image: stackup-test/app:1}}\n")
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"build", "-q", "-t", "stackup-test/stackup", dir}, "sha256:"},
		{[]string{"run", "--rm", "stackup-test/stackup", "version"}, "stackup "},
		{
			[]string{"run", "--rm", "-v", socket + ":/var/run/docker.sock", "-v", work + ":/work", "stackup-test/stackup", "plan"},
			`+ service "imaged_web"`,
		},
	} {
		cmd := exec.CommandContext(t.Context(), docker, append([]string{"-H", swarm.Host}, step.args...)...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "DOCKER_BUILDKIT=0"}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), step.want) {
			t.Fatalf("docker %q: %v, want %q:\n%s", step.args, err, step.want, out)
		}
	}
}
