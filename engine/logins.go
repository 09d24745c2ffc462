package engine

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config/types"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// login is what a registry is shown. It is never printed.
type login struct {
	registry string
	encoded  string // as the X-Registry-Auth header has it; empty if there is none
	passing  string // what kind of token it is, if it is one that soon ends
	err      error  // why it could not be read
}

// logins reads docker's logins, once for each registry: a credential helper is a
// program that may ask a server. It may be used by many goroutines at once.
type logins struct {
	env env

	mu   sync.Mutex
	read map[string]login
}

// of is the login for the registry of an image.
func (l *logins) of(image string) login {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return login{}
	}
	host := reference.Domain(named)
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.read[host]
	if !ok {
		found = l.env.login(host)
		if l.read == nil {
			l.read = map[string]login{}
		}
		l.read[host] = found
	}
	return found
}

func (env env) login(host string) login {
	out := login{registry: host}
	c, err := env.config()
	if err != nil {
		out.err = err
		return out
	}
	auth, err := c.GetAuthConfig(host)
	if err != nil {
		out.err = fmt.Errorf("docker's login for it cannot be read: %w", withoutOutput(err))
		return out
	}
	if auth.Username == "" && auth.Password == "" && auth.Auth == "" && auth.IdentityToken == "" && auth.RegistryToken == "" {
		return out
	}
	out.passing = passing(host, auth)
	if out.encoded, err = authconfig.Encode(registry.AuthConfig(auth)); err != nil {
		out.err = errors.New("docker's login for it cannot be passed on")
	}
	return out
}

// denied says whether an answer "unauthorized" is about the login that was sent.
// Docker Hub gives it to every login for what does not exist, too, such as an
// image that only the nodes have.
func (l login) denied(answer string) bool {
	const hub = "docker.io"
	return l.encoded != "" && (l.registry != hub || strings.Contains(answer, "incorrect username or password"))
}

// withoutOutput leaves out what a credential helper has printed (docker
// credential-helpers client/client.go).
func withoutOutput(err error) error {
	text, _, _ := strings.Cut(err.Error(), ", out: ")
	return errors.New(strings.TrimPrefix(text, "error getting credentials - err: "))
}

// passing tells tokens that end with the job that has them, or within hours.
func passing(host string, auth types.AuthConfig) string {
	switch {
	case strings.HasSuffix(host, ".amazonaws.com") && strings.Contains(host, ".dkr.ecr"), host == "public.ecr.aws" && auth.Username == "AWS":
		return "a token of Amazon ECR, which ends after 12 hours"
	case strings.HasPrefix(auth.Password, "ghs_"):
		return "a token of a GitHub Actions job, which ends with the job"
	case auth.Username == "gitlab-ci-token":
		return "a token of a GitLab job, which ends with the job"
	case auth.Username == "oauth2accesstoken":
		return "an access token of Google, which ends after an hour"
	case strings.HasSuffix(host, ".azurecr.io") && auth.Username == "00000000-0000-0000-0000-000000000000":
		return "a token of Azure, which ends after 3 hours"
	}
	return ""
}

// LoginWarnings is what should be known of the logins that the swarm gets for
// these images: which soon end, and which cannot be read. There are none from a
// client that sends no logins.
func (c *Client) LoginWarnings(images []string) []stack.Warning {
	if !c.sends {
		return nil
	}
	var out []stack.Warning
	told := map[string]bool{}
	for _, image := range images {
		l := c.logins.of(image)
		if told[l.registry] {
			continue
		}
		told[l.registry] = true
		if l.passing != "" {
			out = append(out, stack.Warning{
				Msg:  fmt.Sprintf("registry %q: the login is %s; a node that pulls later will be refused", l.registry, l.passing),
				Hint: "use a login that lasts, or run stackup auth refresh in time",
			})
		}
		if l.err != nil {
			out = append(out, stack.Warning{Msg: fmt.Sprintf("registry %q: %v; the swarm gets none", l.registry, l.err)})
		}
	}
	return out
}

// HasLogin says whether there is a login for the registry of an image.
func (c *Client) HasLogin(image string) bool { return c.logins.of(image).encoded != "" }

// loginFor is the header to write a service with; empty if none is sent.
func (c *Client) loginFor(spec swarm.ServiceSpec) string {
	if !c.sends || spec.TaskTemplate.ContainerSpec == nil {
		return ""
	}
	return c.logins.of(imageOf(spec)).encoded
}

// keptLogin says which of the logins that the swarm has is to be kept when none
// is sent: the one of the spec that is being replaced, or, when that is taken
// back, the one of the spec before.
func keptLogin(have *swarm.Service, spec swarm.ServiceSpec) swarm.RegistryAuthSource {
	if have == nil || have.PreviousSpec == nil {
		return ""
	}
	image := imageOf(spec)
	if image != imageOf(have.Spec) && image == imageOf(*have.PreviousSpec) {
		return swarm.RegistryAuthFromPreviousSpec
	}
	return ""
}

func imageOf(spec swarm.ServiceSpec) string {
	return cmp.Or(spec.TaskTemplate.ContainerSpec, &swarm.ContainerSpec{}).Image
}
