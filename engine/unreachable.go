package engine

import (
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// unreachable says why no engine answers, and what to try next.
func (c *Client) unreachable(err error) error {
	reason, hint := c.whyNot(err)
	return &stack.Error{Msg: c.name(), Hint: hint, Err: &refusal{stack.ErrUnreachable, reason}}
}

func (c *Client) whyNot(err error) (reason, hint string) {
	text := err.Error()
	var dns *net.DNSError
	var op *net.OpError
	var request *url.Error
	switch {
	case c.at.ssh != nil:
		return sshFailure(c.at.ssh.reason(err))
	case strings.Contains(text, "permission denied"):
		return "permission denied", "run as root, or as a member of the socket's group (usually docker)"
	case c.at.tls != nil:
		if reason, hint := tlsFailure(err); reason != "" {
			return reason, hint
		}
	}
	hint = "start Docker there, or point DOCKER_HOST (-H) or --context at a swarm manager"
	switch {
	case errors.As(err, &dns):
		return dns.Error(), hint
	case errors.As(err, &op):
		return op.Err.Error(), hint
	case errors.As(err, &request):
		return request.Err.Error(), hint
	}
	return "no answer", hint
}

// tlsFailure is about the certificates of either side.
func tlsFailure(err error) (reason, hint string) {
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	const whose = "the CA is ca.pem in DOCKER_CERT_PATH, or the one of the context"
	switch text := err.Error(); {
	case errors.As(err, &authority):
		return "its certificate is not signed by the CA that is expected", whose
	case errors.As(err, &name):
		return name.Error(), "connect by a name that stands in the engine's certificate"
	case errors.As(err, &invalid):
		return invalid.Error(), whose
	case strings.Contains(text, "remote error: tls: "):
		_, alert, _ := strings.Cut(text, "remote error: tls: ")
		return "it does not take the client's certificate: " + alert,
			"cert.pem and key.pem in DOCKER_CERT_PATH, or those of the context, have to be signed by the engine's CA"
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "it speaks no TLS", "unset DOCKER_TLS_VERIFY, or use the port on which it speaks TLS (usually 2376)"
	}
	return "", ""
}
