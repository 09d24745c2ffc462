package planner

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/stackup-cli/stackup/stack"
)

// Undo is the plan that takes back what a failed apply has done of a plan: it
// gives every service that was written the spec it had before, removes what was
// created, and creates the services that were removed, the last ones first. The
// snapshot is of the swarm after the failure.
//
// Left as they are, each with a warning, are: jobs, since what they did stays
// done and putting back their spec would run them once more; networks that were
// made anew; configs, secrets and networks that were removed; and whatever
// somebody else has changed meanwhile. A service that is as before, because the
// engine has undone its update, is kept, and so waited for.
func Undo(p stack.Plan, r stack.Report, have stack.Snapshot) stack.Plan {
	u := undoer{
		maker: newMaker(stack.Stack{Name: p.Stack}, have), objects: observed(have), names: namesByID(have),
		out: stack.Plan{Stack: p.Stack, Target: have.Target, IDs: map[stack.Ref]string{}},
	}
	for _, c := range p.Changes {
		if c.Ref.Kind == stack.KindNetwork && c.Have != nil {
			u.names[c.Have.ID] = c.Ref // also of one that was made anew since
		}
	}
	touched := map[stack.Ref]bool{}
	for _, o := range r.Outcomes {
		touched[o.Ref] = touched[o.Ref] || o.State == stack.Done || o.State == stack.Failed || o.State == stack.Unfinished
	}
	var services []stack.Gate
	for _, c := range slices.Backward(p.Changes) {
		if c.Ref.Kind == stack.KindService && c.Action != stack.Keep && touched[c.Ref] {
			if back, ok := u.service(c); ok {
				back.After = slices.Clone(services)
				u.out.Changes = append(u.out.Changes, back)
				services = append(services, stack.Gate{Ref: c.Ref})
			}
		}
	}
	for _, c := range slices.Backward(p.Changes) {
		if c.Ref.Kind != stack.KindService && c.Action != stack.Keep && touched[c.Ref] {
			if back, ok := u.object(c); ok {
				back.After = slices.Clone(services)
				u.out.Changes = append(u.out.Changes, back)
			}
		}
	}
	u.out.IDs = u.referred(u.out.Changes)
	return u.out
}

type undoer struct {
	*maker
	objects map[stack.Ref]found
	names   map[string]stack.Ref
	out     stack.Plan
}

const reasonUndo = "put back as it was before the apply"

// service takes back what was done to a service.
func (u *undoer) service(c stack.Change) (stack.Change, bool) {
	live, exists := u.objects[c.Ref]
	want, _ := c.Want.(stack.Service)
	back := stack.Change{Ref: c.Ref, Key: c.Key, Reason: reasonUndo}
	before := u.before(c)
	switch {
	case c.Action == stack.Run || isJob(want.Spec.Mode):
		return u.leave(c, "a job is not undone")
	case !exists && before == nil:
		return stack.Change{}, false
	case !exists:
		back.Action, back.Want = stack.Create, *before
	case before == nil:
		if !u.isWritten(want.Spec, live.Service.Spec) {
			return u.leave(c, "somebody else has changed it meanwhile")
		}
		back.Action, back.Have, back.Reason = stack.Delete, &live.Live, "it did not exist before the apply"
	case u.isWritten(before.Spec, live.Service.Spec):
		back.Action, back.Want, back.Have = stack.Keep, *before, &live.Live
	case !u.isWritten(want.Spec, live.Service.Spec):
		return u.leave(c, "somebody else has changed it meanwhile")
	case modeOf(before.Spec.Mode) != modeOf(live.Service.Spec.Mode):
		back.Action, back.Want, back.Have = stack.Replace, *before, &live.Live
	default:
		back.Action, back.Want, back.Have = stack.Update, *before, &live.Live
		now, then := stack.Normal(live.Service.Spec), stack.Normal(u.maker.names.resolve(before.Spec))
		if back.Fields = u.fields(now, then); !reflect.DeepEqual(now, then) {
			u.effects(&back, then, u.turnover(live.Service.Spec, then, now))
		}
	}
	return back, true
}

// before is the service as it was, or nil if there was none. What its spec
// refers to it names.
func (u *undoer) before(c stack.Change) *stack.Service {
	if c.Have == nil || c.Have.Service == nil {
		return nil
	}
	s, _ := c.Want.(stack.Service)
	return &stack.Service{Key: c.Key, Spec: byName(c.Have.Service.Spec, u.names), Settings: s.Settings}
}

// object removes a network, config or secret that was created.
func (u *undoer) object(c stack.Change) (stack.Change, bool) {
	live, exists := u.objects[c.Ref]
	switch {
	case c.Action == stack.Create && exists:
		return stack.Change{
			Ref: c.Ref, Key: c.Key, Action: stack.Delete, Reason: "it did not exist before the apply", Have: &live.Live,
		}, true
	case c.Action == stack.Create:
	case c.Action == stack.Replace:
		return u.leave(c, "a network that was made anew stays as it is")
	case c.Action == stack.Delete && !exists:
		return u.leave(c, "what was removed stays removed")
	}
	return stack.Change{}, false
}

func (u *undoer) leave(c stack.Change, why string) (stack.Change, bool) {
	u.out.Warnings = append(u.out.Warnings, stack.Warning{Msg: fmt.Sprintf("%s stays as it is: %s", c.Ref, why)})
	return stack.Change{}, false
}

// Attach is the plan that changes nothing and waits for every service of the
// stack.
func Attach(have stack.Snapshot) stack.Plan {
	p := stack.Plan{Stack: have.Stack, Target: have.Target}
	for _, s := range have.Services {
		if !have.Owned(s.Spec.Labels) {
			continue
		}
		service := stack.Service{Key: s.Spec.Name, Spec: s.Spec}
		p.Changes = append(p.Changes, stack.Change{
			Ref: service.Ref(), Key: s.Spec.Name, Action: stack.Keep, Want: service,
			Have: &stack.Live{ID: s.ID, Version: s.Version, Service: &s},
		})
	}
	return p
}
