package sandbox_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

const readmeShop = `
services:
  web: {image: "nginx:1.27", deploy: {replicas: 2, update_config: {monitor: 100ms}}}
  api: {image: "httpd:2"}
`

// TestReadme runs the commands of the README's part "Use", one after another:
// each does what is there to be done, and none fails. The compose file has another
// image for each.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, use, _ := strings.Cut(string(text), "\n## Use\n")
	use, _, _ = strings.Cut(use, "\n## ")
	commands := regexp.MustCompile(`(?m)^ {4}stackup (.*?)(?: +# .*)?$`).FindAllStringSubmatch(use, -1)
	if len(commands) < 10 {
		t.Fatalf("the README has %d commands, and ought to have more", len(commands))
	}
	r := reader{t: t, program: build(t).stackup, host: start(t, Options{Cluster: swarm.Common(2)}), dir: t.TempDir()}
	for i, c := range commands {
		r.write(strings.ReplaceAll(readmeShop, "1.27", "1."+string(rune('a'+i))))
		args := strings.Fields(c[1])
		switch args[0] {
		case "apply":
			if args[len(args)-1] == "ID" {
				args[len(args)-1] = r.planID()
			} else if !strings.HasSuffix(args[1], ".json") {
				args = append(args, "-y") // there is nobody to ask
			}
		case "rollback", "destroy":
			args = append(args, "-y")
		}
		if args[0] == "apply" && strings.HasSuffix(args[1], ".json") {
			r.run("plan", "shop", "-c", "compose.yaml", "--out", args[1]) // of this file
		}
		r.run(args...)
	}
}

// reader is somebody who tries what the README says.
type reader struct {
	t                  *testing.T
	program, host, dir string
}

func (r reader) write(compose string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, "compose.yaml"), []byte(compose), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r reader) run(args ...string) []byte {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), r.program, args...)
	cmd.Dir, cmd.Env = r.dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.dir, "DOCKER_HOST=" + r.host}
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("stackup %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (r reader) planID() string {
	r.t.Helper()
	var plan struct{ ID string }
	if err := json.Unmarshal(r.run("plan", "shop", "-c", "compose.yaml", "--json"), &plan); err != nil {
		r.t.Fatal(err)
	}
	return plan.ID
}
