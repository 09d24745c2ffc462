package engine

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
)

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// tunnel makes connections through ssh, and remembers what the last one had to
// say that ended badly. It may be used by many goroutines at once.
type tunnel struct {
	to dialer

	mu  sync.Mutex
	why error
}

func (t *tunnel) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := t.to(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return sshConn{c, t}, nil
}

func (t *tunnel) note(err error) {
	if err != nil && strings.Contains(err.Error(), "stderr=") {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.why = err
	}
}

// reason is what ssh had to say, or else the error that came of it.
func (t *tunnel) reason(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.why != nil {
		return t.why
	}
	return err
}

// sshConn is the standard input and output of an ssh.
type sshConn struct {
	net.Conn
	tunnel *tunnel
}

// Read implements [net.Conn].
func (c sshConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tunnel.note(err)
	return n, err
}

// Write implements [net.Conn]. When ssh has ended before it was written to, only
// reading says what ssh had to say.
func (c sshConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) {
		_, _ = c.Read(make([]byte, 1))
	}
	c.tunnel.note(err)
	return n, err
}

// sshFailure tells what ssh, or docker on the far side, has said on its standard
// error. The text comes from docker/cli cli/connhelper/commandconn, handleEOF.
func sshFailure(err error) (reason, hint string) {
	if errors.Is(err, exec.ErrNotFound) {
		return "there is no ssh program here", "install OpenSSH's client"
	}
	text := err.Error()
	_, said, _ := strings.Cut(text, "stderr=")
	said = lines(said)
	switch {
	case strings.Contains(said, "docker: not found"), strings.Contains(said, "docker: command not found"), strings.Contains(text, "exit status 127"):
		return "there is no docker command on the far side: " + said,
			"install Docker there, or put docker into the PATH of shells that are not interactive"
	case strings.Contains(text, "exit status 255"):
		return "ssh: " + strings.TrimPrefix(said, "ssh: "), "try it by hand: ssh has to get there without a question, with your keys and known_hosts"
	case strings.Contains(said, "permission denied"):
		return "on the far side: " + said, "log in as root there, or as a member of the socket's group (usually docker)"
	case said != "":
		return "on the far side: " + said, "start Docker there, or log in to a swarm manager"
	}
	return "the connection through ssh has ended", "start Docker there, or log in to a swarm manager"
}

// lines is a text of several lines as one.
func lines(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ReplaceAll(text, "\r", ""), func(r rune) bool { return r == '\n' }), "; ")
}
