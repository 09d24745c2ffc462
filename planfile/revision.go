package planfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/stackup-cli/stackup/stack"
)

// Sizes of a revision in bytes. The engine wants the data of a config to be
// smaller than 1,024,000 (swarmkit manager/controlapi/config.go).
const (
	maxRevision = 1_000_000
	maxUnpacked = 64 << 20
)

// MarshalRevision is a revision as it is recorded in the swarm, compressed. It
// has no content of configs and secrets in it, whatever is in the argument. It
// fails when the revision is too large for a config.
func MarshalRevision(r stack.Revision) ([]byte, error) {
	out := revision{
		FormatVersion: RevisionVersion, entry: encodeEntry(r.Entry),
		Stack: r.Stack.Name, Revisions: r.Stack.Revisions,
		Objects: encodeRecorded(r.Stack), Past: encodeEntries(r.Past),
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, err := z.Write(compact(out))
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	if b.Len() > maxRevision {
		return nil, &stack.Error{Msg: fmt.Sprintf(
			"revision %d of stack %q has %d bytes, compressed, and a config holds %d", r.Number, r.Stack.Name, b.Len(), maxRevision,
		)}
	}
	return b.Bytes(), nil
}

func encodeEntries(entries []stack.Entry) []entry {
	out := []entry{}
	for _, e := range entries {
		out = append(out, encodeEntry(e))
	}
	return out
}

func encodeEntry(e stack.Entry) entry {
	return entry{e.Number, e.At, e.By, e.URL, e.Tool, e.PlanID, e.Summary, encodeRefs(e.Refs)}
}

func encodeRefs(refs []stack.Ref) []object {
	out := []object{}
	for _, r := range refs {
		out = append(out, object{r.Kind, r.Name})
	}
	return out
}

func encodeRecorded(s stack.Stack) []recorded {
	out := []recorded{}
	add := func(o stack.Object, r recorded) {
		ref := o.Ref()
		r.object = object{ref.Kind, ref.Name}
		r.Want = encodeWant(stack.Change{Ref: ref, Want: o})
		out = append(out, r)
	}
	for _, o := range s.Networks {
		add(o, recorded{Key: o.Key, External: o.External})
	}
	for _, o := range s.Configs {
		o.Spec.Data = nil
		add(o, recorded{Key: o.Key, External: o.External, Base: o.Base})
	}
	for _, o := range s.Secrets {
		o.Source = stack.SecretSource{}
		add(o, recorded{Key: o.Key, External: o.External, Base: o.Base})
	}
	for _, o := range s.Services {
		r := recorded{Key: o.Key}
		for _, d := range o.DependsOn {
			r.DependsOn = append(r.DependsOn, dependency(d))
		}
		add(o, r)
	}
	return out
}

// UnmarshalRevision reads what [MarshalRevision] has made. It fails when the
// form is of another version, and when something in it is not known.
func UnmarshalRevision(data []byte) (stack.Revision, error) {
	content, err := unpack(data)
	if err != nil {
		return stack.Revision{}, fmt.Errorf("not a revision: %w", err)
	}
	strict, err := form{"a revision", RevisionVersion, ""}.check(content)
	if err != nil {
		return stack.Revision{}, err
	}
	var in revision
	if err := decode(content, &in, strict); err != nil {
		return stack.Revision{}, err
	}
	r := stack.Revision{
		Entry: decodeEntry(in.entry),
		Stack: stack.Stack{Name: in.Stack, Revisions: in.Revisions},
	}
	for _, e := range in.Past {
		r.Past = append(r.Past, decodeEntry(e))
	}
	for _, o := range in.Objects {
		if err := decodeRecorded(o, &r.Stack); err != nil {
			return stack.Revision{}, fmt.Errorf("%s: %w", stack.Ref(o.object), err)
		}
	}
	return r, nil
}

func unpack(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err == nil && len(content) > maxUnpacked {
		err = fmt.Errorf("it has more than %d bytes", maxUnpacked)
	}
	return content, err
}

func decodeEntry(e entry) stack.Entry {
	out := stack.Entry{Number: e.Number, At: e.At, By: e.By, URL: e.URL, Tool: e.Tool, PlanID: e.PlanID, Summary: e.Summary}
	for _, r := range e.Refs {
		out.Refs = append(out.Refs, stack.Ref(r))
	}
	return out
}

func decodeRecorded(r recorded, into *stack.Stack) error {
	if r.Want == nil || r.Want.Spec == nil {
		return errors.New("it has no spec")
	}
	o, err := decodeWant(change{Kind: r.Kind, Name: r.Name, Key: r.Key, Want: r.Want})
	if err != nil {
		return err
	}
	switch o := o.(type) {
	case stack.Network:
		o.External = r.External
		into.Networks = append(into.Networks, o)
	case stack.Config:
		o.External, o.Base, o.Spec.Data = r.External, r.Base, nil
		into.Configs = append(into.Configs, o)
	case stack.Secret:
		o.External, o.Base = r.External, r.Base
		into.Secrets = append(into.Secrets, o)
	case stack.Service:
		for _, d := range r.DependsOn {
			o.DependsOn = append(o.DependsOn, stack.Dependency(d))
		}
		into.Services = append(into.Services, o)
	}
	return nil
}
