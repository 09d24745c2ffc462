package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// GitLab reads so little that a reason is cut to so many characters.
const maxReason = 1000

// told is what the steps behind a command may want to know of it. Nil takes
// everything and keeps nothing.
type told struct {
	plan   *stack.Plan
	id     string
	report *stack.Report
}

func (t *told) planned(plan stack.Plan, id string) {
	if t != nil {
		t.plan, t.id = &plan, id
	}
}

func (t *told) ended(r stack.Report) {
	if t != nil {
		t.report = &r
	}
}

// fact is one of them, with its name as GitHub's outputs have it.
type fact struct{ name, value string }

// facts are the same whatever happened, so that a step can rely on them.
func (t *told) facts(code int, cause error) []fact {
	var changes, hazards, id string
	if t.plan != nil {
		changes, id = strconv.Itoa(toDo(*t.plan)), t.id[:min(planfile.ShortID, len(t.id))]
		hazards = joinHazards(slices.Sorted(maps.Keys(t.plan.Hazards())))
	}
	result := status(code, t.report)
	if planned := code == exitOK || code == exitChanges; planned && t.report == nil && t.plan != nil && !t.plan.Empty() {
		result = "changes"
	}
	return []fact{
		{"changes", changes},
		{"hazards", hazards},
		{"plan-id", id},
		{"result", result},
		{"failure-reason", render.Reason(cause, t.report, maxReason)},
		{"failure-cause", string(t.cause())},
		{"exit-code", strconv.Itoa(code)},
	}
}

// cause is that of the first failure.
func (t *told) cause() stack.Cause {
	if t.report != nil {
		for _, o := range t.report.Outcomes {
			if o.State == stack.Failed || o.State == stack.Unfinished {
				return o.Cause
			}
		}
	}
	return stack.CauseUnknown
}

// tell gives the outcome of a command to those who come after it: as GitHub's
// outputs, annotations and summary, and as the file that --dotenv asked for.
func (p *process) tell(c *cobra.Command, code int, cause error) error {
	if p.onGitHub() && p.isLog(p.stderr) {
		render.ErrorAnnotations(p.stderr, cause, p.told.report, p.inRepository)
	}
	if c == nil || c.Flags().Lookup("dotenv") == nil || code == exitUsage {
		return nil
	}
	md := markdown{file: c.Flag("md").Value.String()}
	var failed error
	if cause != nil && p.told.report == nil {
		failed = md.failure(p, cause)
	}
	facts := p.told.facts(code, cause)
	return errors.Join(
		failed,
		appendFacts(p.getenv("GITHUB_OUTPUT"), facts, func(name string) string { return name }),
		p.dotenv(c.Flag("dotenv").Value.String(), facts),
	)
}

// dotenv writes the file that GitLab takes as a report of that name.
func (p *process) dotenv(name string, facts []fact) error {
	if name == "" {
		return nil
	}
	f, err := p.create(name)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return appendFacts(f.Name(), facts, func(name string) string {
		return "STACKUP_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	})
}

// appendFacts adds lines NAME=VALUE to a file, if it has a name. No value has
// line ends.
func appendFacts(file string, facts []fact, name func(string) string) error {
	var b strings.Builder
	for _, f := range facts {
		fmt.Fprintf(&b, "%s=%s\n", name(f.name), f.value)
	}
	return appendFile(file, b.String())
}

// appendFile adds a text to a file, if it has a name.
func appendFile(file, text string) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
