package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/applier"
	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// execution is the flags that say how to carry out a plan.
type execution struct {
	approval approval
	timeout  time.Duration
	parallel int
	detach   bool
	md       markdown
}

func (e *execution) addFlags(f *pflag.FlagSet) {
	e.approval.addFlags(f)
	e.md.addFlags(f)
	f.DurationVar(&e.timeout, "timeout", 10*time.Minute, "how long to wait until everything runs")
	f.IntVar(&e.parallel, "parallel", 10, "how many objects to write at a time")
	f.BoolVarP(&e.detach, "detach", "d", false, "write everything and wait for nothing")
}

func (e *execution) check() error {
	if err := e.approval.check(); err != nil {
		return err
	}
	if e.timeout <= 0 {
		return errors.New("--timeout must be more than 0")
	}
	if e.parallel < 1 {
		return errors.New("--parallel must be at least 1")
	}
	return nil
}

func applyCommand(p *process) *cobra.Command {
	var (
		src   source
		at    target
		scope planner.Options
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
			if err := how.check(); err != nil {
				return usageError{c, err}
			}
			if isSaved(firstArg(args)) {
				return applySaved(c, p, args[0], job{at: at, how: how})
			}
			want, err := src.load(c.Context(), p, firstArg(args))
			if err != nil {
				return err
			}
			return carryOut(c.Context(), p, job{at, scope, how, want})
		},
	}
	src.addFlags(c)
	at.addFlags(c)
	addScopeFlags(c, &scope)
	how.addFlags(c.Flags())
	return c
}

// job is what is to be carried out, where and how.
type job struct {
	at    target
	scope planner.Options
	how   execution
	want  stack.Stack
}

// carryOut plans, shows, asks and applies: the same way for apply and destroy.
func carryOut(ctx context.Context, p *process, j job) error {
	client, err := j.at.open(p)
	if err != nil {
		return err
	}
	plan, have, err := look(ctx, client, j.want, j.scope)
	if err != nil {
		return err
	}
	id := planfile.ID(plan)
	if err := show(j.how.md.text(p), plan, id); err != nil {
		return err
	}
	if err := j.how.approval.decide(ctx, p, plan, id); err != nil {
		return err
	}
	return execute(ctx, p, client, j.how, plan, have)
}

func execute(ctx context.Context, p *process, client *engine.Client, how execution, plan stack.Plan, have stack.Snapshot) error {
	result, err := applier.Apply(ctx, client, plan, have.Nodes, applier.Options{
		Timeout:  how.timeout,
		Parallel: how.parallel,
		Detach:   how.detach,
		Events:   render.Progress(p.stderr, p.style(p.stderr)),
	})
	out := how.md.text(p).stdout
	if !result.OK() {
		out = p.stderr
	}
	if len(result.Outcomes) > 0 {
		err = errors.Join(err, render.Report(out, result, p.style(out)))
	}
	if err == nil || len(result.Outcomes) > 0 { // else it ended before it began
		err = errors.Join(err, how.md.report(p, result))
	}
	switch {
	case err != nil:
		return err
	case result.Interrupted:
		return exitError{code: exitGeneral}
	case result.Count(stack.Failed) > 0:
		return exitError{code: exitFailed}
	case result.TimedOut:
		return exitError{code: exitTimeout}
	case !result.OK():
		return exitError{code: exitFailed}
	}
	return nil
}
