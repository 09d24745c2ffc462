//go:build unix

package main

import (
	"syscall"

	"github.com/stackup-cli/stackup/stack"
)

// become puts a program in the place of this process: it gets its signals.
func become(path string, args, environ []string) error {
	err := syscall.Exec(path, append([]string{path}, args...), environ) //nolint:gosec // it is what the user asks for
	return &stack.Error{Msg: "cannot run " + path, Err: err}
}
