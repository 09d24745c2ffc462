package planfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Unmarshal reads the content of a file. It fails when the form is of another
// version, when something in it is not known, and when its changes do not give
// its ID: then it was edited or damaged.
func Unmarshal(content []byte) (Document, error) {
	strict, err := form{"a saved plan", FormatVersion, ", or plan again"}.check(content)
	if err != nil {
		return Document{}, err
	}
	var in document
	if err := decode(content, &in, strict); err != nil {
		return Document{}, err
	}
	d := Document{ID: in.ID, MadeAt: in.MadeAt, MadeBy: in.MadeBy, Masked: in.Masked}
	d.Plan = stack.Plan{
		Stack: in.Stack, Target: stack.Target(in.Target),
		IDs: map[stack.Ref]string{},
	}
	for _, k := range in.IDs {
		d.Plan.IDs[stack.Ref{Kind: k.Kind, Name: k.Name}] = k.ID
	}
	for _, w := range in.Warnings {
		d.Plan.Warnings = append(d.Plan.Warnings, stack.Warning{
			Pos: stack.Position{File: w.File, Line: w.Line}, Msg: w.Message, Hint: w.Hint,
		})
	}
	for _, c := range in.Changes {
		change, err := decodeChange(c)
		if err != nil {
			return Document{}, fmt.Errorf("%s: %w", stack.Ref{Kind: c.Kind, Name: c.Name}, err)
		}
		d.Plan.Changes = append(d.Plan.Changes, change)
	}
	d.Plan.Revisions = in.Revisions
	decodeDrift(in, &d.Plan)
	if !in.Masked && in.ID != identify(in.Stack, in.Changes) {
		return Document{}, errors.New("its changes do not give its id: it has been edited or damaged")
	}
	return d, nil
}

func decodeDrift(in document, p *stack.Plan) {
	for _, d := range in.Drift {
		out := stack.Drift{Ref: stack.Ref{Kind: d.Kind, Name: d.Name}, Key: d.Key, What: d.What}
		for _, f := range d.Fields {
			out.Fields = append(out.Fields, stack.FieldChange{Path: f.Path, Old: f.Applied, New: f.Now})
		}
		p.Drift = append(p.Drift, out)
	}
	if in.Since != nil {
		p.Since = stack.Entry{Number: in.Since.Revision, At: in.Since.At, By: in.Since.By}
		if in.Since.Unfinished != nil {
			p.Unfinished = *in.Since.Unfinished
		}
	}
}

// form is what a text is to be, and of which version.
type form struct {
	what    string // "a saved plan"
	version string
	mend    string // what to do about another version
}

// check says whether the content may have nothing in it that is not known here.
func (f form) check(content []byte) (strict bool, err error) {
	var v struct {
		FormatVersion string `json:"format_version"`
		MadeBy        string `json:"made_by"`
		Tool          string `json:"tool"`
	}
	if err := json.Unmarshal(content, &v); err != nil {
		return false, fmt.Errorf("not %s: %w", f.what, err)
	}
	if v.FormatVersion == "" {
		return false, fmt.Errorf("not %s: it has no format_version", f.what)
	}
	major, minor, ok := parseVersion(v.FormatVersion)
	ourMajor, ourMinor, _ := parseVersion(f.version)
	switch {
	case !ok:
		return false, fmt.Errorf("not %s: format_version %q is not a version", f.what, v.FormatVersion)
	case major != ourMajor:
		return false, &stack.Error{
			Msg:  fmt.Sprintf("its format version is %s, this stackup reads %d.x", v.FormatVersion, ourMajor),
			Hint: fmt.Sprintf("use the program that made it (%s)%s", cmp.Or(v.MadeBy, v.Tool), f.mend),
		}
	}
	return minor <= ourMinor, nil
}

func parseVersion(s string) (major, minor int, ok bool) {
	a, b, _ := strings.Cut(s, ".")
	major, errA := strconv.Atoi(a)
	minor, errB := strconv.Atoi(b)
	return major, minor, errA == nil && errB == nil && major >= 0 && minor >= 0
}

// decode reads one value and nothing after it.
func decode(content []byte, into any, strict bool) error {
	d := json.NewDecoder(bytes.NewReader(content))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands after it")
	}
	return nil
}

func decodeChange(c change) (stack.Change, error) {
	out := stack.Change{
		Ref: stack.Ref{Kind: c.Kind, Name: c.Name}, Key: c.Key,
		Action: c.Action, Reason: c.Reason, Effect: c.Effect, Impact: c.Impact, Diff: c.Diff, Hazards: c.Hazards, Same: c.Same,
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, stack.FieldChange(f))
	}
	for _, g := range c.After {
		out.After = append(out.After, stack.Gate{Ref: stack.Ref{Kind: g.Kind, Name: g.Name}, Condition: g.Condition})
	}
	if c.Have != nil {
		out.Have = &stack.Live{ID: c.Have.ID, Version: swarm.Version{Index: c.Have.Version}, SpecHash: c.Have.SpecHash}
	}
	if err := checkChange(c); err != nil {
		return out, err
	}
	if c.Want == nil {
		return out, nil
	}
	var err error
	out.Want, err = decodeWant(c)
	return out, err
}

// checkChange demands that a change has what its action needs.
func checkChange(c change) error {
	exists, writes := c.Have != nil, c.Want != nil && c.Want.Spec != nil
	var ok bool
	switch c.Action {
	case stack.Keep:
		ok = exists && !writes
	case stack.Create:
		ok = !exists && writes
	case stack.Replace:
		ok = exists && writes
	case stack.Update, stack.Scale, stack.Run, stack.Adopt:
		ok = exists && writes && c.Kind == stack.KindService
	case stack.Delete:
		ok = exists && c.Want == nil
	default:
		return fmt.Errorf("action %q is not known", c.Action)
	}
	if !ok {
		return fmt.Errorf("its have and want do not go with action %q", c.Action)
	}
	return nil
}

func decodeWant(c change) (stack.Object, error) {
	var (
		out stack.Object
		err error
		w   = c.Want
	)
	set, wrong := settings(w)
	if wrong != nil {
		return nil, wrong
	}
	switch c.Kind {
	case stack.KindService:
		o := stack.Service{Key: c.Key}
		o.Spec.Name = c.Name
		o.Settings = set
		err = decodeSpec(w.Spec, &o.Spec)
		out = o
	case stack.KindNetwork:
		o := stack.Network{Key: c.Key, Settings: set}
		o.Spec.Name = c.Name
		err = decodeSpec(w.Spec, &o.Spec)
		out = o
	case stack.KindConfig:
		o := stack.Config{Key: c.Key, Pinned: w.Pinned, Settings: set}
		o.Spec.Name = c.Name
		err = decodeSpec(w.Spec, &o.Spec)
		out = o
	case stack.KindSecret:
		o := stack.Secret{Key: c.Key, Pinned: w.Pinned, Settings: set}
		o.Spec.Name = c.Name
		if o.Source, err = decodeSource(w.Source); err != nil {
			return nil, err
		}
		err = decodeSpec(w.Spec, &o.Spec)
		o.Spec.Data = nil
		out = o
	default:
		return nil, fmt.Errorf("kind %q is not known", c.Kind)
	}
	if err == nil && out.Ref().Name != c.Name {
		err = fmt.Errorf("its spec has another name, %q", out.Ref().Name)
	}
	return out, err
}

func decodeSource(s *source) (stack.SecretSource, error) {
	if s == nil {
		return stack.SecretSource{}, nil
	}
	out := stack.SecretSource{File: s.File, Env: s.Env, Digest: s.Digest}
	if s.Exec == nil {
		return out, nil
	}
	if len(s.Exec.Words) == 0 {
		return out, errors.New("its source is a command without a word")
	}
	timeout, err := parseDuration(s.Exec.Timeout)
	out.Exec = stack.Command{Words: s.Exec.Words, Dir: s.Exec.Dir, Timeout: timeout}
	return out, err
}

// decodeSpec reads a spec of the engine's. What is not known in one is refused
// whatever the version of the form, since it would not be written.
func decodeSpec(spec json.RawMessage, into any) error {
	if spec == nil {
		return nil
	}
	return decode(spec, into, true)
}

func settings(w *want) (stack.Settings, error) {
	timeout, errTimeout := parseDuration(w.Timeout)
	stable, errStable := parseDuration(w.Stable)
	return stack.Settings{
		Timeout: timeout, Stable: stable, Ignore: w.Ignore, Protect: w.Protect, RunAlways: w.Always,
	}, errors.Join(errTimeout, errStable)
}

func parseDuration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	return time.ParseDuration(s)
}
