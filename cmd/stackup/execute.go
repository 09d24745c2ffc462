package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stackup-cli/stackup/applier"
	"github.com/stackup-cli/stackup/history"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// carryOut applies an approved plan under the lock, and records what runs then.
func (s *session) carryOut(ctx context.Context, plan stack.Plan, id string) error {
	plan, have, err := s.preflight(ctx, plan)
	if err != nil {
		return err
	}
	s.mark(ctx, &have, s.view.p.now())
	report, err := s.apply(ctx, plan, have)
	switch {
	case err == nil && report.OK():
		s.record(ctx, plan, id, have)
		err = s.forget(ctx, plan, have)
	case s.how.onFailure == onFailureRollback && !report.Interrupted && err == nil && ctx.Err() == nil:
		err = s.rollback(ctx, plan, &report)
	}
	if back := report.Rollback; !report.OK() && (!wrote(report) || back != nil && back.OK()) {
		s.mark(ctx, &have, time.Time{})
	}
	return s.conclude(report, err)
}

// settle waits for a stack of which nothing has to change. It is recorded if the
// apply that has changed it did not come so far.
func (s *session) settle(ctx context.Context, plan stack.Plan, have stack.Snapshot, id string) error {
	report, err := s.apply(ctx, plan, have)
	if err == nil && report.OK() {
		if !planner.Unfinished(have).IsZero() {
			s.record(ctx, plan, id, have)
		}
		err = s.forget(ctx, plan, have)
	}
	return s.conclude(report, err)
}

func (s *session) apply(ctx context.Context, plan stack.Plan, have stack.Snapshot) (stack.Report, error) {
	event, stop := s.view.watch()
	defer stop()
	o := s.options(plan)
	o.Events = event
	return applier.Apply(ctx, s.client, plan, have.Nodes, o)
}

func (s *session) options(plan stack.Plan) applier.Options {
	o := applier.Options{
		Timeout: s.how.timeout, Progress: s.how.progress, Parallel: s.how.parallel,
		Detach: s.how.detach, IgnoreConditions: s.how.ignoreConditions, Attach: s.attach,
	}
	if s.how.onFailure == onFailureStop || s.how.onFailure == onFailureRollback {
		o.OnFailure = applier.Stop
	}
	for _, c := range plan.Changes {
		if secret, ok := c.Want.(stack.Secret); ok {
			o.Secrets = append(o.Secrets, secret.Data)
		}
	}
	return o
}

// rollback takes back what a failed apply has done.
func (s *session) rollback(ctx context.Context, plan stack.Plan, report *stack.Report) error {
	have, err := observe(ctx, s.client, planner.Involved(plan))
	if err != nil {
		return err
	}
	undo := planner.Undo(plan, *report, have)
	event, stop := s.view.watch()
	defer stop()
	var failed []stack.Ref
	for _, o := range report.Outcomes {
		if o.State == stack.Failed || o.State == stack.Unfinished {
			failed = append(failed, o.Ref)
		}
	}
	event(stack.RollingBack{Failed: failed})
	for _, w := range undo.Warnings {
		event(stack.Notice{Text: w.Msg})
	}
	o := s.options(undo)
	o.OnFailure, o.IgnoreConditions, o.Events = applier.Continue, false, event
	back, err := applier.Apply(ctx, s.client, undo, have.Nodes, o)
	report.Rollback = &back
	return err
}

// forget removes the history of a stack of which no service is left.
func (s *session) forget(ctx context.Context, plan stack.Plan, have stack.Snapshot) error {
	keeps := slices.ContainsFunc(plan.Changes, func(c stack.Change) bool {
		return c.Ref.Kind == stack.KindService && c.Action != stack.Delete
	})
	if s.keepHistory || keeps || have.Recorded == nil {
		return nil
	}
	return history.Forget(ctx, s.client, plan.Stack)
}

func wrote(r stack.Report) bool {
	return slices.ContainsFunc(r.Outcomes, func(o stack.Outcome) bool {
		return o.State == stack.Done || o.State == stack.Unfinished || o.State == stack.Failed && o.Cause != stack.CauseRefused
	})
}

// conclude shows how an apply ended, and makes an exit code of it.
func (s *session) conclude(r stack.Report, err error) error {
	if errors.Is(err, applier.ErrDetached) {
		return exitError{exitRefused, err}
	}
	if err == nil || len(r.Outcomes) > 0 { // else it ended before it began
		err = errors.Join(err, s.view.ended(r))
	}
	switch {
	case err != nil:
		return err
	case r.Interrupted:
		return exitError{code: exitGeneral}
	case r.OK():
		return nil
	}
	return exitError{code: codeOf(r)}
}

// codeOf is the exit code of an apply that did not end well.
func codeOf(r stack.Report) int {
	bad := func(only ...stack.Cause) bool { // of all that did not end well
		return !slices.ContainsFunc(r.Outcomes, func(o stack.Outcome) bool {
			return (o.State == stack.Failed || o.State == stack.Unfinished) && !slices.Contains(only, o.Cause)
		})
	}
	switch {
	case r.Rollback != nil && r.Rollback.OK():
		return exitBack
	case slices.ContainsFunc(r.Outcomes, func(o stack.Outcome) bool { return o.Cause == stack.CauseStale }):
		return exitStale
	case r.TimedOut && r.Count(stack.Failed) == 0, bad(stack.CauseTimeout, stack.CauseNoProgress):
		return exitTimeout
	}
	return exitFailed
}
