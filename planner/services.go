package planner

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

func (m *maker) services() {
	for _, s := range m.want.Services {
		m.problem(tooOld(s, m.have.Target.APIVersion))
		m.problem(m.endless(s))
		have, exists := m.live[s.Spec.Name]
		var c stack.Change
		switch {
		case !exists:
			s.Spec = m.names.refer(m.pin(s, swarm.ServiceSpec{}))
			s.Spec.Labels = guard(s.Spec.Labels, s.Settings)
			c = stack.Change{Ref: s.Ref(), Action: stack.Create, Reason: reasonNew, Want: s}
		case have.Spec.Labels[stack.LabelNamespace] != "" && !m.have.Owned(have.Spec.Labels):
			m.problem(m.foreign(s.Ref(), have.Spec.Labels, s.Positions.At("")))
			continue
		case modeOf(s.Spec.Mode) != modeOf(have.Spec.Mode):
			c = m.replace(s, have, "the mode of a service cannot be changed in place")
		case m.onReplaced(have) != "":
			c = m.replace(s, have, m.onReplaced(have)+" is made anew")
		default:
			c = m.change(s, have)
			m.problem(m.deadlocked(s, c))
		}
		if c.Action != stack.Keep {
			m.problem(tooBig(s))
		}
		c.Key = s.Key
		c.After = m.gates(s)
		m.add(c)
	}
	m.ports()
}

// change compares a wanted service with the live one of the same name.
func (m *maker) change(s stack.Service, have swarm.Service) stack.Change {
	c := stack.Change{Ref: s.Ref(), Action: stack.Keep, Want: s, Have: &stack.Live{ID: have.ID, Version: have.Version, Service: &have}}
	s.Spec = m.pin(s, have.Spec)
	resolved := m.ignored(s, m.names.resolve(s.Spec), have.Spec)
	want, live := stack.Normal(resolved), stack.Normal(have.Spec)
	if reflect.DeepEqual(want, live) {
		m.again(&c, s, want, live)
		return c
	}
	c.Fields, c.Same = m.compared(live, want)
	turn := m.turnover(have.Spec, want, live)
	m.effects(&c, want, turn)
	s.Spec = write(m.ignored(s, m.names.refer(s.Spec), have.Spec), have.Spec, want, live)
	if turn.deaf {
		s.Spec.TaskTemplate.ForceUpdate++
	}
	s.Spec.Labels = guard(s.Spec.Labels, s.Settings)
	c.Want = s
	c.Action, c.Reason = stack.Update, reasonFields(c.Fields)
	switch {
	case !m.have.Owned(have.Spec.Labels):
		c.Action, c.Reason = stack.Adopt, "exists and belongs to no stack"
	case c.Effect == stack.Scales:
		c.Action = stack.Scale
	}
	return c
}

// again writes a service that is as it is wanted: a job that is to run at every
// apply, and one of which an update has stopped half-way, so that the engine
// goes on with it.
func (m *maker) again(c *stack.Change, s stack.Service, want, live swarm.ServiceSpec) {
	have := c.Have.Service
	s.Spec = have.Spec
	u := have.UpdateStatus
	switch {
	case isJob(want.Mode) && s.Settings.RunAlways:
		c.Action, c.Reason, c.Effect, c.Want = stack.Run, "runs at every apply", stack.RunsJob, s
	case u != nil && (u.State == swarm.UpdateStatePaused || u.State == swarm.UpdateStateRollbackPaused):
		if turn := m.turnover(have.Spec, want, live); turn.restarts {
			m.effects(c, want, turn)
			c.Action, c.Reason, c.Want = stack.Update, "an earlier update stopped half-way", s
		}
	}
}

// write is the spec to send: each part as it is live where it means the same,
// since the engine compares raw values when it decides about restarts, and as
// it is wanted elsewhere.
func write(spec, have, want, live swarm.ServiceSpec) swarm.ServiceSpec {
	switch placement := spec.TaskTemplate.Placement; {
	case reflect.DeepEqual(want.TaskTemplate, live.TaskTemplate):
		spec.TaskTemplate = have.TaskTemplate
	case onlyPlacement(want.TaskTemplate, live.TaskTemplate):
		spec.TaskTemplate = have.TaskTemplate
		spec.TaskTemplate.Placement = placement
	default:
		spec.TaskTemplate.ForceUpdate = have.TaskTemplate.ForceUpdate
	}
	if reflect.DeepEqual(want.EndpointSpec, live.EndpointSpec) {
		spec.EndpointSpec = have.EndpointSpec
	}
	if reflect.DeepEqual(want.Mode, live.Mode) {
		spec.Mode = have.Mode
	}
	if reflect.DeepEqual(want.UpdateConfig, live.UpdateConfig) {
		spec.UpdateConfig = have.UpdateConfig
	}
	if reflect.DeepEqual(want.RollbackConfig, live.RollbackConfig) {
		spec.RollbackConfig = have.RollbackConfig
	}
	spec.Labels = maps.Clone(spec.Labels)
	for k, v := range have.Labels {
		if strings.HasPrefix(k, stack.LabelPrefix) && spec.Labels != nil {
			spec.Labels[k] = v
		}
	}
	return spec
}

// reasonFields is the reason for an update: what has changed, in a few words.
func reasonFields(fields []stack.FieldChange) string {
	switch len(fields) {
	case 0:
		return "changed"
	case 1:
		return fields[0].Path + " changed"
	case 2:
		return fields[0].Path + " and " + fields[1].Path + " changed"
	}
	return fmt.Sprintf("%s and %d more fields changed", fields[0].Path, len(fields)-1)
}

// modeOf is the kind of a service, in the words of the compose file.
func modeOf(m swarm.ServiceMode) string {
	switch {
	case m.Global != nil:
		return "global"
	case m.ReplicatedJob != nil:
		return "replicated-job"
	case m.GlobalJob != nil:
		return "global-job"
	}
	return "replicated"
}

// isJob says whether tasks of the service are to end.
func isJob(m swarm.ServiceMode) bool { return m.ReplicatedJob != nil || m.GlobalJob != nil }

// replace removes a service and creates it as it is wanted (swarmkit
// manager/controlapi/service.go, errModeChangeNotAllowed).
func (m *maker) replace(s stack.Service, have swarm.Service, reason string) stack.Change {
	m.problem(protected(s.Ref(), have.Spec.Labels))
	s.Spec = m.pin(s, have.Spec)
	want, live := stack.Normal(m.ignored(s, m.names.before(s.Spec), have.Spec)), stack.Normal(have.Spec)
	var (
		fields []stack.FieldChange
		same   int
	)
	if old, now := modeOf(have.Spec.Mode), modeOf(s.Spec.Mode); old != now {
		fields = append(fields, stack.FieldChange{Path: "deploy.mode", Old: old, New: now, Effect: stack.Downtime})
		want.Mode = live.Mode
	}
	if !reflect.DeepEqual(want, live) {
		var more []stack.FieldChange
		more, same = m.compared(live, want)
		fields = append(fields, more...)
	}
	s.Spec = m.ignored(s, m.names.refer(s.Spec), have.Spec)
	s.Spec.Labels = guard(s.Spec.Labels, s.Settings)
	return stack.Change{
		Ref: s.Ref(), Action: stack.Replace, Reason: reason, Fields: fields, Same: same, Effect: stack.Downtime,
		Impact: fmt.Sprintf("stops %s, then creates the service anew", count(len(m.tasks[s.Spec.Name]), "task")),
		Want:   s, Have: &stack.Live{ID: have.ID, Version: have.Version, Service: &have},
	}
}

// onReplaced names the network under a live service that is to be made anew, if
// there is one.
func (m *maker) onReplaced(have swarm.Service) string {
	for _, id := range idsIn(have.Spec) {
		if ref, ok := m.replaced[id]; ok {
			return ref.String()
		}
	}
	return ""
}

// gates is what a service waits for: what it refers to and the plan creates,
// and what it depends on.
func (m *maker) gates(s stack.Service) []stack.Gate {
	var out []stack.Gate
	for _, ref := range stack.References(m.names.refer(s.Spec)) {
		if m.names.fresh[ref] {
			out = append(out, stack.Gate{Ref: ref})
		}
	}
	for _, d := range s.DependsOn {
		if on, ok := m.wanted[d.Key]; ok {
			out = append(out, stack.Gate{Ref: on.Ref(), Condition: d.Condition})
		}
	}
	return out
}
