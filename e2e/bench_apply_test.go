package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	apiswarm "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"
)

// bench is a stack that a benchmark applies and deploys in turn.
type bench struct {
	*testing.B
	stack string
	dir   string
	api   *client.Client
}

func newBench(b *testing.B, stack, file string) *bench {
	b.Helper()
	c, err := client.New(client.WithHost(swarm.Host))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	dir := b.TempDir()
	if err := os.WriteFile(dir+"/compose.yaml", []byte(file), 0o600); err != nil {
		b.Fatal(err)
	}
	return &bench{b, stack, dir, c}
}

// timed runs a command that has to succeed.
func (b *bench) timed(host, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(b.Context()), name, args...)
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "DOCKER_HOST="+host)
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return time.Since(begun)
}

func (b *bench) deploy(detach bool) time.Duration {
	b.Helper()
	return b.timed(swarm.Host, "docker", "stack", "deploy", "--resolve-image", "never", fmt.Sprint("--detach=", detach), "-c", "compose.yaml", b.stack)
}

func (b *bench) apply(host string) time.Duration {
	b.Helper()
	return b.timed(host, binary, "apply", b.stack, "-c", "compose.yaml", "-y")
}

func (b *bench) destroy() { b.timed(swarm.Host, binary, "destroy", b.stack, "-y") }

// engine is how long the engine itself takes: from a detached deploy until n
// tasks run.
func (b *bench) engine(n int) time.Duration {
	b.Helper()
	begun := time.Now()
	b.deploy(true)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(5 * time.Minute); ; {
		r, err := b.api.TaskList(b.Context(), client.TaskListOptions{Filters: ofStack(b.stack)})
		if err != nil {
			b.Fatal(err)
		}
		running := 0
		for _, t := range r.Items {
			if t.Status.State == apiswarm.TaskStateRunning {
				running++
			}
		}
		if running == n {
			return time.Since(begun)
		}
		select {
		case <-tick.C:
		case <-limit:
			b.Fatalf("%d of %d tasks run", running, n)
		}
	}
}

// BenchmarkTwentyServices applies twenty services of one task on one network:
// from nothing, beside what the engine itself needs and beside
// docker stack deploy --detach=false; then again without a change. Best of two
// but for the deploys, each of which takes minutes.
func BenchmarkTwentyServices(b *testing.B) {
	const n = 20
	t := newBench(b, "twenty", servicesOf(n, app1, 1))
	p := newProxy(b)
	engine, apply, unchanged := time.Hour, time.Hour, time.Hour
	var deploy, redeploy time.Duration
	for b.Loop() {
		for range 2 {
			engine = min(engine, t.engine(n))
			t.destroy()
			apply = min(apply, t.apply(swarm.Host))
			for range 3 {
				unchanged = min(unchanged, t.apply(swarm.Host))
			}
			t.destroy()
		}
		deploy, redeploy = t.deploy(false), t.deploy(false)
		t.destroy()
	}
	t.apply(swarm.Host)
	t.apply(p.host)
	t.destroy()
	b.ReportMetric(engine.Seconds(), "engine-s")
	b.ReportMetric(deploy.Seconds(), "deploy-s")
	b.ReportMetric(redeploy.Seconds(), "redeploy-s")
	b.ReportMetric(apply.Seconds()/engine.Seconds(), "apply/engine")
	b.ReportMetric(apply.Seconds()/deploy.Seconds(), "apply/deploy")
	b.ReportMetric(unchanged.Seconds()/redeploy.Seconds(), "unchanged/redeploy")
	b.ReportMetric(float64(p.writes.Load()), "writes")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkWaiting counts the requests of an apply that waits for tasks whose
// image a registry never sends, in steady state.
func BenchmarkWaiting(b *testing.B) {
	for _, n := range []int{20, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			file := servicesOf(n, "127.0.0.1:5998/never:1", 1)
			file = strings.Replace(file, "front: {}", "front: {ipam: {config: [{subnet: 10.97.0.0/16}]}}", 1) // room for all
			t := newBench(b, fmt.Sprint("waiting", n), file)
			hanging := func(args ...string) { t.timed(swarm.Host, "docker", args...) }
			hanging("run", "--detach", "--name", "hanging", "--network", "host", "--env", "PORT=5998", app1, "hang")
			defer hanging("rm", "--force", "hanging")
			perSecond := 0.0
			for b.Loop() {
				perSecond = t.waiting(n, newProxy(b))
				t.destroy()
			}
			b.ReportMetric(perSecond, "requests/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// waiting is how many requests a second an apply sends that has created n
// services and waits.
func (b *bench) waiting(n int, p *proxy) float64 {
	b.Helper()
	const settle, window = 15 * time.Second, 30 * time.Second
	created, all := make(chan struct{}), atomic.Int64{}
	p.after = func(_ int, what string) {
		if what == "POST /services/create" && all.Add(1) == int64(n) {
			close(created)
		}
	}
	cmd := exec.CommandContext(b.Context(), binary, "apply", b.stack, "-c", "compose.yaml", "-y")
	cmd.Dir, cmd.Env = b.dir, append(os.Environ(), "DOCKER_HOST="+p.host)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	<-created
	<-time.After(settle) // until nothing moves
	before := p.requests.Load()
	<-time.After(window)
	sent := p.requests.Load() - before
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		b.Fatal(err)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		b.Errorf("exit code %d", cmd.ProcessState.ExitCode())
	}
	return float64(sent) / window.Seconds()
}
