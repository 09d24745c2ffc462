package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// The reasons a plan gives. They stand after the object's name.
const (
	reasonNew     = "new in the file"
	reasonContent = "content changed"
	reasonOld     = "old version, no longer used"
)

func (m *maker) configs() {
	live := map[string]swarm.Config{}
	for _, c := range m.have.Configs {
		live[c.Spec.Name] = c
	}
	for _, c := range m.want.Configs {
		have, exists := live[m.names.inUse(c.Ref()).Name]
		switch {
		case c.External && !exists:
			m.problem(missing(c.Ref(), c.Positions.At("")))
		case c.External:
		case !exists:
			c.Spec.Labels = guard(c.Spec.Labels, c.Settings)
			m.create(c.Key, c, m.contentReason(stack.KindConfig, c.Key))
			m.changes[len(m.changes)-1].Diff = m.contentDiff(c)
		case !m.have.Owned(have.Spec.Labels):
			m.problem(m.foreign(c.Ref(), have.Spec.Labels, c.Positions.At("")))
		case c.Pinned && !sameConfig(have.Spec, c.Spec):
			m.problem(pinned(c.Ref(), c.Positions.At("name")))
		default:
			c.Spec.Name = have.Spec.Name
			m.labelsMoved(c.Ref(), c.Spec.Labels, have.Spec.Labels, c.Positions.At("labels"))
			m.keep(c.Key, c, &stack.Live{ID: have.ID, Version: have.Version})
		}
	}
}

func (m *maker) secrets() {
	live := map[string]swarm.Secret{}
	for _, s := range m.have.Secrets {
		live[s.Spec.Name] = s
	}
	for _, s := range m.want.Secrets {
		have, exists := live[m.names.inUse(s.Ref()).Name]
		switch {
		case s.External && !exists:
			m.problem(missing(s.Ref(), s.Positions.At("")))
		case s.External:
		case !exists:
			s.Spec.Labels = guard(s.Spec.Labels, s.Settings)
			m.create(s.Key, s, m.contentReason(stack.KindSecret, s.Key))
		case !m.have.Owned(have.Spec.Labels):
			m.problem(m.foreign(s.Ref(), have.Spec.Labels, s.Positions.At("")))
		case s.Pinned && (m.have.SameSecret[have.Spec.Name] == stack.Different || !sameDriver(have.Spec.Templating, s.Spec.Templating)):
			m.problem(pinned(s.Ref(), s.Positions.At("name")))
		default:
			if s.Pinned && s.Spec.Driver == nil && m.have.SameSecret[have.Spec.Name] == stack.Unknown {
				m.warnings = append(m.warnings, stack.Warning{
					Pos: s.Positions.At("name"),
					Msg: fmt.Sprintf("%s: content not verified: the engine does not compare it", s.Ref()),
				})
			}
			s.Spec.Name = have.Spec.Name
			m.labelsMoved(s.Ref(), s.Spec.Labels, have.Spec.Labels, s.Positions.At("labels"))
			m.keep(s.Key, s, &stack.Live{ID: have.ID, Version: have.Version})
		}
	}
}

// contentReason tells a new version of a config or secret from a new one.
func (m *maker) contentReason(kind stack.Kind, key string) string {
	if slices.ContainsFunc(m.owned(), func(o object) bool {
		return o.ref.Kind == kind && versionOf(o.ref.Name, m.want.Name, key)
	}) {
		return reasonContent
	}
	return reasonNew
}

// labelsMoved warns that labels of a config or secret stay as they are: they
// are written together with content.
func (m *maker) labelsMoved(ref stack.Ref, want, have map[string]string, at stack.Position) {
	own := func(k, _ string) bool { return strings.HasPrefix(k, stack.LabelPrefix) }
	want, have = maps.Clone(want), maps.Clone(have)
	maps.DeleteFunc(want, own)
	maps.DeleteFunc(have, own)
	if !maps.Equal(want, have) {
		m.warnings = append(m.warnings, stack.Warning{
			Pos: at,
			Msg: ref.String() + ": its labels have changed, and stay as they are until its content changes",
		})
	}
}

// versionOf says whether a name is one that some content of this config or
// secret leads to.
func versionOf(name, stackName, key string) bool {
	model := stack.ContentName(stackName, key, "0123456789")
	cut := len(model) - len("0123456789")
	return name == stack.ScopedName(stackName, key) || len(name) == len(model) && name[:cut] == model[:cut]
}

func (m *maker) create(key string, o stack.Object, reason string) {
	ref := o.Ref()
	m.names.fresh[ref] = true
	m.add(stack.Change{Ref: ref, Key: key, Action: stack.Create, Reason: reason, Want: o})
}

func (m *maker) keep(key string, o stack.Object, live *stack.Live) {
	m.add(stack.Change{Ref: o.Ref(), Key: key, Action: stack.Keep, Want: o, Have: live})
}

// missing refuses an external object that does not exist.
func missing(ref stack.Ref, at stack.Position) error {
	return &stack.Error{
		Pos:  at,
		Msg:  ref.String() + " is external and does not exist",
		Hint: fmt.Sprintf("docker %s create %s FILE", ref.Kind, ref.Name),
	}
}

// pinned refuses other content under a name the file insists on: configs and
// secrets cannot be changed (swarmkit manager/controlapi, UpdateConfig).
func pinned(ref stack.Ref, at stack.Position) error {
	return &stack.Error{
		Pos:  at,
		Msg:  ref.String() + ": its content has changed, and the file pins its name",
		Hint: "remove name: so that every content gets a name of its own, or pin another name",
	}
}

// foreign refuses to take over an object of the same name.
func (m *maker) foreign(ref stack.Ref, labels map[string]string, at stack.Position) error {
	owner := "belongs to no stack"
	if other := labels[stack.LabelNamespace]; other != "" {
		owner = fmt.Sprintf("belongs to stack %q", other)
	}
	return &stack.Error{
		Pos:  at,
		Msg:  fmt.Sprintf("%s exists and %s", ref, owner),
		Hint: "rename one of them, or declare it external: true",
	}
}
