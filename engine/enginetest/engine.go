// Package enginetest is a stand-in for a Docker engine in tests that do without
// Docker: a swarm of one manager, in memory, behind the Engine API 1.41.
//
// It speaks just what package engine uses, with the answers of engine 20.10,
// and [Contract] holds both to the same words.
//
// It does not imitate: the scheduler (there is one node, and it takes every
// task), time (tasks and updates end as soon as they begin), rolling updates,
// rollback and restart policies beyond what is said at [Engine], the filling-in
// of defaults (specs come back as they were sent), predefined networks, published
// ports, volumes, pulling images, and all checks of a spec but those for
// references. What needs those is tested on a sandbox, or on a real engine.
package enginetest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/moby/moby/api/types/swarm"
)

// Engine is an in-memory swarm. It may be used by many goroutines at once.
//
// What a task does is told by the last part of its image's name, or, when that
// is "app", by its command (as in e2e/testapp):
//
//	missing   rejected, because there is no such image
//	exitN     failed three times with code N (exit0: complete)
//	stuck     preparing, for ever
//
// All others run; those of jobs complete.
type Engine struct {
	// Host is the address for clients, if [Start] made the engine.
	Host string
	// Cluster is the ID of the swarm. It may be changed before the first request.
	Cluster string

	mux *http.ServeMux

	mu       sync.Mutex
	fault    Fault
	failing  map[int]Failure // by the number of the write
	logs     map[string]string
	left     bool
	requests int
	writes   int
	journal  []string
	index    uint64 // of the last write; also what IDs are made of
	objects  []*object
	registry Registry
	lookups  []string
	logins   Logins
	tasks    []*task
}

// New is an empty swarm. It is an [http.Handler].
func New() *Engine {
	e := &Engine{
		Cluster: "cluster1", mux: http.NewServeMux(), failing: map[int]Failure{}, logs: map[string]string{},
		registry: Registry{Down: "the stand-in knows no registry"},
	}
	e.mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Api-Version", "1.41") })
	e.handle("GET /{v}/swarm", http.StatusOK, func(*http.Request) (any, error) {
		return swarm.Swarm{ClusterInfo: swarm.ClusterInfo{ID: e.Cluster}}, nil
	})
	e.handle("GET /{v}/nodes", http.StatusOK, func(*http.Request) (any, error) { return []swarm.Node{theNode()}, nil })
	e.handle("GET /{v}/{kind}/{id}/{rest...}", http.StatusOK, e.distribution)
	e.handle("GET /{v}/tasks", http.StatusOK, e.listTasks)
	e.handle("GET /{v}/tasks/{id}/logs", http.StatusOK, e.taskLogs)
	e.handle("GET /{v}/{kind}", http.StatusOK, e.list)
	e.handle("GET /{v}/{kind}/{id}", http.StatusOK, e.inspect)
	e.handle("POST /{v}/{kind}/create", http.StatusCreated, e.create)
	e.handle("POST /{v}/services/{id}/update", http.StatusOK, e.updateService)
	e.handle("POST /{v}/configs/{id}/update", http.StatusOK, e.updateLabels)
	e.handle("POST /{v}/secrets/{id}/update", http.StatusOK, e.updateLabels)
	e.handle("DELETE /{v}/{kind}/{id}", http.StatusNoContent, e.remove)
	return e
}

// Start serves an empty swarm on a socket until the test ends.
func Start(tb testing.TB) *Engine {
	tb.Helper()
	// Not tb.TempDir: with the test's name in it the path gets too long.
	dir, err := os.MkdirTemp("", "enginetest")
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(dir, "docker.sock")
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "unix", path)
	if err != nil {
		tb.Fatal(err)
	}
	e := New()
	e.Host = "unix://" + path
	server := &http.Server{Handler: e}
	served := make(chan error)
	go func() { served <- server.Serve(listener) }()
	tb.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			tb.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	return e
}

// LeaveSwarm makes the engine one that is in no swarm.
func (e *Engine) LeaveSwarm() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.left = true
}

// Requests is the number of requests so far.
func (e *Engine) Requests() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.requests
}

// Journal is what has been written so far, in order: "create service shop_web".
func (e *Engine) Journal() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.journal)
}

// refusal is an error answer.
type refusal struct {
	status  int
	message string
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// handle makes a handler of a function that knows little of HTTP. One runs at a
// time.
func (e *Engine) handle(pattern string, status int, f func(r *http.Request) (any, error)) {
	e.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.left {
			respond(w, 0, nil, refuse(http.StatusServiceUnavailable, "This node is not a swarm manager. "+
				`Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`))
			return
		}
		body, err := f(r)
		respond(w, status, body, err)
	})
}

// theNode is the only one.
func theNode() swarm.Node {
	n := swarm.Node{ID: "node1", Status: swarm.NodeStatus{State: swarm.NodeStateReady, Addr: "127.0.0.1"}}
	n.Spec.Role, n.Spec.Availability = swarm.NodeRoleManager, swarm.NodeAvailabilityActive
	n.Description.Hostname = "node1"
	n.ManagerStatus = &swarm.ManagerStatus{Leader: true, Reachability: swarm.ReachabilityReachable}
	return n
}
