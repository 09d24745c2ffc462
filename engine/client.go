// Package engine is the live swarm: it reads what is there and writes what it
// is told to. It is the only importer of the Engine API's client.
//
// It decides nothing, repeats nothing and logs nothing: one call sends the
// requests its comment names and returns what came back. Errors are
// [stack.Error] values around the sentinels of package stack, in the engine's
// own words; when the context has ended it is the context's error and nothing
// else.
package engine

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Options say which engine to talk to, as the docker command is told.
type Options struct {
	// Host is the address: unix://, npipe:// or tcp://. When it is empty,
	// DOCKER_HOST of Environ counts, then the platform's default socket.
	Host string
	// Environ is the environment as "KEY=value" (the last of equal keys wins).
	// DOCKER_HOST, DOCKER_API_VERSION, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH
	// are read from it; without DOCKER_CERT_PATH the certificates are looked for
	// in .docker below HOME (docker/cli cli/flags/options.go).
	Environ []string
	// UserAgent is sent with every request, if it is not empty.
	UserAgent string
	// Dial connects to the address instead of the operating system, if it is
	// not nil: for tests with an engine in memory.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client talks to one engine. It may be used by many goroutines at once.
type Client struct {
	api      *client.Client
	requests atomic.Int64
	writes   atomic.Int64

	greeting sync.Mutex
	greeted  bool
}

// Open makes a client. No request is sent, so the engine may be anything yet;
// what can fail is the address and the certificates.
func Open(o Options) (*Client, error) {
	env := environment(o.Environ)
	host := o.Host
	if host == "" {
		host = env["DOCKER_HOST"]
	}
	if host == "" {
		host = client.DefaultDockerHost
	}
	if err := checkHost(host); err != nil {
		return nil, err
	}
	c := &Client{}
	api, err := client.New(
		client.WithHTTPClient(newHTTPClient()),
		client.WithHost(host),
		withTLS(host, env),
		client.WithAPIVersion(env["DOCKER_API_VERSION"]),
		withUserAgent(o.UserAgent),
		withDial(o.Dial),
		client.WithHTTPRequestHook(func(*http.Request) error {
			c.requests.Add(1)
			return nil
		}),
	)
	if err != nil {
		return nil, &stack.Error{Msg: fmt.Sprintf("engine %q", host), Err: err}
	}
	c.api = api
	return c, nil
}

func environment(environ []string) map[string]string {
	env := make(map[string]string, len(environ))
	for _, entry := range environ {
		key, value, _ := strings.Cut(entry, "=")
		env[key] = value
	}
	return env
}

// checkHost refuses what the client would take for a host name to dial.
func checkHost(host string) error {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok || rest == "" {
		return &stack.Error{
			Msg:  fmt.Sprintf("engine %q: not an address", host),
			Hint: "write it as unix:///path/to/docker.sock or tcp://host:port",
		}
	}
	switch scheme {
	case "unix", "npipe", "tcp":
		return nil
	case "ssh":
		return &stack.Error{
			Msg:  fmt.Sprintf("engine %q: ssh is not supported", host),
			Hint: "forward the socket with ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST and use unix:///tmp/docker.sock",
		}
	}
	return &stack.Error{
		Msg:  fmt.Sprintf("engine %q: the scheme %q is not known", host, scheme),
		Hint: "unix, npipe and tcp are",
	}
}

// newHTTPClient keeps as many connections as an observation needs at once; the
// client's own default is two. Engines speak HTTP/1.1; with HTTP/2 left on, the
// transport gets a TLS configuration, which the client takes for a wish.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 16,
			IdleConnTimeout:     30 * time.Second,
			TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		},
		CheckRedirect: client.CheckRedirect,
	}
}

// withTLS follows the docker command: TLS when DOCKER_TLS_VERIFY is not empty.
// Local sockets never have it.
func withTLS(host string, env map[string]string) client.Opt {
	local := strings.HasPrefix(host, "unix:") || strings.HasPrefix(host, "npipe:")
	if env["DOCKER_TLS_VERIFY"] == "" || local {
		return nil
	}
	dir := env["DOCKER_CERT_PATH"]
	if dir == "" {
		dir = filepath.Join(env["HOME"], ".docker")
	}
	return client.WithTLSClientConfig(
		filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
}

func withUserAgent(name string) client.Opt {
	if name == "" {
		return nil
	}
	return client.WithUserAgent(name)
}

func withDial(dial func(context.Context, string, string) (net.Conn, error)) client.Opt {
	if dial == nil {
		return nil
	}
	return client.WithDialContext(dial)
}

// Requests is the number of HTTP requests sent so far.
func (c *Client) Requests() int { return int(c.requests.Load()) }

// Writes is the number of requests among them that were to change something:
// creates, updates and removals, whether the engine accepted them or not.
func (c *Client) Writes() int { return int(c.writes.Load()) }

// greet pings the engine once in the life of the client and so finds the API
// version to speak. Everything else calls it first: left to itself the moby
// client pings once for every request that starts before the first answer.
func (c *Client) greet(ctx context.Context) error {
	c.greeting.Lock()
	defer c.greeting.Unlock()
	if c.greeted {
		return nil
	}
	if _, err := c.api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return c.explain(ctx, greeting, c.name(), err)
	}
	c.greeted = true
	return nil
}

// target is valid after greet.
func (c *Client) target() stack.Target {
	return stack.Target{Host: c.api.DaemonHost(), APIVersion: c.api.ClientVersion()}
}

// name is how messages call the engine.
func (c *Client) name() string { return fmt.Sprintf("engine %q", c.api.DaemonHost()) }
