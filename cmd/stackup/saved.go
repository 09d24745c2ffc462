package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// isSaved says whether an argument is a saved plan. No stack's name has a dot.
func isSaved(arg string) bool { return strings.HasSuffix(arg, ".json") }

// applySaved carries out a saved plan. That it was given is the approval.
func applySaved(c *cobra.Command, v *view, file string, j job) error {
	if name := planningFlag(c); name != "" {
		return usageError{c, fmt.Errorf("--%s does not go with a saved plan: what is to be done stands in %s", name, file)}
	}
	doc, err := planfile.Read(file)
	if err != nil {
		return err
	}
	if doc.Masked {
		return &stack.Error{
			Msg:  fmt.Sprintf("plan %q is for reading: credentials in it are masked", file),
			Hint: "save plans that are to be applied with plan --out",
		}
	}
	ctx := c.Context()
	now, err := refresh(ctx, v.p, j.at, doc, true)
	if err != nil {
		return err
	}
	if err := v.show(now.plan, doc.ID); err != nil {
		return err
	}
	if j.how.approval.auto == "" && j.how.approval.id == "" {
		j.how.approval.auto = approveAll
	}
	s := &session{view: v, client: now.client, how: j.how}
	if err := s.how.approval.decide(ctx, v.p, now.plan, doc.ID); err != nil {
		return err
	}
	if now.plan.Empty() {
		return s.settle(ctx, now.plan, now.have, doc.ID)
	}
	return s.locked(ctx, now.plan.Stack, func(ctx context.Context) error { return s.carryOut(ctx, now.plan, doc.ID) })
}

// planningFlag is a flag that was given and says what to plan.
func planningFlag(c *cobra.Command) (name string) {
	var (
		planning cobra.Command
		scope    scope
	)
	new(source).addFlags(&planning)
	scope.addFlags(&planning)
	scope.addImageFlags(planning.Flags())
	c.Flags().Visit(func(f *pflag.Flag) {
		if planning.Flags().Lookup(f.Name) != nil {
			name = f.Name
		}
	})
	return name
}

// refreshed is a saved plan as it is to be carried out now.
type refreshed struct {
	client *engine.Client
	plan   stack.Plan
	have   stack.Snapshot
}

// refresh holds a saved plan against the swarm. Nothing is written. A plan that
// must not be applied any more ends with exitStale.
//
// Without commands those that print secrets are not run: such a secret is taken
// for what it was.
func refresh(ctx context.Context, p *process, at target, doc planfile.Document, commands bool) (refreshed, error) {
	client, err := at.open(p)
	if err != nil {
		return refreshed{}, err
	}
	plan, err := withSecrets(ctx, p, doc.Plan, commands)
	if err != nil {
		return refreshed{}, err
	}
	have, err := observe(ctx, client, planner.Involved(plan))
	if err != nil {
		return refreshed{}, err
	}
	if err := at.check(plan.Target, have.Target); err != nil {
		return refreshed{}, exitError{exitStale, err}
	}
	plan, err = planner.Refresh(plan, have)
	if err != nil {
		err = exitError{exitStale, err}
	}
	return refreshed{client, plan, have}, err
}

// check demands that a saved plan is carried out on the swarm it was made for.
// That is told by the swarm's ID. Where that is not known, the host has to be the
// same, unless one was asked for.
func (t target) check(planned, now stack.Target) error {
	switch {
	case planned.Cluster != "" && now.Cluster != "":
		if planned.Cluster == now.Cluster {
			return nil
		}
		return &stack.Error{
			Msg:  fmt.Sprintf("the plan was made for another swarm: %s; this is %s", planned, now),
			Hint: "plan again, or name the swarm's engine with --context or --host",
		}
	case t.host != "" || t.context != "" || planned.Host == now.Host:
		return nil
	}
	return &stack.Error{
		Msg:  fmt.Sprintf("the plan was made for engine %q, and this is engine %q", planned.Host, now.Host),
		Hint: "if both are of one swarm, say so with --host",
	}
}

// withSecrets is the plan with the bytes of the secrets that it creates.
func withSecrets(ctx context.Context, p *process, plan stack.Plan, commands bool) (stack.Plan, error) {
	plan.Changes = slices.Clone(plan.Changes)
	var problems []error
	stale := false
	for i, c := range plan.Changes {
		s, ok := c.Want.(stack.Secret)
		if !ok || c.Action == stack.Keep || !commands && !s.Source.Exec.IsZero() {
			continue
		}
		data, err := loader.ReadSecret(ctx, plan.Stack, s, p.environ)
		if err != nil {
			problems = append(problems, err)
			stale = stale || errors.Is(err, loader.ErrSecretChanged)
			continue
		}
		s.Data = data
		p.mask([]stack.Secret{s})
		plan.Changes[i].Want = s
	}
	err := errors.Join(problems...)
	if stale {
		err = exitError{exitStale, err}
	}
	return plan, err
}

// The digits of a plan's ID that --approve needs at least.
const minID = 12

func (a *approval) checkID() error {
	switch {
	case a.id == "":
		return nil
	case len(a.id) < minID || strings.Trim(a.id, "0123456789abcdef") != "":
		return fmt.Errorf("--approve %s: not the ID of a plan, which is at least %d hexadecimal digits", a.id, minID)
	case a.auto != "":
		return errors.New("--approve and --auto-approve do not go together")
	}
	return nil
}

// compare lets pass the plan that was approved.
func (a *approval) compare(id string) error {
	if strings.HasPrefix(id, a.id) {
		return nil
	}
	return exitError{exitStale, &stack.Error{
		Msg:  fmt.Sprintf("approved is plan %s, and this is plan %s", a.id, id[:min(len(a.id), len(id))]),
		Hint: "look at the plan above, and approve it if it is right",
	}}
}
