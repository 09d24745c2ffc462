// Command cmd runs another command against a throwaway swarm:
//
//	go run ./e2e/throwaway/cmd [-nodes N] -- COMMAND ARGS…
//
// DOCKER_HOST is set for the command. The exit code is the command's (go run
// itself turns every code but 0 into 1; build the program to see it), 125 if the
// swarm cannot be started or removed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

// ownFailure is the exit code for what is not the command's fault, as docker run
// has it.
const ownFailure = 125

func main() {
	nodes := flag.Int("nodes", 1, "number of engines")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: throwaway [-nodes N] -- COMMAND ARGS…")
		os.Exit(ownFailure)
	}
	code, err := run(*nodes, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(nodes int, args []string) (code int, err error) {
	starting, started := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	s, err := throwaway.Start(starting, throwaway.Options{Nodes: nodes, Log: os.Stderr})
	started()
	if err != nil {
		return ownFailure, err
	}
	defer func() {
		if stop := s.Stop(); stop != nil {
			code, err = ownFailure, errors.Join(err, stop)
		}
	}()
	return follow(s.Host, args)
}

// follow runs the command and passes on the signals that a terminal does not
// send to it anyway.
func follow(host string, args []string) (int, error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host)
	if err := cmd.Start(); err != nil {
		return ownFailure, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGTERM {
				_ = cmd.Process.Signal(sig)
			}
		case err := <-ended:
			return exitCode(cmd.ProcessState), ignoreExit(err)
		}
	}
}

// exitCode is the shell's: 128 and the signal's number for a killed process.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}
