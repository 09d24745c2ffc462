package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"github.com/stackup-cli/stackup/stack"
)

// become runs a program and ends as it ends: Windows knows no exec. The console
// sends ctrl-C to both.
func become(path string, args, environ []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(path, args...) //nolint:gosec,noctx // it is what the user asks for
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdin, os.Stdout, os.Stderr, environ
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exitError{code: exit.ExitCode()}
	case err != nil:
		return &stack.Error{Msg: "cannot run " + path, Err: err}
	}
	return nil
}
