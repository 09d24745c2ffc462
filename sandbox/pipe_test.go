package sandbox_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/sandbox"
)

// pipes is a network in memory: with it the time of a test may be its own
// (testing/synctest), since nothing waits for the operating system.
type pipes struct {
	accepting chan net.Conn
	closed    chan struct{}
	once      sync.Once
}

func newPipes() *pipes { return &pipes{accepting: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accepting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.closed) }); return nil }

func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.accepting <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fast runs a test of a sandbox in which hours pass in no time.
func fast(t *testing.T, o Options, f func(w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := sandbox.Start(o)
		if err != nil {
			t.Fatal(err)
		}
		network := newPipes()
		served := make(chan error, 1)
		go func() { served <- s.Serve(network) }()
		api, err := client.New(client.WithHost("tcp://sandbox:2375"), client.WithDialContext(network.dial))
		if err != nil {
			t.Fatal(err)
		}
		f(world{T: t, Sandbox: s, api: api, network: network})
		if err := api.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// world is a sandbox on a clock of its own.
type world struct {
	*testing.T
	*sandbox.Sandbox
	api     *client.Client
	network *pipes
}

func (w world) create(spec swarm.ServiceSpec) (id string) {
	w.Helper()
	r, err := w.api.ServiceCreate(w.Context(), client.ServiceCreateOptions{Spec: spec})
	if err != nil {
		w.Fatal(err)
	}
	return r.ID
}

func (w world) read(id string) swarm.Service {
	w.Helper()
	r, err := w.api.ServiceInspect(w.Context(), id, client.ServiceInspectOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return r.Service
}

func (w world) update(id string, change func(*swarm.ServiceSpec)) {
	w.Helper()
	s := w.read(id)
	change(&s.Spec)
	if _, err := w.api.ServiceUpdate(w.Context(), id, client.ServiceUpdateOptions{Version: s.Version, Spec: s.Spec}); err != nil {
		w.Fatal(err)
	}
}

func (w world) tasks(id string) []swarm.Task {
	w.Helper()
	r, err := w.api.TaskList(w.Context(), client.TaskListOptions{Filters: make(client.Filters).Add("service", id)})
	if err != nil {
		w.Fatal(err)
	}
	return r.Items
}

// running counts the tasks that run, by node.
func (w world) running(id string) (n int, byNode map[string]int) {
	w.Helper()
	byNode = map[string]int{}
	for _, t := range w.tasks(id) {
		if t.Status.State == swarm.TaskStateRunning && t.DesiredState == swarm.TaskStateRunning {
			n++
			byNode[t.NodeID]++
		}
	}
	return n, byNode
}

// after is how long, in the sandbox's time, it takes until something is so.
func (w world) after(what string, ok func() bool) time.Duration {
	w.Helper()
	begun := time.Now()
	for !ok() {
		if time.Since(begun) > 24*time.Hour {
			w.Fatalf("not in a day: %s", what)
		}
		time.Sleep(time.Second)
	}
	return time.Since(begun)
}

// about wants a time to be this long, or a little longer.
func (w world) about(what string, got, want time.Duration) {
	w.Helper()
	if got < want || got > want+want/20+5*time.Second {
		w.Errorf("%s took %v, want about %v", what, got, want)
	}
}
