package sandbox_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/sandbox"
	core "github.com/stackup-cli/stackup/sandbox/swarm"
)

func dial(b *testing.B, host string) *client.Client {
	b.Helper()
	c, err := client.New(client.WithHost(host))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

// BenchmarkStart is the time to the first answered ping, in a process that runs
// already, and the end.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := sandbox.Start(Options{Cluster: core.Common(5)})
		if err != nil {
			b.Fatal(err)
		}
		l, err := sandbox.Listen(b.Context(), fmt.Sprintf("%s/%d.sock", b.TempDir(), b.N))
		if err != nil {
			b.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		c, err := client.New(client.WithHost("unix://" + l.Addr().String()))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Ping(b.Context(), client.PingOptions{}); err != nil {
			b.Fatal(err)
		}
		_ = c.Close()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		if err := <-served; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkManyServices creates 500 services of 4 tasks on 50 nodes, one after
// another, and waits until they all run.
func BenchmarkManyServices(b *testing.B) {
	const services, replicas = 500, 4
	for b.Loop() {
		c := dial(b, start(b, Options{Cluster: core.Common(50)}))
		begun := time.Now()
		for i := range services {
			four := uint64(replicas)
			_, err := c.ServiceCreate(b.Context(), client.ServiceCreateOptions{Spec: swarm.ServiceSpec{
				Annotations:  swarm.Annotations{Name: fmt.Sprintf("web-%d", i)},
				Mode:         swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &four}},
				TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: "nginx:1"}},
			}})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(time.Since(begun).Seconds(), "s-created")
		for running := 0; running < services*replicas; {
			r, err := c.ServiceList(b.Context(), client.ServiceListOptions{Status: true})
			if err != nil {
				b.Fatal(err)
			}
			running = 0
			for _, s := range r.Items {
				running += int(s.ServiceStatus.RunningTasks)
			}
			time.Sleep(50 * time.Millisecond)
		}
		b.ReportMetric(time.Since(begun).Seconds(), "s-running")
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB-heap")
	}
}
