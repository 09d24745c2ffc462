package main

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/stack"
)

// sandboxProgram is the swarm without Docker. It is a program of its own, since
// what it is made of is many times the size of stackup.
const sandboxProgram = "stackup-sandbox"

func sandboxCommand(p *process) *cobra.Command {
	return &cobra.Command{
		Use:   "sandbox [ARGS…] [-- COMMAND ARGS…]",
		Short: "start a swarm without Docker, to try things out",
		// All of it is for the other program, --help too.
		DisableFlagParsing: true,
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := findSandbox()
			if err != nil {
				return &stack.Error{
					Msg:  "the program " + sandboxProgram + " is neither beside stackup nor on PATH",
					Hint: "it comes with stackup; in a checkout, make build makes it",
				}
			}
			return become(path, args, p.environ)
		},
	}
}

// findSandbox looks beside this program first: the two belong together.
func findSandbox() (string, error) {
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		if path, err := exec.LookPath(filepath.Join(filepath.Dir(self), sandboxProgram)); err == nil {
			return path, nil
		}
	}
	return exec.LookPath(sandboxProgram)
}
