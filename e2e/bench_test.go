package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkNothingToDo times a plan and an apply of an unchanged stack beside
// `docker stack deploy` of the same file, on the same engine, in turn. Services
// have no replicas, so that nothing but the tools is measured; docker is told
// not to ask the registry.
//
// The metrics plan/deploy and apply/deploy are ratios of the best times, and
// requests and writes are what stackup has sent.
func BenchmarkNothingToDo(b *testing.B) {
	for _, n := range []int{100, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkNothingToDo(b, n) })
	}
}

func benchmarkNothingToDo(b *testing.B, n int) {
	b.Helper()
	stack := fmt.Sprintf("bench%d", n)
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(manyServices(n)), 0o600); err != nil {
		b.Fatal(err)
	}
	p := newProxy(b)
	timed := func(environ string, name string, args ...string) time.Duration {
		b.Helper()
		cmd := exec.CommandContext(b.Context(), name, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), environ)
		begun := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return time.Since(begun)
	}
	direct := "DOCKER_HOST=" + swarm.Host
	timed(direct, binary, "apply", stack, "-c", "compose.yaml", "-y")
	defer timed(direct, binary, "destroy", stack, "-y")

	deploy, plan, apply := time.Hour, time.Hour, time.Hour
	for b.Loop() {
		for range 5 {
			deploy = min(deploy, timed(direct, "docker", "stack", "deploy", "--resolve-image", "never", "-c", "compose.yaml", stack))
			plan = min(plan, timed(direct, binary, "plan", stack, "-c", "compose.yaml", "--detailed-exitcode"))
			apply = min(apply, timed(direct, binary, "apply", stack, "-c", "compose.yaml"))
		}
	}
	timed("DOCKER_HOST="+p.host, binary, "plan", stack, "-c", "compose.yaml")
	b.ReportMetric(float64(p.requests.Load()), "requests/plan")
	timed("DOCKER_HOST="+p.host, binary, "apply", stack, "-c", "compose.yaml")
	b.ReportMetric(float64(p.writes.Load()), "writes")
	b.ReportMetric(deploy.Seconds(), "deploy-s")
	b.ReportMetric(plan.Seconds()/deploy.Seconds(), "plan/deploy")
	b.ReportMetric(apply.Seconds()/deploy.Seconds(), "apply/deploy")
	b.ReportMetric(0, "ns/op")
}

// manyServices is a compose file with n services on one network that run nothing.
func manyServices(n int) string { return servicesOf(n, app1, 0) }

// servicesOf is a compose file with n services on one network.
func servicesOf(n int, image string, replicas int) string {
	var text strings.Builder
	text.WriteString("version: \"3.8\"\nservices:\n")
	for i := range n {
		fmt.Fprintf(&text, "  s%03d:\n    image: %s\n    environment: {A: \"1\", B: two}\n    networks: [front]\n    deploy: {replicas: %d}\n", i, image, replicas)
	}
	text.WriteString("networks: {front: {}}\n")
	return text.String()
}
