package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stackup-cli/stackup/sandbox"
)

// run starts a sandbox, and with a command runs that and ends with it.
func run(ctx context.Context, o options, command []string) (err error) {
	if o.socket == "" {
		dir, err := os.MkdirTemp("", "stackup-sandbox-") // mode 0700
		if err != nil {
			return own(err, command)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		o.socket = filepath.Join(dir, "docker.sock")
	}
	s, err := open(ctx, o)
	if err != nil {
		return own(err, command)
	}
	defer func() { err = errors.Join(err, s.end()) }()
	host := "unix://" + o.socket
	if len(command) > 0 {
		return follow(host, command, s.Asked())
	}
	fmt.Printf("export DOCKER_HOST=%s\n", host) //nolint:forbidigo // this is what the command is for
	fmt.Fprintln(os.Stderr, "The swarm is there. Enter the line above in another terminal; ctrl-C ends the swarm.")
	select {
	case <-ctx.Done():
		return nil
	case <-s.Asked():
		return nil
	case err := <-s.served:
		return err
	}
}

// own marks an error as the sandbox's when a command was to run.
func own(err error, command []string) error {
	var f failure
	if len(command) > 0 && !errors.As(err, &f) {
		return failure{err, exitOwn}
	}
	return err
}

// session is a sandbox that listens, and keeps its state in a file if there is
// one.
type session struct {
	*sandbox.Sandbox
	keeper *keeper
	served chan error
}

func open(ctx context.Context, o options) (*session, error) {
	so, saved, err := o.sandbox()
	if err != nil {
		return nil, err
	}
	if saved != nil {
		defer func() { _ = saved.Close() }()
	}
	s, err := sandbox.Start(so)
	if err != nil {
		return nil, err
	}
	l, err := sandbox.Listen(ctx, o.socket)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	out := &session{Sandbox: s, served: make(chan error, 1)}
	go func() { out.served <- s.Serve(l) }()
	if o.state != "" {
		out.keeper = keep(s, o.state)
	}
	return out, nil
}

func (s *session) end() error {
	var err error
	if s.keeper != nil {
		err = s.keeper.end()
	}
	return errors.Join(err, s.Close())
}

// writeFile replaces a file as a whole or not at all. It is for its owner only:
// secrets are in it.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
