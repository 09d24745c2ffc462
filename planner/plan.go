// Package planner decides what is to change: from what a user wants and what
// the swarm has it makes a plan. It is a pure function. It does no I/O, knows
// no clock, asks no questions and prints nothing; warnings and refusals are
// part of its result.
package planner

import (
	"errors"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Options say what a plan leaves out.
type Options struct {
	// NoPrune keeps what the file no longer has.
	NoPrune bool
	// KeepReplicas keeps the number of tasks of every service that runs, for
	// swarms in which something else scales them.
	KeepReplicas bool
	// RequireDigest refuses images without a digest, and those of which the
	// registry that was asked did not tell one.
	RequireDigest bool
}

// Plan says what has to change so that the swarm has what is wanted. The plan
// of a stack without services is the removal of everything the stack owns.
//
// The error joins one [*stack.Error] for each reason why this swarm cannot
// take the stack as it is; then the plan is not to be applied.
//
// Applying the plan leaves nothing to plan: Plan of the same stack and the
// swarm as it is afterwards is empty.
func Plan(want stack.Stack, have stack.Snapshot, o Options) (stack.Plan, error) {
	m := newMaker(want, have)
	m.Options = o
	m.networks()
	m.configs()
	m.secrets()
	m.services()
	m.images()
	if !m.NoPrune {
		m.prune()
		m.takeovers()
	}
	m.detach()
	m.hazards()
	changes, err := order(m.changes)
	m.problem(err)
	p := stack.Plan{
		Stack:    want.Name,
		Target:   have.Target,
		Changes:  changes,
		IDs:      m.referred(changes),
		Warnings: append(want.Warnings, m.warnings...),

		Revisions: want.Revisions,
	}
	if p.Drift = overwritten(drift(have, m.mask), changes); len(p.Drift) > 0 && len(want.Services) > 0 {
		p.Since, p.Unfinished = have.Last.Entry, Unfinished(have)
	} else {
		p.Drift = nil
	}
	return p, errors.Join(m.problems...)
}

// Unfinished is when an apply after the last revision failed or was cut short;
// zero if none did.
func Unfinished(have stack.Snapshot) time.Time {
	if have.Recorded == nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339, have.Recorded.Spec.Labels[stack.LabelUnfinished])
	return at
}

// Revisions is how many revisions of a stack are kept, its latest included.
func Revisions(s stack.Stack) int {
	switch {
	case s.Revisions < 0:
		return 0
	case s.Revisions == 0:
		return stack.DefaultRevisions
	}
	return s.Revisions
}

// referred is the IDs of the existing objects that the planned specs name.
func (m *maker) referred(changes []stack.Change) map[stack.Ref]string {
	out := map[stack.Ref]string{}
	for _, c := range changes {
		s, ok := c.Want.(stack.Service)
		if !ok {
			continue
		}
		for _, ref := range stack.References(s.Spec) {
			if id, exists := m.names.ids[ref]; exists && !m.names.fresh[ref] {
				out[ref] = id
			}
		}
	}
	return out
}

// maker gathers a plan while it is made.
type maker struct {
	Options
	want     stack.Stack
	have     stack.Snapshot
	names    names
	mask     *mask
	wanted   map[string]stack.Service // by compose key
	live     map[string]swarm.Service // by name
	tasks    map[string][]swarm.Task  // by service name: those meant to run
	replaced map[string]stack.Ref     // by the ID of the network that goes
	nodes    map[string]swarm.Node    // by ID
	kept     map[stack.Ref]int        // what kept revisions need, and the latest of those
	changes  []stack.Change

	unresolved []unresolved // in the order of the services
	warnings   []stack.Warning
	problems   []error
}

func newMaker(want stack.Stack, have stack.Snapshot) *maker {
	m := &maker{
		want: want, have: have, names: newNames(want, have), mask: newMask(),
		wanted:   map[string]stack.Service{},
		live:     map[string]swarm.Service{},
		tasks:    map[string][]swarm.Task{},
		replaced: map[string]stack.Ref{},
		nodes:    map[string]swarm.Node{},
	}
	for _, s := range want.Services {
		m.wanted[s.Key] = s
	}
	byID := map[string]string{}
	for _, s := range have.Services {
		m.live[s.Spec.Name], byID[s.ID] = s, s.Spec.Name
	}
	for _, t := range have.Tasks {
		if t.DesiredState == swarm.TaskStateRunning || t.DesiredState == swarm.TaskStateReady { // ready: in an update
			m.tasks[byID[t.ServiceID]] = append(m.tasks[byID[t.ServiceID]], t)
		}
	}
	for _, n := range have.Nodes {
		m.nodes[n.ID] = n
	}
	return m
}

func (m *maker) add(c stack.Change) { m.changes = append(m.changes, c) }

// problem notes a reason not to apply the plan; nil is none.
func (m *maker) problem(err error) {
	if err != nil {
		m.problems = append(m.problems, err)
	}
}
