package applier

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// ErrDetached refuses a plan that cannot be applied without waiting, before the
// first write.
var ErrDetached = errors.New("a detached apply does not wait for that")

// detachable is an error if something may only be written when a service that
// the plan writes is healthy or has completed: nobody waits for that. That a
// service has started is not waited for either, but what is written later starts
// later. A removal is no reason to refuse: without waiting it just follows in
// order. Neither is a service that stays as it is.
func detachable(changes []*change) error {
	var waits []string
	for _, c := range changes {
		for _, g := range c.gates {
			if c.Action == stack.Delete || g.on.Action == stack.Delete || g.on.Action == stack.Keep {
				continue
			}
			switch g.condition {
			case stack.Healthy:
				waits = append(waits, fmt.Sprintf("%s needs %s to be healthy", c.Ref, g.on.Ref))
			case stack.Completed:
				waits = append(waits, fmt.Sprintf("%s needs %s to have completed", c.Ref, g.on.Ref))
			case "", stack.Started, stack.Removed:
			}
		}
	}
	if len(waits) == 0 {
		return nil
	}
	return &stack.Error{
		Msg:  strings.Join(waits, ", "),
		Err:  ErrDetached,
		Hint: "--ignore-conditions writes them in order without waiting",
	}
}
