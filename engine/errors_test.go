package engine_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// What engine 20.10 answered, and what becomes of it.
func TestAnswers(t *testing.T) {
	create := func(t *testing.T, c *engine.Client) error {
		t.Helper()
		_, _, err := c.Create(t.Context(), service("shop_web"))
		return err
	}
	update := func(t *testing.T, c *engine.Client) error {
		t.Helper()
		_, err := c.Update(t.Context(), stack.Live{ID: "id", Version: swarm.Version{}}, service("shop_web").Spec)
		return err
	}
	remove := func(t *testing.T, c *engine.Client) error {
		t.Helper()
		return c.Remove(t.Context(), stack.KindNetwork, "id")
	}
	read := func(t *testing.T, c *engine.Client) error {
		t.Helper()
		_, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
		return err
	}
	web, net, host := `service "shop_web": `, `network "id": `, `engine "HOST": `

	for _, test := range []struct {
		do     func(*testing.T, *engine.Client) error
		status int
		answer string
		kind   error
		want   string
	}{
		{create, 409, "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service shop_web already exists", stack.ErrConflict, web + "name conflicts with an existing object: service shop_web already exists"},
		{create, 400, "rpc error: code = InvalidArgument desc = port '80' is already in use by service 'a' (0qx) as an ingress port", stack.ErrInvalid, web + "port '80' is already in use by service 'a' (0qx) as an ingress port"},
		{create, 404, `plugin "nosuch" not found`, stack.ErrInvalid, web + `plugin "nosuch" not found`},
		{create, 403, "Cannot create a multi-host network from a worker node. Please create the network from a manager node.", stack.ErrInvalid, web + "Cannot create a multi-host network from a worker node. Please create the network from a manager node."},
		{create, 500, "rpc error: code = Unknown desc = constraint expected one operator from ==, !=", nil, web + "constraint expected one operator from ==, !="},
		{create, 500, "rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status", stack.ErrUnavailable, web + "raft: failed to process the request: node lost leader status"},
		{update, 500, "rpc error: code = Unknown desc = update out of sequence", stack.ErrOutOfSequence, web + "update out of sequence"},
		{update, 501, "rpc error: code = Unimplemented desc = service mode change is not allowed", stack.ErrInvalid, web + "service mode change is not allowed"},
		{update, 404, "service id not found", stack.ErrNotFound, web + "service id not found"},
		{update, 500, "network q14 not found", nil, web + "network q14 not found"},
		{remove, 400, "rpc error: code = FailedPrecondition desc = network id is in use by task 1ud", stack.ErrInUse, net + "network id is in use by task 1ud"},
		{remove, 400, "rpc error: code = InvalidArgument desc = config 'c' is in use by the following services: a, b", stack.ErrInUse, net + "config 'c' is in use by the following services: a, b"},
		{remove, 404, "network id not found", stack.ErrNotFound, net + "network id not found"},
		{remove, 500, "network id not found", stack.ErrNotFound, net + "network id not found"},
		{remove, 403, "host is a pre-defined network and cannot be removed", stack.ErrInvalid, net + "host is a pre-defined network and cannot be removed"},
		{read, 503, `This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`, stack.ErrNotManager, host + "this node is not a swarm manager"},
		{read, 503, "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this command on a manager node or promote the current node to a manager.", stack.ErrNotManager, host + "this node is not a swarm manager"},
		{read, 400, "client version 1.99 is too new. Maximum supported API version is 1.41", stack.ErrInvalid, host + "client version 1.99 is too new. Maximum supported API version is 1.41"},
		{read, 400, "client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version", stack.ErrInvalid, host + "client version 1.24 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version"},
		{update, 500, "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.", stack.ErrUnavailable, web + "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online."},
		{remove, 503, `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial tcp 10.0.0.2:2377: connect: no route to host"`, stack.ErrUnavailable, net + `connection error: desc = "transport: Error while dialing dial tcp 10.0.0.2:2377: connect: no route to host"`},
		{read, 500, "rpc error: code = Unknown desc = rpc error: code = DeadlineExceeded desc = context deadline exceeded", stack.ErrUnavailable, host + "context deadline exceeded"},
	} {
		e := enginetest.Start(t)
		e.SetFault(func(r *http.Request) (int, string) {
			if r.URL.Path == "/_ping" {
				return 0, ""
			}
			return test.status, test.answer
		})
		err := test.do(t, open(t, engine.Options{Host: e.Host}))
		if want := strings.Replace(test.want, "HOST", e.Host, 1); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		for _, kind := range []error{
			stack.ErrUnreachable, stack.ErrNotManager, stack.ErrNotFound, stack.ErrConflict,
			stack.ErrInUse, stack.ErrOutOfSequence, stack.ErrInvalid, stack.ErrUnavailable,
		} {
			if is := errors.Is(err, kind); is != errors.Is(test.kind, kind) {
				t.Errorf("%v: is it %q? %v", err, kind, is)
			}
		}
	}
}

func hint(err error) string {
	var e *stack.Error
	if errors.As(err, &e) {
		return e.Hint
	}
	return ""
}

func TestHints(t *testing.T) {
	e := enginetest.Start(t)
	e.LeaveSwarm()
	_, err := open(t, engine.Options{Host: e.Host}).Status(t.Context(), "shop")
	if !errors.Is(err, stack.ErrNotManager) || !strings.Contains(hint(err), "docker swarm init") {
		t.Errorf("%v; hint: %s", err, hint(err))
	}
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Api-Version", "1.39")
	}))
	t.Cleanup(old.Close)
	_, err = open(t, engine.Options{Host: "tcp://" + old.Listener.Addr().String()}).Status(t.Context(), "shop")
	if err == nil || !strings.Contains(err.Error(), "API version 1.39 is not supported") || !strings.Contains(hint(err), "newer Docker") {
		t.Errorf("%v; hint: %s", err, hint(err))
	}
}

func TestUnreachable(t *testing.T) {
	dir := t.TempDir()
	// A socket nobody listens on any more.
	deaf := filepath.Join(dir, "deaf")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: deaf})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	_ = listener.Close()
	// Something that is no engine.
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)

	for host, want := range map[string]string{
		"unix://" + dir + "/none":                 "no such file or directory",
		"unix://" + deaf:                          "no answer",
		"tcp://127.0.0.1:1":                       "no answer",
		"tcp://" + other.Listener.Addr().String(): "404 page not found",
	} {
		_, err := open(t, engine.Options{Host: host}).Observe(t.Context(), stack.Stack{Name: "shop"})
		if !errors.Is(err, stack.ErrUnreachable) || !strings.HasPrefix(err.Error(), fmt.Sprintf("engine %q: ", host)) ||
			!strings.HasSuffix(err.Error(), want) || hint(err) == "" {
			t.Errorf("got %v (hint: %s), want … %s", err, hint(err), want)
		}
	}
}

func TestPermissionDenied(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may use every socket")
	}
	e := enginetest.Start(t)
	if err := os.Chmod(strings.TrimPrefix(e.Host, "unix://"), 0); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, engine.Options{Host: e.Host}).Observe(t.Context(), stack.Stack{Name: "shop"})
	if !errors.Is(err, stack.ErrUnreachable) || !strings.Contains(err.Error(), "permission denied") || !strings.Contains(hint(err), "group") {
		t.Errorf("%v; hint: %s", err, hint(err))
	}
}

// Not even an engine that repeats what it was sent gets a secret into an error.
func TestErrorsHoldNoSecret(t *testing.T) {
	e := enginetest.Start(t)
	c := open(t, engine.Options{Host: e.Host})
	const data = "hunter2"
	create(t, c, secret("shop_key", data))
	e.SetFault(func(r *http.Request) (int, string) {
		if r.Method != http.MethodPost {
			return 0, ""
		}
		body, _ := io.ReadAll(r.Body)
		return http.StatusBadRequest, "bad: " + string(body) + data
	})
	_, _, err := c.Create(t.Context(), secret("shop_new", data))
	encoded := base64.StdEncoding.EncodeToString([]byte(data))
	if !errors.Is(err, stack.ErrInvalid) || strings.Contains(err.Error(), data) || strings.Contains(err.Error(), encoded) {
		t.Errorf("create: %+v", err)
	}
	want := secret("shop_key-0123456789", data)
	want.Base = "shop_key"
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop", Secrets: []stack.Secret{want}})
	if err != nil || s.SameSecret["shop_key"] != stack.Unknown {
		t.Errorf("compare: %q, %v", s.SameSecret, err)
	}
}
