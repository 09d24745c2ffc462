package throwaway

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// What can befall a node, the index of one of [Swarm.Hosts]. Each method returns
// when it has happened; what the rest of the swarm makes of it takes longer.

// Kill ends the node's dockerd with SIGKILL. Its containers run on, unseen.
func (s *Swarm) Kill(ctx context.Context, node int) error {
	return s.order(ctx, node, "kill", func() (bool, error) { return s.is(node, "ended"), nil })
}

// Revive starts the dockerd of a killed node again. It then stops the
// containers that it finds running, and goes on as the node it was.
func (s *Swarm) Revive(ctx context.Context, node int) error {
	if err := s.order(ctx, node, "start", func() (bool, error) { return !s.is(node, "ended"), nil }); err != nil {
		return err
	}
	return s.waitFor(ctx, node)
}

// Network is the path of the node's network namespace, for nsenter --net=PATH:
// with it a program can reach what listens there.
func (s *Swarm) Network(node int) (path string, err error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline")) //nolint:gosec // of a process that may have ended
		if bytes.HasPrefix(line, []byte("dockerd\x00")) && bytes.Contains(line, []byte(s.Hosts[node])) {
			return filepath.Join(dir, "ns/net"), nil
		}
	}
	return "", fmt.Errorf("node %d: it has no dockerd", node+1)
}

// Cut takes the node off the network. Its socket still answers.
func (s *Swarm) Cut(ctx context.Context, node int) error {
	return s.order(ctx, node, "cut", func() (bool, error) { return s.is(node, "cut"), nil })
}

// Mend puts a node back that was cut off.
func (s *Swarm) Mend(ctx context.Context, node int) error {
	return s.order(ctx, node, "mend", func() (bool, error) { return !s.is(node, "cut"), nil })
}

// order has the script do something to a node and waits until it is done.
func (s *Swarm) order(ctx context.Context, node int, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s.say("node %d: %s", node+1, what)
	f, err := os.OpenFile(s.path(node, "orders"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, what)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = s.until(ctx, done)
	}
	if err != nil {
		return fmt.Errorf("throwaway swarm: node %d: %s: %w", node+1, what, err)
	}
	return nil
}

// is says whether the script has noted a state of a node.
func (s *Swarm) is(node int, state string) bool {
	_, err := os.Stat(s.path(node, state))
	return err == nil
}

func (s *Swarm) path(node int, state string) string {
	return filepath.Join(s.dir, fmt.Sprintf("node%d.%s", node+1, state))
}
