package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stackup-cli/stackup/engine/enginetest"
)

// testSwarm is a sandbox with one node, behind a proxy where tests see what is
// written and decide what goes wrong. It may be used by many goroutines at once.
type testSwarm struct {
	// Host is the address of the proxy.
	Host string

	engine *httputil.ReverseProxy

	mu       sync.Mutex
	fault    enginetest.Fault
	registry enginetest.Registry
	lookups  []string
	logins   enginetest.Logins
	journal  []string
	names    map[string]string // of what was created, by ID
}

// buildSandbox makes the program stackup-sandbox, of the module beside this one.
func buildSandbox(t *testing.T) (program string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir, "./cmd/stackup-sandbox")
	cmd.Dir = "../../sandbox"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "stackup-sandbox")
}

// startSwarm starts one until the test ends.
func startSwarm(tb testing.TB, program string) *testSwarm {
	tb.Helper()
	dir, err := os.MkdirTemp("", "swarm") // paths of sockets must be short
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	inner := filepath.Join(dir, "inner.sock")
	runSandbox(tb, program, inner)

	s := &testSwarm{
		Host: "unix://" + filepath.Join(dir, "docker.sock"), engine: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "sandbox"}),
		registry: enginetest.Registry{Down: "the stand-in knows no registry"}, names: map[string]string{},
	}
	s.engine.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", inner)
	}}
	l, err := new(net.ListenConfig).Listen(tb.Context(), "unix", strings.TrimPrefix(s.Host, "unix://"))
	if err != nil {
		tb.Fatal(err)
	}
	proxy := &httptest.Server{Listener: l, Config: &http.Server{Handler: s}}
	proxy.Start()
	tb.Cleanup(func() { proxy.CloseClientConnections(); proxy.Close() })
	return s
}

// runSandbox returns when the sandbox answers. It ends with the test, and with
// this process, however that ends: its command reads from here.
func runSandbox(tb testing.TB, program, socket string) {
	tb.Helper()
	cluster := socket + ".yaml"
	if err := os.WriteFile(cluster, []byte("id: cluster1\nnodes: [{name: node1}]\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), program, "--cluster", cluster, "--socket", socket, "--", "sh", "-c", "echo up; read end")
	said := new(bytes.Buffer)
	cmd.Stderr = said
	in, inErr := cmd.StdinPipe()
	out, outErr := cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, cmd.Start()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		tb.Fatalf("the sandbox did not start: %v\n%s", err, said)
	}
}

// ServeHTTP implements [http.Handler].
func (s *testSwarm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	fault, registry := s.fault, s.registry
	s.mu.Unlock()
	if fault != nil {
		if status, message := fault(r); status != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
			return
		}
	}
	_, image, ok := strings.Cut(r.URL.Path, "/distribution/")
	switch {
	case ok:
		s.mu.Lock()
		s.lookups = append(s.lookups, strings.TrimSuffix(image, "/json"))
		s.mu.Unlock()
		registry.ServeHTTP(w, r)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.engine.ServeHTTP(w, r)
	default:
		s.write(w, r)
	}
}

// write passes a write on, and notes it if the swarm took it.
func (s *testSwarm) write(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	s.engine.ServeHTTP(answer, r)
	if answer.Code < http.StatusMultipleChoices {
		s.note(r, body, answer.Body.Bytes())
	}
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// note keeps a write: "create service shop_web".
func (s *testSwarm) note(r *http.Request, body, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // version, kind, ID, action
	if len(parts) < 3 {
		return
	}
	kind := strings.TrimSuffix(parts[1], "s")
	verb := map[bool]string{true: "create", false: "update"}[parts[2] == "create"]
	var spec struct{ Name string }
	var made struct{ ID string }
	_, _ = json.Unmarshal(body, &spec), json.Unmarshal(answer, &made)
	switch {
	case r.Method == http.MethodDelete:
		verb, spec.Name = "remove", s.names[parts[2]]
	case kind == "swarm":
		return
	case made.ID != "":
		s.names[made.ID] = spec.Name
	}
	if kind == "service" && verb != "remove" {
		s.logins.Note(r, spec.Name)
	}
	s.journal = append(s.journal, verb+" "+kind+" "+spec.Name)
}

// Journal is what has been written so far, in order.
func (s *testSwarm) Journal() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.journal...)
}

// SetFault puts a fault in front of every request from now on; nil takes it away.
func (s *testSwarm) SetFault(f enginetest.Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// SetRegistry changes what the registries answer from now on.
func (s *testSwarm) SetRegistry(r enginetest.Registry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registry = r
}

// Lookups is the references that were looked up so far, in order.
func (s *testSwarm) Lookups() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.lookups...)
}

// Login is the user of the login that a service was last written with.
func (s *testSwarm) Login(service string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins.Of(service)
}

// leave makes the engine one that is in no swarm.
func (s *testSwarm) leave() error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://sandbox/swarm/leave?force=1", nil)
	if err != nil {
		return err
	}
	answer, err := s.engine.Transport.RoundTrip(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
