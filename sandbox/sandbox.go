// Package sandbox is a Docker swarm without Docker, for trying things out and
// for tests: the swarm of package swarm, behind the Engine API of package api,
// behind the faults of package fault, on a socket.
package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/stackup-cli/stackup/sandbox/api"
	"github.com/stackup-cli/stackup/sandbox/fault"
	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// Options say what to start. Without any it is one node.
type Options struct {
	Cluster swarm.Cluster
	// Saved is a state to go on from; see [swarm.Swarm.Save].
	Saved io.Reader
	API   api.Options
	// Faults are there from the start.
	Faults []fault.Fault
}

// Sandbox is a running one. Only one at a time can run in a process. It may be
// used by many goroutines at once.
type Sandbox struct {
	swarm  *swarm.Swarm
	api    *api.API
	faults *fault.Injector
	server *http.Server
	asked  chan struct{} // receives when somebody asks for the end
}

// Start starts a swarm that nobody can reach yet: see [Sandbox.Serve].
func Start(o Options) (*Sandbox, error) {
	if len(o.Cluster.Nodes) == 0 {
		o.Cluster = swarm.Common(1)
	}
	s, err := swarm.New(o.Cluster, o.Saved)
	if err != nil {
		return nil, err
	}
	sb := &Sandbox{swarm: s, api: api.New(s, o.API), asked: make(chan struct{}, 1)}
	sb.faults = fault.New(sb.api, o.Faults...)
	mux := http.NewServeMux()
	sb.control(mux)
	sb.server = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, pattern := mux.Handler(r); pattern != "" {
				mux.ServeHTTP(w, r)
				return
			}
			sb.faults.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: time.Minute,
	}
	return sb, nil
}

// Serve answers on a listener until the sandbox is closed. It may be called for
// several listeners.
func (s *Sandbox) Serve(l net.Listener) error {
	if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Listen makes a unix socket that only its owner may use. A socket that is left
// over from a process that has ended is replaced.
func Listen(ctx context.Context, path string) (net.Listener, error) {
	if conn, err := new(net.Dialer).DialContext(ctx, "unix", path); err == nil {
		return nil, errors.Join(errors.New("socket "+path+": something listens there already"), conn.Close())
	} else if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		_ = os.Remove(path)
	}
	// Between the two calls the folder keeps others out, if it is one's own.
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}

// SetDown takes a node, by ID, away or brings it back; see
// [swarm.Swarm.SetDown].
func (s *Sandbox) SetDown(node string, down bool) error { return s.swarm.SetDown(node, down) }

// Asked receives when somebody has asked for the end by way of the socket.
func (s *Sandbox) Asked() <-chan struct{} { return s.asked }

// Save writes the state of the swarm; see [swarm.Swarm.Save].
func (s *Sandbox) Save(w io.Writer) error { return s.swarm.Save(w) }

// Close ends the sandbox, requests that are going on included, and waits until
// all of it has ended.
func (s *Sandbox) Close() error {
	s.api.Close()
	return errors.Join(s.server.Close(), s.swarm.Close())
}
