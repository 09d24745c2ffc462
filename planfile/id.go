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
	var steps []step
	for _, c := range p.Changes {
		if c.Action == stack.Keep {
			continue
		}
		s := step{Kind: c.Ref.Kind, Name: c.Ref.Name, Action: c.Action, Spec: specOf(c)}
		if c.Have != nil {
			s.Replaces = c.Have.Hash()
		}
		if secret, ok := c.Want.(stack.Secret); ok {
			s.Content = secret.Source.Digest
		}
		steps = append(steps, s)
	}
	slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	sum := sha256.Sum256(compact(struct {
		Stack string
		Steps []step
	}{p.Stack, steps}))
	return hex.EncodeToString(sum[:])
}

// step is the part of a change that counts.
type step struct {
	Kind     stack.Kind
	Name     string
	Action   stack.Action
	Spec     json.RawMessage
	Content  string // of a secret
	Replaces string // hash of the live spec
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
