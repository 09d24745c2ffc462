package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/stack"
)

// The exit codes. They are part of the product: scripts rely on them.
const (
	exitOK       = 0
	exitGeneral  = 1
	exitChanges  = 2 // plan --detailed-exitcode: there is something to do
	exitDeclined = 3 // the user said no, or nobody could be asked
	exitRefused  = 4 // the swarm cannot take the stack as it is
	exitStale    = 5 // the swarm is not as the plan saw it, or the plan not the approved one
	exitLocked   = 6 // another apply to the stack runs
	exitFailed   = 7 // the apply failed; what was done stays
	exitBack     = 8 // the apply failed, and what it had done was taken back
	exitTimeout  = 9 // the apply ran out of time
	exitUsage    = 64
)

const exitCodesHelp = `Exit codes: 0 done or nothing to do, 1 error, 2 the plan has changes (with
--detailed-exitcode), 3 declined or not approved, 4 refused before the first
write, 5 the plan is stale or not the approved one, 6 another apply to the stack
runs, 7 the apply failed, 8 it failed and was rolled back, 9 it timed out, 64
usage, 130 interrupted.`

// exitError ends the program with a code. Without a cause everything has been
// said already.
type exitError struct {
	code  int
	cause error
}

func (e exitError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.cause.Error()
}

func (e exitError) Unwrap() error { return e.cause }

// usageError is a mistake on the command line.
type usageError struct {
	command *cobra.Command
	cause   error
}

func (e usageError) Error() string { return e.cause.Error() }

// interrupted is the cause of a context that a signal has cancelled.
type interrupted struct{ signal syscall.Signal }

func (i interrupted) Error() string { return "interrupted: " + i.signal.String() }
func (i interrupted) code() int     { return 128 + int(i.signal) }

// outcome is the exit code of an error, and what has not been said of it yet:
// the one place that knows either.
func outcome(ctx context.Context, err error) (code int, cause error) {
	var (
		usage usageError
		exit  exitError
		stop  interrupted
	)
	switch {
	case err == nil:
		return exitOK, nil
	case errors.As(err, &usage):
		return exitUsage, &stack.Error{Msg: usage.cause.Error(), Hint: usage.command.CommandPath() + " --help"}
	case errors.As(context.Cause(ctx), &stop):
		if errors.As(err, &exit) && exit.cause == nil {
			return stop.code(), nil
		}
		return stop.code(), stop
	case errors.As(err, &exit):
		return exit.code, exit.cause
	case isUsage(err):
		return exitUsage, &stack.Error{Msg: err.Error(), Hint: "stackup --help"}
	}
	return exitGeneral, err
}

// status is an exit code in a word, for machines.
func status(code int, r *stack.Report) string {
	switch code {
	case exitOK:
		if r == nil || len(r.Outcomes) == 0 {
			return "nothing_to_do"
		}
		return "done"
	case exitDeclined:
		return "declined"
	case exitRefused:
		return "refused"
	case exitStale:
		return "stale"
	case exitLocked:
		return "locked"
	case exitFailed:
		return "failed"
	case exitBack:
		return "rolled_back"
	case exitTimeout:
		return "timed_out"
	case 128 + int(syscall.SIGINT), 128 + int(syscall.SIGTERM):
		return "interrupted"
	}
	return "error"
}

// isUsage recognises the errors that cobra makes itself about commands and
// arguments; it has no type for them.
func isUsage(err error) bool {
	for _, start := range []string{"unknown command", "accepts ", "requires at least", "unknown flag", "unknown shorthand"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}
