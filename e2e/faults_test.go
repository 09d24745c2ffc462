package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestFaults applies stacks that cannot run. Each apply ends before its
// deadline, with the engine's own words for the reason.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		service string
		reason  string
	}{
		"image missing":     {"{image: nowhere/nothing:1}", "No such image: nowhere/nothing:1"},
		"exit 1":            {"{image: " + app1 + ", command: [exit, '1']}", "non-zero exit (1)"},
		"command not found": {"{image: " + app1 + ", entrypoint: /nothing}", "/nothing"},
		"no node fits":      {"{image: " + app1 + ", deploy: {placement: {constraints: [node.labels.no==where]}}}", "no suitable node"},
		"bind path missing": {"{image: " + app1 + ", volumes: ['/no/where:/data']}", "bind source path does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			stack := "fault-" + strings.ReplaceAll(name, " ", "-")
			destroyAfter(t, stack)
			dir := write(t, "compose.yaml", "services:\n  web: "+c.service+"\n")
			r := want(t, 7, dir, nil, "apply", stack, "-c", "compose.yaml", "-y", "--timeout", "3m")
			contains(t, r.stderr, c.reason, stack+"_web")
		})
	}
}

// TestKilled kills stackup right after each of its first writes in turn. The
// next apply goes on from there.
func TestKilled(t *testing.T) {
	dir, environ := voting()
	file := []string{"killed", "-c", "compose.yaml"}
	for n := range 7 {
		p := newProxy(t)
		cmd := exec.Command(binary, append([]string{"apply", "-y"}, file...)...)
		cmd.Dir = dir
		cmd.Env = append(environ, "DOCKER_HOST="+p.host)
		p.afterWrite = func(writes int) {
			if writes == n+1 {
				_ = cmd.Process.Kill()
			}
		}
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Fatalf("write %d: stackup was not killed:\n%s", n+1, out)
		}
		want(t, 0, dir, environ, append([]string{"apply", "-y", "--timeout", "2m"}, file...)...)
		settled(t, dir, environ, file...)
		if n := len(services(t, "killed")); n != 5 {
			t.Errorf("%d services", n)
		}
		want(t, 0, dir, nil, "destroy", "killed", "-y")
		if names := left(t, "killed"); len(names) > 0 {
			t.Fatalf("left over: %v", names)
		}
	}
}

// TestFewRequests counts what a plan and an apply with nothing to do send.
func TestFewRequests(t *testing.T) {
	dir, environ := voting()
	file := []string{"few", "-c", "compose.yaml"}
	destroyAfter(t, "few")
	want(t, 0, dir, environ, append([]string{"apply", "-y"}, file...)...)

	p := newProxy(t)
	environ = append(environ, "DOCKER_HOST="+p.host)
	settled(t, dir, environ, file...)
	if n := p.requests.Load(); n > 8 {
		t.Errorf("a plan has sent %d requests, want 8 at most", n)
	}
	want(t, 0, dir, environ, append([]string{"apply", "-y"}, file...)...)
	if n := p.writes.Load(); n != 0 {
		t.Errorf("an apply with nothing to do has sent %d writes", n)
	}
}

// proxy stands between stackup and the shared swarm, and counts.
type proxy struct {
	host     string
	requests atomic.Int64
	writes   atomic.Int64
	// comparisons are the writes that write nothing, since they name a version
	// that no object reaches: the engine has refused them.
	comparisons atomic.Int64
	afterWrite  func(n int)
}

func newProxy(tb testing.TB) *proxy {
	tb.Helper()
	socket := filepath.Join(tb.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{host: "unix://" + socket, afterWrite: func(int) {}}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "docker"}) },
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(swarm.Host, "unix://"))
		}},
		ModifyResponse: func(r *http.Response) error {
			p.requests.Add(1)
			if m := r.Request.Method; isComparison(r) {
				p.comparisons.Add(1)
			} else if m == http.MethodPost || m == http.MethodDelete {
				p.afterWrite(int(p.writes.Add(1)))
			}
			return nil
		},
	}
	server := &http.Server{Handler: forward}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(func() { _ = server.Close() })
	return p
}

func isComparison(r *http.Response) bool {
	const never = "4611686018427387904" // 1<<62
	u := r.Request.URL
	return strings.Contains(u.Path, "/secrets/") && strings.HasSuffix(u.Path, "/update") &&
		u.Query().Get("version") == never && r.StatusCode >= http.StatusBadRequest
}
