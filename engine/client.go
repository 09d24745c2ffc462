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
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// Options say which engine to talk to, as the docker command is told.
type Options struct {
	// Context is the name of a docker context, or "default" for none.
	Context string
	// Host is the address: unix://, npipe://, tcp:// or ssh://. It does not go
	// with a context.
	Host string
	// Environ is the environment as "KEY=value" (the last of equal keys wins).
	// When there is neither context nor host it says which engine is meant:
	// DOCKER_HOST, else DOCKER_CONTEXT, else the current context in config.json,
	// else the platform's default socket. DOCKER_TLS_VERIFY and DOCKER_CERT_PATH
	// count for hosts, a context has its own; DOCKER_API_VERSION for all.
	// DOCKER_CONFIG is docker's folder, else .docker below HOME.
	Environ []string
	// Logins lets creates and updates of services carry the login for the image's
	// registry, if docker's configuration has one: config.json, a credential
	// store or helper, DOCKER_AUTH_CONFIG. The swarm keeps it for the nodes that
	// pull.
	Logins bool
	// UserAgent is sent with every request, if it is not empty.
	UserAgent string
	// Trace is told each request when it is sent and when it is answered, in one
	// line without headers and bodies, if it is not nil. It is called by many
	// goroutines at once.
	Trace func(line string)
	// Dial connects to the address instead of the operating system, if it is
	// not nil: for tests with an engine in memory.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client talks to one engine. It may be used by many goroutines at once.
type Client struct {
	api      *client.Client
	at       endpoint
	logins   logins
	sends    bool // the logins, with what is written
	requests atomic.Int64
	writes   atomic.Int64

	greeting sync.Mutex
	greeted  bool

	cluster sync.Once // reads id
	id      string
}

// Open makes a client. No request is sent, so the engine may be anything yet;
// what can fail is the address, the context and the certificates.
func Open(o Options) (*Client, error) {
	at, err := o.endpoint()
	if err != nil {
		return nil, err
	}
	trace := o.Trace
	if trace == nil {
		trace = func(string) {}
	}
	c := &Client{at: at, logins: logins{env: environment(o.Environ)}, sends: o.Logins}
	api, err := client.New(
		client.WithHTTPClient(newHTTPClient(at)),
		client.WithHost(at.url()),
		withDialer(at),
		client.WithAPIVersion(environment(o.Environ)["DOCKER_API_VERSION"]),
		withUserAgent(o.UserAgent),
		withDial(o.Dial),
		client.WithHTTPRequestHook(func(r *http.Request) error {
			c.requests.Add(1)
			trace("> " + r.Method + " " + r.URL.RequestURI())
			return nil
		}),
		client.WithHTTPResponseHook(func(r *http.Response) {
			trace("< " + r.Status + " " + r.Request.Method + " " + r.Request.URL.RequestURI())
		}),
	)
	if err != nil {
		return nil, about(at.host, err)
	}
	c.api = api
	return c, nil
}

// most is how many connections there may be through ssh at a time. Each is a
// process here and a login there, and sshd refuses more than ten logins at once
// (MaxStartups).
const most = 4

// newHTTPClient keeps as many connections as an observation needs at once; the
// client's own default is two. Engines speak HTTP/1.1; with HTTP/2 left on, the
// transport gets a TLS configuration, which the client takes for a wish.
func newHTTPClient(at endpoint) *http.Client {
	t := &http.Transport{
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     30 * time.Second,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig:     at.tls,
	}
	if at.ssh != nil {
		t.MaxConnsPerHost, t.MaxIdleConnsPerHost = most, most
		t.IdleConnTimeout = 0 // a wait needs few of them, and what comes after it all of them again
	}
	return &http.Client{Transport: t, CheckRedirect: client.CheckRedirect}
}

// withDialer lets the client reach what it cannot dial by itself.
func withDialer(at endpoint) client.Opt {
	if at.ssh == nil {
		return nil
	}
	return client.WithDialContext(at.ssh.dial)
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

// target is valid after greet. Its cluster is not read yet.
func (c *Client) target() stack.Target {
	return stack.Target{Context: c.at.context, Host: c.at.host, APIVersion: c.api.ClientVersion()}
}

// clusterID is the ID of the swarm, read once in the life of the client. It is
// empty when that is not to be had, as through a proxy that lets only some
// requests pass: then what is asked besides says what is wrong, if anything is.
// The answer to GET /info has it too, and costs the engine far more.
func (c *Client) clusterID(ctx context.Context) string {
	c.cluster.Do(func() {
		if r, err := c.api.SwarmInspect(ctx, client.SwarmInspectOptions{}); err == nil {
			c.id = r.Swarm.ID
		}
	})
	return c.id
}

// name is how messages call the engine.
func (c *Client) name() string { return fmt.Sprintf("engine %q", c.at.host) }
