package planfile

import (
	"cmp"
	"slices"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// Document is a plan and what its file says besides.
type Document struct {
	Plan   stack.Plan
	ID     string    // see [ID]
	MadeAt time.Time // UTC, in whole seconds
	MadeBy string    // the program and its version
	Masked bool      // for showing only: parts of the specs are hidden
}

// New is the document of a plan made at a time by a program ("stackup 1.2").
func New(p stack.Plan, at time.Time, by string) Document {
	return Document{Plan: p, ID: ID(p), MadeAt: at.UTC().Truncate(time.Second), MadeBy: by}
}

// Marshal is the file's content. Equal documents have equal content.
func Marshal(d Document) ([]byte, error) {
	p := d.Plan
	out := document{
		FormatVersion: FormatVersion, ID: d.ID, Masked: d.Masked, MadeAt: d.MadeAt, MadeBy: d.MadeBy,
		Stack: p.Stack, Target: target(p.Target),
		Changes: []change{}, IDs: referred(p), Warnings: encodeWarnings(p.Warnings),
	}
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, encodeChange(c))
	}
	out.Revisions = p.Revisions
	if len(p.Drift) > 0 {
		out.Drift, out.Since = encodeDrift(p.Drift), encodeSince(p.Since, p.Unfinished)
	}
	return indented(out)
}

func encodeWarnings(warnings []stack.Warning) []warning {
	out := []warning{}
	for _, w := range warnings {
		out = append(out, warning{w.Msg, w.Hint, w.Pos.File, w.Pos.Line})
	}
	return out
}

func encodeChange(c stack.Change) change {
	out := change{
		Kind: c.Ref.Kind, Name: c.Ref.Name, Key: c.Key,
		Action: c.Action, Reason: c.Reason, Effect: c.Effect, Impact: c.Impact, Diff: c.Diff, Same: c.Same,
		Fields: []field{}, After: []gate{}, Hazards: append([]stack.Hazard{}, c.Hazards...),
		Want: encodeWant(c),
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, field(f))
	}
	for _, g := range c.After {
		out.After = append(out.After, gate{g.Ref.Kind, g.Ref.Name, g.Condition})
	}
	if c.Have != nil {
		out.Have = &have{c.Have.ID, c.Have.Version.Index, c.Have.Hash()}
	}
	return out
}

func encodeWant(c stack.Change) *want {
	w := &want{Spec: specOf(c)}
	switch o := c.Want.(type) {
	case nil:
		return nil
	case stack.Service:
		w.settings(o.Settings)
	case stack.Network:
		w.settings(o.Settings)
	case stack.Config:
		w.Pinned = o.Pinned
		w.settings(o.Settings)
	case stack.Secret:
		w.Pinned = o.Pinned
		w.settings(o.Settings)
		w.Source = encodeSource(o.Source)
	}
	return w
}

func encodeSource(s stack.SecretSource) *source {
	if s.IsZero() {
		return nil
	}
	out := &source{File: s.File, Env: s.Env, Digest: s.Digest}
	if c := s.Exec; !c.IsZero() {
		out.Exec = &run{c.Words, c.Dir, duration(c.Timeout)}
	}
	return out
}

func (w *want) settings(s stack.Settings) {
	w.Timeout, w.Stable = duration(s.Timeout), duration(s.Stable)
	w.Ignore, w.Protect, w.Always = s.Ignore, s.Protect, s.RunAlways
}

func encodeDrift(drifted []stack.Drift) []drift {
	var out []drift
	for _, d := range drifted {
		e := drift{Kind: d.Ref.Kind, Name: d.Ref.Name, Key: d.Key, What: d.What}
		for _, f := range d.Fields {
			e.Fields = append(e.Fields, driftField{f.Path, f.Old, f.New})
		}
		out = append(out, e)
	}
	return out
}

func encodeSince(from stack.Entry, unfinished time.Time) *since {
	out := &since{Revision: from.Number, At: from.At, By: from.By}
	if !unfinished.IsZero() {
		out.Unfinished = &unfinished
	}
	return out
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// referred is the IDs of the existing objects that the specs to write refer to.
func referred(p stack.Plan) []known {
	used := map[stack.Ref]bool{}
	for _, c := range p.Changes {
		used[c.Ref] = c.Action == stack.Create || c.Action == stack.Replace // its ID is not known yet
	}
	out := []known{}
	for _, c := range p.Changes {
		s, ok := c.Want.(stack.Service)
		if !ok || c.Action == stack.Keep {
			continue
		}
		for _, ref := range stack.References(s.Spec) {
			if id, ok := p.IDs[ref]; ok && !used[ref] {
				used[ref] = true
				out = append(out, known{ref.Kind, ref.Name, id})
			}
		}
	}
	slices.SortFunc(out, func(a, b known) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}
