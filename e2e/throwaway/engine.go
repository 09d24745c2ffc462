package throwaway

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// buildApp builds the program of the containers as a static binary.
func buildApp(ctx context.Context, dir string) ([]byte, error) {
	path := filepath.Join(dir, "app")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path,
		"github.com/stackup-cli/stackup/e2e/testapp")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the test program (the working directory must be in the module): %w\n%s", err, out)
	}
	return os.ReadFile(path)
}

// importApp makes the images stackup-test/app:1 and :2 without a registry.
func importApp(ctx context.Context, host string, app []byte) error {
	var image bytes.Buffer
	w := tar.NewWriter(&image)
	err := w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(app))})
	if err != nil {
		return err
	}
	if _, err := w.Write(app); err != nil {
		return err
	}
	// The health checks of the examples find what they call.
	for _, name := range []string{"bin/redis-cli", "bin/pg_isready"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: "/app"}); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	for _, tag := range []string{"1", "2"} {
		q := url.Values{
			"fromSrc": {"-"}, "repo": {"stackup-test/app"}, "tag": {tag},
			"changes": {`ENTRYPOINT ["/app"]`, "ENV VERSION=" + tag},
		}
		if err := call(ctx, host, "POST", "/images/create?"+q.Encode(), image.Bytes(), nil); err != nil {
			return err
		}
	}
	return nil
}

// join makes one swarm of the engines: managers first, then workers.
func join(ctx context.Context, hosts []string) error {
	address := func(i int) string { return fmt.Sprintf("10.77.0.%d", i+1) }
	first := map[string]any{"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address(0)}
	if err := call(ctx, hosts[0], "POST", "/swarm/init", first, nil); err != nil {
		return err
	}
	var swarm struct {
		JoinTokens struct{ Manager, Worker string }
	}
	if err := call(ctx, hosts[0], "GET", "/swarm", nil, &swarm); err != nil {
		return err
	}
	managers := 1
	if len(hosts) >= 3 {
		managers = 3
	}
	g, ctx := errgroup.WithContext(ctx)
	for i, host := range hosts[1:] {
		token := swarm.JoinTokens.Worker
		if i+1 < managers {
			token = swarm.JoinTokens.Manager
		}
		body := map[string]any{
			"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address(i + 1),
			"RemoteAddrs": []string{address(0) + ":2377"}, "JoinToken": token,
		}
		g.Go(func() error { return call(ctx, host, "POST", "/swarm/join", body, nil) })
	}
	return g.Wait()
}

// call sends one request of the Engine API. The body is raw bytes or a value for
// JSON; the answer is decoded into out unless that is nil.
//
// The harness does without the moby client so that a mistake in how stackup uses
// that client cannot hide here.
func call(ctx context.Context, host, method, path string, body, out any) error {
	socket := strings.TrimPrefix(host, "unix://")
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()

	raw, kind := []byte(nil), "application/x-tar"
	if b, ok := body.([]byte); ok {
		raw = b
	} else if body != nil {
		raw, _ = json.Marshal(body)
		kind = "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://docker"+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(answer))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
