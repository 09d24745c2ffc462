package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

// execution is the flags that say how to carry out a plan.
type execution struct {
	approval         approval
	display          display
	timeout          time.Duration
	progress         time.Duration
	lockTimeout      time.Duration
	parallel         int
	onFailure        string
	detach           bool
	ignoreConditions bool
}

// The values of --on-failure.
const (
	onFailureContinue = "continue"
	onFailureStop     = "stop"
	onFailureRollback = "rollback"
)

func (e *execution) addFlags(f *pflag.FlagSet) {
	e.approval.addFlags(f)
	e.display.addFlags(f)
	e.addTimeFlags(f)
	e.addLockFlag(f)
	f.IntVar(&e.parallel, "parallel", 10, "how many objects to write at a time")
	f.StringVar(&e.onFailure, "on-failure", onFailureContinue, "continue with what does not depend on it, stop starting anything new, or rollback to what ran before")
	f.BoolVarP(&e.detach, "detach", "d", false, "write everything in order and wait for nothing")
	f.BoolVar(&e.ignoreConditions, "ignore-conditions", false, "do not wait for the conditions of depends_on, keep the order only")
}

func (e *execution) addLockFlag(f *pflag.FlagSet) {
	f.DurationVar(&e.lockTimeout, "lock-timeout", 0, "how long to wait while another apply to the stack runs")
}

// addTimeFlags adds those that say how long to wait.
func (e *execution) addTimeFlags(f *pflag.FlagSet) {
	f.DurationVar(&e.timeout, "timeout", 10*time.Minute, "how long to wait until everything runs")
	f.DurationVar(&e.progress, "progress-timeout", 5*time.Minute, "how long to wait for a service of which no further task comes up")
}

func (e *execution) checkTimes() error {
	switch {
	case e.timeout <= 0:
		return errors.New("--timeout must be more than 0")
	case e.progress <= 0:
		return errors.New("--progress-timeout must be more than 0")
	}
	return nil
}

func (e *execution) check() error {
	if err := errors.Join(e.approval.check(), e.display.check(), e.checkTimes()); err != nil {
		return err
	}
	switch {
	case e.lockTimeout < 0:
		return errors.New("--lock-timeout must be 0 or more")
	case e.parallel < 1:
		return errors.New("--parallel must be at least 1")
	case !slices.Contains([]string{onFailureContinue, onFailureStop, onFailureRollback}, e.onFailure):
		return fmt.Errorf("--on-failure %s: use continue, stop or rollback", e.onFailure)
	case e.detach && e.onFailure == onFailureRollback:
		return errors.New("--detach and --on-failure=rollback do not go together: without waiting no failure is seen")
	}
	return nil
}

func applyCommand(p *process) *cobra.Command {
	var (
		src   source
		at    target
		scope scope
		how   execution
	)
	c := &cobra.Command{
		Use:   "apply [STACK] -c FILE | apply PLAN.json",
		Short: "make the swarm run what the file says",
		Long: `Show the plan, ask, carry it out in dependency order, and wait until every
task of the stack runs. A failure is reported in the engine's own words; what
was done stays, and a new apply goes on from there.

STACK is the stack's name; without it the file's name: is taken. A name that
ends in .json is a saved plan (plan --out): it is applied as it is, without
asking, if nothing that it touches has changed since. One that did not come to
its end goes on where it stopped.

` + exitCodesHelp,
		Example: `  stackup apply shop -c compose.yaml
  stackup apply shop -c compose.yaml --auto-approve --timeout 5m
  stackup apply shop -c compose.yaml --approve 3f1d2c4b5a697887
  stackup apply plan.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(how.check(), scope.check()); err != nil {
				return usageError{c, err}
			}
			return how.run(c.Context(), p, func(v *view) error {
				if isSaved(firstArg(args)) {
					return applySaved(c, v, args[0], job{at: at, how: how})
				}
				want, err := src.load(c.Context(), p, firstArg(args))
				if err != nil {
					return err
				}
				return carryOut(c.Context(), v, job{at: at, scope: scope, how: how, want: want})
			})
		},
	}
	src.addFlags(c)
	at.addFlags(c)
	at.addLoginFlag(c.Flags())
	scope.addFlags(c)
	scope.addImageFlags(c.Flags())
	how.addFlags(c.Flags())
	return c
}

// run opens the view of a command, and has the last word in it.
func (e *execution) run(ctx context.Context, p *process, do func(v *view) error) error {
	v, err := e.display.open(p)
	if err != nil {
		return err
	}
	return v.finish(ctx, do(v))
}

// job is what is to be carried out, where and how.
type job struct {
	at          target
	scope       scope
	how         execution
	want        stack.Stack
	keepHistory bool // when the stack is removed
}

// carryOut plans, shows, asks and applies: the same way for apply, rollback and
// destroy. One that had to wait for the lock plans again, if nobody has seen the
// plan.
func carryOut(ctx context.Context, v *view, j job) error {
	client, err := j.at.open(v.p)
	if err != nil {
		return err
	}
	s := &session{view: v, client: client, how: j.how, keepHistory: j.keepHistory}
	plan, have, id, err := s.propose(ctx, j)
	if err != nil {
		return err
	}
	if plan.Empty() {
		return s.settle(ctx, plan, have, id)
	}
	return s.locked(ctx, plan.Stack, func(ctx context.Context) error {
		if s.waited && j.how.approval.auto != "" {
			if plan, have, id, err = s.propose(ctx, j); err != nil {
				return err
			}
			if plan.Empty() {
				return s.settle(ctx, plan, have, id)
			}
		}
		return s.carryOut(ctx, plan, id)
	})
}

// propose makes a plan, shows it, and has it approved.
func (s *session) propose(ctx context.Context, j job) (plan stack.Plan, have stack.Snapshot, id string, err error) {
	plan, have, err = look(ctx, s.client, j.want, j.scope)
	if err != nil {
		return plan, have, "", err
	}
	id = planfile.ID(plan)
	if err := s.view.show(plan, id); err != nil {
		return plan, have, id, err
	}
	return plan, have, id, s.how.approval.decide(ctx, s.view.p, plan, id)
}
