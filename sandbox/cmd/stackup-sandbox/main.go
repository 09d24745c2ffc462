// Command stackup-sandbox is a Docker swarm without Docker: it answers on a unix
// socket as an engine does, but runs nothing. See README.md beside go.mod.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
)

// The exit codes besides those of a command that is run.
const (
	exitError = 1
	exitUsage = 64
	exitOwn   = 125 // a command was to run, and the sandbox failed, as docker run has it
)

func main() {
	logrus.SetOutput(io.Discard) // SwarmKit logs some things past its contexts
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := command().ExecuteContext(ctx)
	stop()
	os.Exit(codeOf(err))
}

// exitCode is that of a command that ran: all has been said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// failure ends the sandbox with a code of its own.
type failure struct {
	error
	code int
}

func codeOf(err error) int {
	var code exitCode
	var own failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, "error: "+err.Error())
	if errors.As(err, &own) {
		return own.code
	}
	return exitError
}

const long = `A Docker swarm without Docker: SwarmKit's own orchestrators, scheduler and task
states behind the Engine API, and containers that exist on paper only. What a
container does is told by its image's name, and any ordinary image simply runs:
see "stackup-sandbox images".

With a command after -- it starts a swarm on a socket of its own, sets
DOCKER_HOST for the command, and ends with it. Without one it says how to reach
it, and ends with ctrl-C.`

func command() *cobra.Command {
	var o options
	root := &cobra.Command{
		Use:           "stackup-sandbox [flags] [-- COMMAND ARGS…]",
		Short:         "A Docker swarm without Docker",
		Long:          long,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return failure{fmt.Errorf("unknown command %q", args[0]), exitUsage}
			}
			return run(cmd.Context(), o, args)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return failure{err, exitUsage} })
	o.bind(root.Flags())
	root.AddCommand(upCommand(), downCommand(), statusCommand(), nodeCommand(), faultCommand(), imagesCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}
