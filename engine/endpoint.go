package engine

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/cli/cli/context/docker"
	"github.com/docker/cli/cli/context/store"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// noContext is the name of the context that stands for none (docker/cli
// cli/command/context.go, DefaultContextName).
const noContext = "default"

// endpoint is an engine as it is to be reached.
type endpoint struct {
	context string // docker's name for it; empty if it has none
	host    string
	tls     *tls.Config // nil: without
	ssh     *tunnel     // nil: the client knows how
}

// endpoint finds the engine in the docker command's order (docker/cli
// cli/command/cli.go, resolveContextName): a context asked for, a host asked
// for, DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json, and the
// local socket.
func (o Options) endpoint() (endpoint, error) {
	env := environment(o.Environ)
	if o.Context != "" && o.Host != "" {
		return endpoint{}, &stack.Error{Msg: "--context and --host do not go together", Hint: "a context has a host"}
	}
	name, origin, host := o.Context, "", cmp.Or(o.Host, env["DOCKER_HOST"])
	if name == "" && host == "" {
		var err error
		if name, origin, err = env.context(); err != nil {
			return endpoint{}, err
		}
	}
	var e endpoint
	var err error
	if name == "" || name == noContext {
		e, err = env.endpoint(host)
	} else {
		e, err = env.named(name, origin)
	}
	if err != nil {
		return endpoint{}, err
	}
	return e.complete()
}

// context is the context that the environment or else config.json names, and
// which of them does.
func (env env) context() (name, origin string, err error) {
	if name := env["DOCKER_CONTEXT"]; name != "" {
		return name, "DOCKER_CONTEXT", nil
	}
	c, err := env.config()
	if err != nil {
		return "", "", err
	}
	return c.CurrentContext, "currentContext in " + c.Filename, nil
}

// endpoint is an engine without a context.
func (env env) endpoint(host string) (endpoint, error) {
	e := endpoint{host: cmp.Or(host, client.DefaultDockerHost)}
	verify := env["DOCKER_TLS_VERIFY"] != ""
	if isLocal(e.host) || !verify && env["DOCKER_TLS"] == "" {
		return e, nil
	}
	k, err := keysIn(cmp.Or(env["DOCKER_CERT_PATH"], env.configDir()), verify)
	if err != nil {
		return e, &stack.Error{
			Msg: fmt.Sprintf("engine %q", e.host), Err: err,
			Hint: "DOCKER_TLS_VERIFY is set; set DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem",
		}
	}
	e.tls, err = k.config()
	return e, about(e.host, err)
}

// contexts is where the docker command keeps its contexts.
func (env env) contexts() *store.ContextStore {
	return store.New(filepath.Join(env.configDir(), "contexts"), store.NewConfig(
		func() any { return &map[string]any{} },
		store.EndpointTypeGetter(docker.DockerEndpoint, func() any { return &docker.EndpointMeta{} }),
	))
}

// Contexts is the names that [Options.Context] may have in an environment, sorted
// but for the first, which is "default". It reads docker's folder.
func Contexts(environ []string) []string { return namesOf(environment(environ).contexts()) }

func namesOf(contexts *store.ContextStore) []string {
	names, _ := store.Names(contexts)
	slices.Sort(names)
	return append([]string{noContext}, names...)
}

// named is the engine of a context.
func (env env) named(name, origin string) (endpoint, error) {
	if origin != "" {
		origin = ", which comes from " + origin + ","
	}
	contexts := env.contexts()
	meta, err := contexts.GetMetadata(name)
	if err != nil {
		return endpoint{}, &stack.Error{
			Msg:  fmt.Sprintf("context %q%s does not exist", name, origin),
			Hint: "these do: " + strings.Join(namesOf(contexts), ", "),
		}
	}
	e := endpoint{context: name}
	about, err := docker.EndpointFromContext(meta)
	if err != nil {
		return e, &stack.Error{Msg: fmt.Sprintf("context %q%s has no Docker engine", name, origin), Err: err}
	}
	e.host = cmp.Or(about.Host, client.DefaultDockerHost)
	if isLocal(e.host) {
		return e, nil
	}
	full, err := docker.WithTLSData(contexts, name, about)
	if err != nil {
		return e, &stack.Error{Msg: fmt.Sprintf("context %q: its certificates cannot be read", name), Err: err}
	}
	if full.TLSData != nil || full.SkipTLSVerify {
		k := keys{unverified: full.SkipTLSVerify}
		if d := full.TLSData; d != nil {
			k.ca, k.cert, k.key = d.CA, d.Cert, d.Key
		}
		if e.tls, err = k.config(); err != nil {
			return e, &stack.Error{Msg: fmt.Sprintf("context %q", name), Err: err}
		}
	}
	return e, nil
}

// complete checks the address and, for ssh, adds what dials it: the user's own
// ssh, which runs docker system dial-stdio on the far side (docker/cli
// cli/connhelper).
func (e endpoint) complete() (endpoint, error) {
	if err := checkHost(e.host); err != nil {
		return e, err
	}
	if !strings.HasPrefix(e.host, "ssh://") {
		e.host = withPort(e.host, e.tls != nil)
		return e, nil
	}
	helper, err := connhelper.GetConnectionHelper(e.host)
	if err != nil {
		return e, &stack.Error{Msg: fmt.Sprintf("engine %q", shown(e.host)), Err: err, Hint: "write it as ssh://user@host or ssh://user@host:port"}
	}
	e.ssh, e.tls = &tunnel{to: helper.Dialer}, nil
	return e, nil
}

// url is the host for the client. Behind ssh it is only a name in the requests.
func (e endpoint) url() string {
	if e.ssh != nil {
		return "http://docker.example.com"
	}
	return e.host
}

// withPort adds docker's own port to an address that has none (docker/cli
// opts/hosts.go).
func withPort(host string, secure bool) string {
	u, err := url.Parse(host)
	if err != nil || u.Scheme != "tcp" || u.Port() != "" {
		return host
	}
	port := "2375"
	if secure {
		port = "2376"
	}
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return u.String()
}

func isLocal(host string) bool {
	return strings.HasPrefix(host, "unix:") || strings.HasPrefix(host, "npipe:")
}

// checkHost refuses what the client would take for a host name to dial.
func checkHost(host string) error {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok || rest == "" {
		return &stack.Error{
			Msg:  fmt.Sprintf("engine %q: not an address", host),
			Hint: "write it as unix:///path/to/docker.sock, tcp://host:port or ssh://user@host",
		}
	}
	switch scheme {
	case "unix", "npipe", "tcp", "ssh":
		return nil
	}
	return &stack.Error{
		Msg:  fmt.Sprintf("engine %q: the scheme %q is not known", host, scheme),
		Hint: "unix, npipe, tcp and ssh are",
	}
}

// about says of which engine an error is.
func about(host string, err error) error {
	if err == nil {
		return nil
	}
	return &stack.Error{Msg: fmt.Sprintf("engine %q", shown(host)), Err: err}
}

// shown is an address without a password.
func shown(host string) string {
	if u, err := url.Parse(host); err == nil {
		return u.Redacted()
	}
	return host
}

// plainPath leaves of an error about a file its name and what is wrong.
func plainPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}
