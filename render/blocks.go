package render

import (
	"fmt"

	"github.com/stackup-cli/stackup/stack"
)

// From this many services on, fields that change in the same way in all of
// them are shown once.
const manyAlike = 3

// block is what stands below one header.
type block struct {
	change stack.Change
	// same is every service that this is said of, the change's own first; empty
	// when there are no others.
	same []stack.Ref
	// as is a service that stands before and has the same fields.
	as stack.Ref
}

// blocks puts together what is alike. A service of which all is said already
// has no block of its own; of one that differs in anything but its fields only
// the fields are left out.
func blocks(changes []stack.Change, touched map[stack.Ref]bool) []block {
	alike := map[string]int{}
	for _, c := range changes {
		alike[fieldsKey(c)]++
	}
	var out []block
	first, twin := map[string]stack.Ref{}, map[string]int{}
	for _, c := range changes {
		key := fieldsKey(c)
		if c.Ref.Kind != stack.KindService || len(c.Fields) == 0 || alike[key] < manyAlike {
			out = append(out, block{change: c})
			continue
		}
		whole := wholeKey(c, key, touched)
		if i, ok := twin[whole]; ok {
			if out[i].same == nil {
				out[i].same = []stack.Ref{out[i].change.Ref}
			}
			out[i].same = append(out[i].same, c.Ref)
			continue
		}
		twin[whole] = len(out)
		out = append(out, block{change: c, as: first[key]})
		if _, ok := first[key]; !ok {
			first[key] = c.Ref
		}
	}
	return out
}

// fieldsKey is equal for changes of the same fields.
func fieldsKey(c stack.Change) string { return fmt.Sprintf("%s %q", c.Ref.Kind, c.Fields) }

// wholeKey is equal for changes of which the same is said.
func wholeKey(c stack.Change, fields string, touched map[stack.Ref]bool) string {
	return fmt.Sprintf("%s %q %q", fields,
		[]string{string(c.Action), c.Reason, consequence(c), string(c.Effect), health(c), waitsFor(c, touched), c.Diff}, c.Hazards)
}

// refers says whether the block refers to another one for its fields.
func (b block) refers() bool { return b.as != stack.Ref{} }
