package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// order puts changes so that what a change waits for stands before it, and
// otherwise as people think of them: networks, configs, secrets, services,
// then deletions; by name among their like. A change that waits for itself, by
// whatever way, is an error that names the cycle.
func order(changes []stack.Change) ([]stack.Change, error) {
	slices.SortFunc(changes, compare)
	at := make(map[stack.Ref]int, len(changes))
	for i, c := range changes {
		at[c.Ref] = i
		slices.SortFunc(c.After, compareGates)
		changes[i].After = slices.Compact(c.After)
	}
	s := sorter{changes: changes, at: at, state: make([]visit, len(changes))}
	for i := range changes {
		if err := s.visit(i); err != nil {
			return changes, err
		}
	}
	return s.out, nil
}

type visit int

const (
	unseen visit = iota
	open
	placed
)

// sorter places changes depth first.
type sorter struct {
	changes []stack.Change
	at      map[stack.Ref]int
	state   []visit
	path    []string
	out     []stack.Change
}

func (s *sorter) visit(i int) error {
	c := s.changes[i]
	switch s.state[i] {
	case unseen:
	case placed:
		return nil
	case open:
		from := slices.Index(s.path, c.Key)
		return &stack.Error{
			Msg:  fmt.Sprintf("service %q waits for itself: %s", c.Key, strings.Join(append(s.path[from:], c.Key), " -> ")),
			Hint: "remove one of these from depends_on",
		}
	}
	s.state[i] = open
	s.path = append(s.path, c.Key)
	for _, g := range c.After {
		if j, ok := s.at[g.Ref]; ok && g.Condition != stack.Removed { // removals do not keep to the order
			if err := s.visit(j); err != nil {
				return err
			}
		}
	}
	s.path = s.path[:len(s.path)-1]
	s.state[i] = placed
	s.out = append(s.out, c)
	return nil
}

func compare(a, b stack.Change) int {
	return cmp.Or(cmp.Compare(phase(a), phase(b)), cmp.Compare(a.Ref.Name, b.Ref.Name))
}

// phase is the place of a change among others that it does not wait for.
func phase(c stack.Change) int {
	kinds := []stack.Kind{stack.KindNetwork, stack.KindConfig, stack.KindSecret, stack.KindService}
	i := slices.Index(kinds, c.Ref.Kind)
	if c.Action == stack.Delete {
		return 2*len(kinds) - i
	}
	return i
}

func compareGates(a, b stack.Gate) int {
	return cmp.Or(cmp.Compare(a.Ref.Kind, b.Ref.Kind), cmp.Compare(a.Ref.Name, b.Ref.Name), cmp.Compare(a.Condition, b.Condition))
}
