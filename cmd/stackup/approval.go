package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

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
	f.StringArrayVar(&a.allow, "allow", nil, "with --auto-approve=safe: accept this `HAZARD`, as the plan names it")
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
	if len(a.allow) > 0 && a.auto != approveSafe {
		return fmt.Errorf("--allow goes with --auto-approve=%s", approveSafe)
	}
	return nil
}

// decide lets a plan pass, asks, or refuses it.
func (a *approval) decide(ctx context.Context, p *process, plan stack.Plan, id string) error {
	switch {
	case plan.Empty() || a.auto == approveAll:
		return nil
	case a.id != "":
		return a.compare(id)
	case a.auto == approveSafe:
		return a.refuse(plan)
	}
	return ask(ctx, p, plan)
}

// dangers is the hazards that --auto-approve=safe does not accept: what deletes,
// interrupts, stops everything, or cannot run.
func dangers() []stack.Hazard {
	return []stack.Hazard{
		stack.AdoptsService, stack.DeletesNetwork, stack.DeletesService, stack.InterruptsUpdate,
		stack.ReplacesNetwork, stack.ReplacesService, stack.RestartsAllAtOnce, stack.ScalesToZero, stack.Unschedulable,
	}
}

// refuse names every danger in the plan that has not been allowed, and the flag
// that would allow it.
func (a *approval) refuse(plan stack.Plan) error {
	found := plan.Hazards()
	var lines, flags []string
	for _, h := range slices.Sorted(maps.Keys(found)) {
		if !slices.Contains(dangers(), h) || slices.Contains(a.allow, string(h)) {
			continue
		}
		var refs []string
		for _, ref := range found[h] {
			refs = append(refs, ref.String())
		}
		lines = append(lines, fmt.Sprintf("%s: %s", h, strings.Join(refs, ", ")))
		flags = append(flags, "--allow "+string(h))
	}
	if len(lines) == 0 {
		return nil
	}
	return exitError{exitRefused, &stack.Error{
		Msg:  "the plan is not safe to apply without asking: " + strings.Join(lines, "; "),
		Hint: strings.Join(flags, " ") + " accepts it",
	}}
}

func joinHazards(list []stack.Hazard) string {
	out := make([]string, len(list))
	for i, h := range list {
		out[i] = string(h)
	}
	return strings.Join(out, ", ")
}
