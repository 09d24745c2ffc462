package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	core "github.com/stackup-cli/stackup/sandbox/swarm"
)

// plainHTTP is a client for what the Engine API's own would not send.
func plainHTTP(t *testing.T, host string) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(host, "unix://"))
	}, MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// send returns the status and the message of an error.
func send(t *testing.T, c *http.Client, method, path, body string) (status int, message string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://docker"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := c.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var refused struct{ Message string }
	_ = json.Unmarshal(text, &refused)
	return answer.StatusCode, refused.Message
}

func TestBadRequests(t *testing.T) {
	c := plainHTTP(t, start(t, Options{}))
	for _, b := range []struct {
		method, path, body string
		status             int
		words              string
	}{
		{"POST", "/v1.41/services/create", `{"Name":`, 400, "invalid JSON: unexpected EOF"},
		{"POST", "/services/create", `{"Name": 1}`, 400, "invalid JSON: json: cannot unmarshal number into Go struct field"},
		{"POST", "/services/create", `null`, 400, "mismatched Runtime and *Spec fields"},
		{"POST", "/services/create", `{}{}`, 400, "unexpected content after JSON"},
		{"POST", "/services/create", ``, 400, "mismatched Runtime and *Spec fields"},
		{"POST", "/services/create", `{"TaskTemplate":{"Runtime":"plugin","PluginSpec":{"Name":"x"}}}`, 500, "only supported in experimental"},
		{"POST", "/services/create", `{"TaskTemplate":{"ContainerSpec":{"Secrets":[null],"Configs":[{}],"Mounts":[{}],"Image":"x"}}}`, 400, "the spec has an empty entry in a list"},
		{"POST", "/services/x/update?version=1", `{"TaskTemplate":{"ContainerSpec":{"Image":"x"}}}`, 404, "service x not found"},
		{"POST", "/services/x/update?version=-1", `{}`, 400, "invalid service version '-1'"},
		{"POST", "/nodes/node1/update?version=1", `{"Role":"king"}`, 400, "invalid Role: \"king\""},
		{"POST", "/networks/create", `{"Name":"x","Driver":"overlay","IPAM":{"Config":[{"Subnet":"x"}]}}`, 400, "invalid JSON"},
		{"POST", "/networks/create", `{"Name":"x","Driver":"bridge"}`, 501, "use the driver overlay"},
		{"POST", "/configs/create", `{"Name":"x","Data":"` + strings.Repeat("x", 9<<20) + `"}`, 400, "request body too large"},
		{"POST", "/swarm/init", `{}`, 503, "This node is already part of a swarm"},
		{"POST", "/swarm/leave", ``, 503, "Use `--force`"},
		{"POST", "/swarm/update?version=1&rotateWorkerToken=true", `{}`, 501, "a sandbox cannot do this"},
		{"GET", "/nosuch", "", 404, "page not found"},
		{"GET", "/v1.41", "", 404, "page not found"},
		{"GET", "/v1.41/../services", "", 404, "page not found"},
		{"GET", "//services", "", 404, "page not found"},
		{"PATCH", "/services", "", 404, "page not found"},
		{"GET", "/v1.99/info", "", 400, "client version 1.99 is too new. Maximum supported API version is 1.56"},
		{"GET", "/v1.12/info", "", 400, "client version 1.12 is too old. Minimum supported API version is 1.40"},
		{"GET", "/v99999999999999999999.1/info", "", 400, ""},
		{"GET", "/services?filters=%7B", "", 400, "invalid filter"},
		{"GET", "/networks?filters=x", "", 400, "invalid filter"},
		{"GET", "/networks?filters=%7B%22nosuch%22%3A%5B%22x%22%5D%7D", "", 400, "invalid filter 'nosuch'"},
		{"GET", "/events?since=x", "", 400, "invalid value for 'since'"},
		{"GET", "/services/x/logs", "", 400, "must specify at least one of 'stdout' or 'stderr'"},
		{"GET", "/distribution/UPPER/json", "", 400, "invalid reference format"},
		{"GET", "/distribution/sandbox/missing/json", "", 404, "manifest unknown"},
		{"GET", "/distribution/sandbox/private/json", "", 401, "authentication required"},
		{"PUT", "/sandbox/faults", "explode", 400, `the word "explode" is not known`},
		{"POST", "/sandbox/nodes/x/down", "", 404, "node x not found"},
		{"POST", "/sandbox/nodes/x/sideways", "", 404, "not \"sideways\""},
	} {
		status, message := send(t, c, b.method, b.path, b.body)
		if b.status != 0 && status != b.status || !strings.Contains(message, b.words) || strings.Contains(message, "the sandbox failed") {
			t.Errorf("%s %s %.60s: got %d %q, want %d %q", b.method, b.path, b.body, status, message, b.status, b.words)
		}
	}
	if status, _ := send(t, c, "GET", "/info", ""); status != http.StatusOK {
		t.Errorf("after all that: %d", status)
	}
}

// Everything at once: a thousand clients, some of which go away in the middle of
// an answer. When they have gone, nothing is left of them.
func TestAThousandClients(t *testing.T) {
	host := start(t, Options{Cluster: core.Common(5)})
	before := settled(t, 0)
	var clients sync.WaitGroup
	for i := range 1000 {
		clients.Go(func() {
			c := plainHTTP(t, host)
			defer c.CloseIdleConnections()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			paths := []string{"/info", "/services", "/tasks", "/nodes", "/networks", "/events", "/nosuch"}
			path := paths[i%len(paths)]
			if path == "/events" {
				ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
				defer cancel()
			}
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://docker"+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := c.Do(r)
			if err != nil {
				if path != "/events" {
					t.Errorf("%s: %v", path, err)
				}
				return
			}
			defer func() { _ = answer.Body.Close() }()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil && path != "/events" {
				t.Errorf("%s: %v", path, err)
			}
		})
	}
	clients.Wait()
	// Not all of the swarm's own may have been there when they were counted; what
	// a thousand clients leave would be many more.
	before += 20
	if after := settled(t, before); after > before {
		var stacks bytes.Buffer
		buf := make([]byte, 1<<20)
		stacks.Write(buf[:runtime.Stack(buf, true)])
		t.Errorf("%d goroutines before, %d after\n%s", before, after, stacks.String())
	}
}

// settled is the number of goroutines when it has come down to what is wanted, or
// does not fall any more.
func settled(t *testing.T, want int) int {
	t.Helper()
	lowest := runtime.NumGoroutine()
	limit := time.After(10 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for still := 0; still < 20 && lowest > want; still++ {
		select {
		case <-tick.C:
		case <-limit:
			return lowest
		}
		if n := runtime.NumGoroutine(); n < lowest {
			lowest, still = n, 0
		}
	}
	return lowest
}

// A sandbox that was closed leaves no goroutine behind.
func TestNothingIsLeft(t *testing.T) {
	before := settled(t, 0)
	t.Run("one comes and goes", func(t *testing.T) {
		c := plainHTTP(t, start(t, Options{Cluster: core.Common(3)}))
		status, message := send(t, c, "POST", "/services/create",
			`{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"sandbox/slow:1h"}},"Mode":{"Replicated":{"Replicas":9}}}`)
		if status != http.StatusCreated {
			t.Fatal(status, message)
		}
		eventually(t, "nine are pulled", func() bool {
			r, err := c.Get("http://docker/tasks")
			if err != nil {
				return false
			}
			defer func() { _ = r.Body.Close() }()
			text, _ := io.ReadAll(r.Body)
			return bytes.Count(text, []byte(`"State":"preparing"`)) == 9
		})
	})
	// Not all of the swarm's own may have been there when they were counted; what
	// a thousand clients leave would be many more.
	before += 20
	if after := settled(t, before); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
