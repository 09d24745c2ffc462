package planfile

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// ShortID is how many digits of an [ID] are shown to people.
const ShortID = 16

// ID is the identity of what a plan is to do: a SHA-256 in hexadecimal over the
// stack's name and, for each object that is written, the action, the spec (of a
// secret the digest of its content) and the live spec it replaces. When and
// where the plan was made, versions, warnings and file names are no part of it,
// so planning again gives the same ID as long as the same would be written over
// the same.
func ID(p stack.Plan) string {
	var changes []change
	for _, c := range p.Changes {
		changes = append(changes, encodeChange(c))
	}
	return identify(p.Stack, changes)
}

// identify looks at the specs as they stand in the file: so an old file keeps
// its ID when the engine's types grow.
func identify(name string, changes []change) string {
	var steps []step
	for _, c := range changes {
		if c.Action == stack.Keep {
			continue
		}
		s := step{Kind: c.Kind, Name: c.Name, Action: c.Action}
		if c.Have != nil {
			s.Replaces = c.Have.SpecHash
		}
		if c.Want != nil {
			s.Spec = canonical(c.Want.Spec)
			if c.Want.Source != nil {
				s.Content = c.Want.Source.Digest
			}
		}
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	sum := sha256.Sum256(compact(struct {
		Stack string
		Steps []step
	}{name, steps}))
	return hex.EncodeToString(sum[:])
}

// step is the part of a change that counts.
type step struct {
	Kind     stack.Kind
	Name     string
	Action   stack.Action
	Spec     any
	Content  string // of a secret
	Replaces string // hash of the live spec
}

// canonical is a JSON text as a value that [compact] writes with all keys
// sorted; nil if it is none.
func canonical(text json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// specOf is what a change writes, in the engine's own form; nothing for a
// deletion and for what is kept.
func specOf(c stack.Change) json.RawMessage {
	if c.Action == stack.Keep {
		return nil
	}
	switch o := c.Want.(type) {
	case stack.Service:
		return compact(o.Spec)
	case stack.Network:
		return compact(o.Spec)
	case stack.Config:
		return compact(o.Spec)
	case stack.Secret:
		o.Spec.Data = nil
		return compact(o.Spec)
	}
	return nil
}

// compact is the one JSON form of a value: fields in the order of their type,
// keys of maps sorted. All that is passed in can be written as JSON.
func compact(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return bytes.TrimSpace(b.Bytes())
}
