package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands between stackup and a swarm, counts, and gives the test a say at
// each write.
type proxy struct {
	host     string
	requests atomic.Int64
	writes   atomic.Int64
	// comparisons are the writes that write nothing, since they name a version
	// that no object reaches: the engine has refused them.
	comparisons atomic.Int64

	// before is called before the engine gets a write, after when the engine has
	// answered and stackup has not yet got that: with the number of writes so far
	// and the request, such as "POST /services/create". Nothing goes on until
	// they return.
	before func(what string)
	after  func(n int, what string)

	engine http.Transport
	mu     sync.Mutex
	log    []sent
}

// sent is a write that the engine has answered.
type sent struct {
	what     string
	at       time.Time
	requests int64 // so far, with this one
}

// sent is all of them.
func (p *proxy) sent() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.log)
}

func newProxy(tb testing.TB) *proxy {
	tb.Helper()
	return newProxyTo(tb, swarm.Host)
}

func newProxyTo(tb testing.TB, host string) *proxy {
	tb.Helper()
	socket := filepath.Join(tb.TempDir(), "docker.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{host: "unix://" + socket, before: func(string) {}, after: func(int, string) {}}
	p.engine.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(host, "unix://"))
	}
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "docker"}) },
		Transport:    p,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // hang up, as a dead engine does
	}}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(func() {
		_ = server.Close()
		p.engine.CloseIdleConnections()
	})
	return p
}

// RoundTrip passes one request on.
func (p *proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + regexp.MustCompile(`^/v[0-9.]+`).ReplaceAllString(r.URL.Path, "")
	isWrite := r.Method == http.MethodPost || r.Method == http.MethodDelete
	if isWrite {
		p.before(what)
	}
	resp, err := p.engine.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	p.requests.Add(1)
	if isComparison(resp) {
		p.comparisons.Add(1)
	} else if isWrite {
		p.mu.Lock()
		p.log = append(p.log, sent{what, time.Now(), p.requests.Load()})
		p.mu.Unlock()
		p.after(int(p.writes.Add(1)), what)
	}
	return resp, nil
}

func isComparison(r *http.Response) bool {
	const never = "4611686018427387904" // 1<<62
	u := r.Request.URL
	return strings.Contains(u.Path, "/secrets/") && strings.HasSuffix(u.Path, "/update") &&
		u.Query().Get("version") == never && r.StatusCode >= http.StatusBadRequest
}
