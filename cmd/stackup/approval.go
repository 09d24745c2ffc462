package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// The values of --auto-approve.
const (
	approveAll  = "all"
	approveSafe = "safe"
)

// approval is the flags that say which plans need no question.
type approval struct {
	auto  string // "", approveAll or approveSafe
	id    string // of the plan that has been approved
	allow []string
}

func (a *approval) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&a.auto, "auto-approve", "y", "", "do not ask; =safe refuses plans that delete, interrupt or cannot be scheduled")
	f.Lookup("auto-approve").NoOptDefVal = approveAll
	f.StringVar(&a.id, "approve", "", "do not ask if the plan has this `ID`, and refuse any other")
	f.StringArrayVar(&a.allow, "allow", nil, "accept this `HAZARD`, as the plan names it, without asking")
}

func (a *approval) check() error {
	if !slices.Contains([]string{"", approveAll, approveSafe}, a.auto) {
		return fmt.Errorf("--auto-approve=%s: use --auto-approve or --auto-approve=%s", a.auto, approveSafe)
	}
	if err := a.checkID(); err != nil {
		return err
	}
	for _, name := range a.allow {
		if !slices.Contains(dangers(), stack.Hazard(name)) {
			return fmt.Errorf("--allow %s: no such hazard; these need it: %s", name, joinHazards(dangers()))
		}
	}
	return nil
}

// decide lets a plan pass, asks, or refuses it.
func (a *approval) decide(ctx context.Context, p *process, plan stack.Plan, id string) error {
	switch {
	case plan.Empty():
		return nil
	case a.id != "":
		return errors.Join(a.compare(id), a.permit(plan))
	case a.auto != "":
		return a.permit(plan)
	}
	return a.ask(ctx, p, plan)
}

// dangers is the hazards that --auto-approve=safe does not accept: what deletes,
// interrupts, stops everything, or cannot run.
func dangers() []stack.Hazard {
	return []stack.Hazard{
		stack.AdoptsService, stack.DeletesNetwork, stack.DeletesService, stack.InterruptsUpdate,
		stack.ReplacesNetwork, stack.ReplacesService, stack.RestartsAllAtOnce, stack.ScalesToZero, stack.Unschedulable,
	}
}

// blunders is the hazards that no --auto-approve accepts, since nobody means
// them when writing that into a pipeline: to stop an update of somebody else
// half-way, and to start what can run nowhere.
func blunders() []stack.Hazard { return []stack.Hazard{stack.InterruptsUpdate, stack.Unschedulable} }

// permit refuses a plan with hazards that have not been allowed: it names them,
// what they threaten and where that stands, and the flag that would allow them.
func (a *approval) permit(plan stack.Plan) error {
	barred := blunders()
	if a.auto == approveSafe {
		barred = dangers()
	}
	found := plan.Hazards()
	var problems []error
	for _, h := range slices.Sorted(maps.Keys(found)) {
		if slices.Contains(barred, h) && !slices.Contains(a.allow, string(h)) {
			problems = append(problems, barredBy(plan, h, found[h]))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return exitError{exitRefused, errors.Join(problems...)}
}

// barredBy says that a hazard is in the way. For what stands in a file it says
// where.
func barredBy(plan stack.Plan, h stack.Hazard, refs []stack.Ref) error {
	var names []string
	var at stack.Position
	for _, ref := range refs {
		names = append(names, ref.String())
		for _, c := range plan.Changes {
			if s, ok := c.Want.(stack.Service); ok && c.Ref == ref && h == stack.Unschedulable && at.File == "" {
				at = s.Positions.At("deploy.placement.constraints")
			}
		}
	}
	return &stack.Error{
		Pos:  at,
		Msg:  fmt.Sprintf("%s: %s, so it is not done without asking (%s)", strings.Join(names, ", "), render.Hazard(h), h),
		Hint: "--allow " + string(h) + " accepts it",
	}
}

func joinHazards(list []stack.Hazard) string {
	out := make([]string, len(list))
	for i, h := range list {
		out[i] = string(h)
	}
	return strings.Join(out, ", ")
}
