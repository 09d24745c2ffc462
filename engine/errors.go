package engine

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/stackup-cli/stackup/stack"
)

// verb is what was tried; the same answer can mean different things.
type verb int

const (
	greeting verb = iota
	reading
	creating
	updating
	removing
)

// refusal is an answer in the engine's own words, of a kind that errors.Is can
// tell. The kind may be nil.
type refusal struct {
	kind error
	text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// explain makes a client's error one of ours. What could not be done is said by
// the subject, such as `service "shop_web"`.
func (c *Client) explain(ctx context.Context, v verb, subject string, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	if client.IsErrConnectionFailed(err) {
		return c.unreachable(err)
	}
	text := plain(err.Error())
	if strings.Contains(text, "not a swarm manager") {
		return c.notManager(text)
	}
	hint, kind := classify(v, err, text)
	return &stack.Error{Msg: subject, Hint: hint, Err: &refusal{kind, text}}
}

// plain leaves of an error what the engine itself says.
func plain(text string) string {
	text = strings.TrimPrefix(text, "Error response from daemon: ")
	for {
		before, rest, ok := strings.Cut(text, "rpc error: code = ")
		if !ok {
			return text
		}
		_, after, ok := strings.Cut(rest, " desc = ")
		if !ok {
			return text
		}
		text = before + after
	}
}

// classify knows the answers of the engine. They were found by trying engine
// 20.10; the texts are those of swarmkit manager/controlapi and
// manager/state/store, the codes those of moby daemon/server/httpstatus.
func classify(v verb, err error, text string) (hint string, kind error) {
	switch {
	case strings.Contains(text, "HTTP request to an HTTPS server"):
		return "set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of the certificates", stack.ErrUnreachable
	case strings.Contains(text, "is too new. Maximum supported API version"):
		return "unset DOCKER_API_VERSION", stack.ErrInvalid
	case strings.Contains(text, "is too old. Minimum supported API version"):
		return "unset DOCKER_API_VERSION, or get a newer stackup", stack.ErrInvalid
	case strings.Contains(text, "is not supported by this client: the minimum"):
		return "get a newer Docker there: 19.03 is the oldest that will do", stack.ErrUnreachable
	case away(text):
		return "more than half of the managers must be up: docker node ls", stack.ErrUnavailable
	case v == greeting:
		return "is it a Docker engine that listens there?", stack.ErrUnreachable
	case strings.Contains(text, "update out of sequence"): // 500
		return "something else has changed it meanwhile; plan again", stack.ErrOutOfSequence
	case v == removing && strings.Contains(text, " is in use by "): // 400
		return "", stack.ErrInUse
	case v == creating && errdefs.IsNotFound(err): // what the new object refers to
		return "", stack.ErrInvalid
	case errdefs.IsNotFound(err):
		return "", stack.ErrNotFound
	case v == removing && strings.HasSuffix(text, " not found"): // 500: a network whose last tasks are stopping
		return "", stack.ErrNotFound
	case errdefs.IsConflict(err):
		return "", stack.ErrConflict
	case errdefs.IsInvalidArgument(err), errdefs.IsNotImplemented(err), errdefs.IsPermissionDenied(err):
		return "", stack.ErrInvalid
	}
	return "", nil
}

// away says whether an answer is that of a swarm without a leader, or of a
// manager that gets no answer from it (swarmkit manager/state/raft, errors of
// Node; moby daemon/cluster/errors.go; gRPC codes).
func away(text string) bool {
	for _, words := range []string{
		"does not have a leader", "no elected cluster leader", "lost leader status", "node is stopped",
		"context deadline exceeded", "connection error: ", "transport is closing", "all SubConns are in TransientFailure",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func (c *Client) notManager(text string) error {
	hint := `run "docker swarm init" there, or point DOCKER_HOST (-H) or --context at a swarm manager`
	if strings.Contains(text, "Worker nodes") {
		hint = "point DOCKER_HOST (-H) or --context at a swarm manager, or promote this node"
	}
	return &stack.Error{
		Msg:  c.name(),
		Hint: hint,
		Err:  &refusal{stack.ErrNotManager, "this node is not a swarm manager"},
	}
}

// withhold replaces the engine's words by the plain kind of the error if they
// repeat a secret.
func withhold(err error, data []byte) error {
	var e *stack.Error
	var r *refusal
	if !errors.As(err, &e) || !errors.As(err, &r) || len(data) == 0 {
		return err
	}
	text := []byte(r.text)
	encoded := base64.StdEncoding.EncodeToString(data)
	if !bytes.Contains(text, data) && !bytes.Contains(text, []byte(encoded)) {
		return err
	}
	words := "the engine's answer is withheld, because it repeats the secret"
	return &stack.Error{Msg: e.Msg, Hint: e.Hint, Err: &refusal{r.kind, words}}
}
