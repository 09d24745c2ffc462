package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/history"
	"github.com/stackup-cli/stackup/lock"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// ending is how long stackup may take to tidy up behind an apply: the lock, the
// history.
const ending = 3 * time.Second

// session is one apply to one stack, from the lock to the record.
type session struct {
	view   *view
	client *engine.Client
	how    execution
	held   *lock.Held
	waited bool // for the lock

	attach      bool // to what the swarm does already
	keepHistory bool
}

// locked runs do while no other apply runs on the stack. Its context ends when
// the lock is lost.
func (s *session) locked(ctx context.Context, stackName string, do func(ctx context.Context) error) error {
	if err := s.acquire(ctx, stackName); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-s.held.Lost():
			cancel(exitError{exitLocked, fmt.Errorf("stack %q: the lock was lost to somebody else; nothing more was started", stackName)})
		case <-done:
		}
	}()
	err := do(ctx)
	close(done)
	<-watching
	var lost exitError
	if errors.As(context.Cause(ctx), &lost) {
		err = errors.Join(lost, err)
	}
	cancel(nil)
	tidy, stop := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer stop()
	if released := s.held.Release(tidy); released != nil {
		s.view.notice("the lock could not be released, it ends by itself in a minute: " + released.Error())
	}
	return err
}

func (s *session) acquire(ctx context.Context, stackName string) (err error) {
	s.held, err = lock.Acquire(ctx, s.client, stackName, s.view.p.who("apply"), lock.Options{
		Timeout: s.how.lockTimeout,
		Notify: func(holder stack.Lock, silent time.Duration) {
			s.waited = true
			s.view.notice(fmt.Sprintf("waiting for the lock, which %s holds since %s", holder.Holder, holder.Since.Format(time.TimeOnly)))
		},
	})
	if errors.Is(err, lock.ErrHeld) {
		err = exitError{exitLocked, err}
	}
	return err
}

// preflight holds the plan against the swarm as it is now, under the lock: the
// last look before the first write.
func (s *session) preflight(ctx context.Context, plan stack.Plan) (stack.Plan, stack.Snapshot, error) {
	have, err := observe(ctx, s.client, planner.Involved(plan))
	if err != nil {
		return plan, have, err
	}
	drift, since, unfinished := plan.Drift, plan.Since, plan.Unfinished
	plan, err = planner.Refresh(plan, have)
	if err != nil {
		return plan, have, exitError{exitStale, err}
	}
	plan.Drift, plan.Since, plan.Unfinished = drift, since, unfinished
	return plan, have, s.how.approval.permit(plan)
}

// record writes down what now runs, as the next revision. What cannot be
// recorded is worth a word and fails nothing: the stack runs.
func (s *session) record(ctx context.Context, plan stack.Plan, id string, have stack.Snapshot) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	applied := planner.Applied(plan, have)
	most := planner.Revisions(applied)
	switch {
	case len(applied.Services) == 0:
		return
	case most == 0:
		if have.Recorded != nil {
			s.warn("the history could not be removed", history.Forget(ctx, s.client, plan.Stack))
		}
		return
	}
	r := stack.Revision{Entry: planner.Entry(plan, applied), Stack: applied, Past: have.Last.Kept(most)}
	r.Number = 1
	if have.Last != nil {
		r.Number = have.Last.Number + 1
	}
	who := s.view.p.who("apply")
	r.At, r.By, r.URL = s.view.p.now().UTC().Truncate(time.Second), who.Holder, who.URL
	r.Tool, r.PlanID = "stackup "+version(), id
	s.warn("the revision was not recorded", history.Save(ctx, s.client, plan.Stack, r, planfile.MarshalRevision, have.Recorded, most))
}

// mark notes on the latest revision since when an apply is under way, so that
// the next plan knows whose doing it finds if this one is cut short: even a kill
// leaves the mark. Zero takes it away. A new revision has none.
func (s *session) mark(ctx context.Context, have *stack.Snapshot, at time.Time) {
	if have.Recorded == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	labels := maps.Clone(have.Recorded.Spec.Labels)
	delete(labels, stack.LabelUnfinished)
	if !at.IsZero() {
		labels[stack.LabelUnfinished] = at.UTC().Format(time.RFC3339)
	}
	marked, err := s.client.Relabel(ctx, *have.Recorded, labels)
	if err != nil {
		s.warn("that an apply is under way could not be noted", err)
		return
	}
	have.Recorded = &marked
}

func (s *session) warn(what string, err error) {
	if err != nil {
		s.view.notice(what + ": " + err.Error())
	}
}

// observe is what the swarm has, with the last revision as it can be read.
func observe(ctx context.Context, c *engine.Client, want stack.Stack) (stack.Snapshot, error) {
	have, err := c.Observe(ctx, want)
	if err != nil || have.Recorded == nil {
		return have, err
	}
	last, err := planfile.UnmarshalRevision(have.Recorded.Spec.Data)
	if err != nil {
		return have, &stack.Error{
			Msg:  fmt.Sprintf("config %q, the history of stack %q", have.Recorded.Spec.Name, want.Name),
			Hint: "if it is damaged, docker config rm " + have.Recorded.Spec.Name + " makes an end of it",
			Err:  err,
		}
	}
	have.Last = &last
	return have, nil
}

// who is whoever runs this, as others are to see it.
func (p *process) who(command string) stack.Lock {
	env := map[string]string{}
	for _, entry := range p.environ {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	name := env["USER"]
	if u, err := user.Current(); err == nil && name == "" {
		name = u.Username
	}
	host, _ := os.Hostname()
	return stack.Lock{Holder: name + "@" + host, URL: jobURL(env), Command: command, Since: p.now().UTC().Truncate(time.Second)}
}

// jobURL is the address of the CI job, as GitHub, GitLab and Jenkins give it.
func jobURL(env map[string]string) string {
	if id := env["GITHUB_RUN_ID"]; id != "" {
		return env["GITHUB_SERVER_URL"] + "/" + env["GITHUB_REPOSITORY"] + "/actions/runs/" + id
	}
	if url := env["CI_JOB_URL"]; url != "" {
		return url
	}
	return env["BUILD_URL"]
}
