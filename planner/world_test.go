package planner_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

// world is a swarm as far as a planner sees it. Applying a plan to it changes
// it as the engine would: IDs for names, and the engine's normalisations
// (moby daemon/cluster/convert).
type world struct {
	stack.Snapshot
	secrets map[string]string // by name: what a secret holds
	next    int
	applied stack.Plan // the last one
}

func newWorld() *world {
	node := swarm.Node{ID: "node1", Description: swarm.NodeDescription{Hostname: "one"}, Spec: swarm.NodeSpec{
		Role: swarm.NodeRoleManager, Annotations: swarm.Annotations{Labels: map[string]string{"disk": "ssd"}},
	}}
	return &world{
		Snapshot: stack.Snapshot{Stack: "shop", Target: stack.Target{Host: "unix:///test.sock", APIVersion: "1.56"}, Nodes: []swarm.Node{node}},
		secrets:  map[string]string{},
	}
}

func (w *world) id(prefix string) string {
	w.next++
	return fmt.Sprintf("%s%d", prefix, w.next)
}

func (w *world) version() swarm.Version {
	w.next++
	return swarm.Version{Index: uint64(w.next)}
}

// seenBy is the snapshot that an observer gets who wants this stack.
func (w *world) seenBy(want stack.Stack) stack.Snapshot {
	s := w.Snapshot
	s.SameSecret = map[string]stack.Verdict{}
	for _, secret := range want.Secrets {
		for _, name := range []string{secret.Base, secret.Spec.Name} {
			if data, ok := w.secrets[name]; ok {
				s.SameSecret[name] = stack.Different
				if data == string([]byte(secret.Data)) {
					s.SameSecret[name] = stack.Same
				}
			}
		}
	}
	return s
}

// record keeps a revision of what was applied last.
func (w *world) record(want stack.Stack) {
	applied := planner.Applied(w.applied, w.Snapshot)
	r := stack.Revision{Entry: planner.Entry(w.applied, applied), Stack: applied, Past: w.Last.Kept(planner.Revisions(want))}
	r.Number = 1
	if w.Last != nil {
		r.Number = w.Last.Number + 1
	}
	w.Last = &r
}

// apply carries out a plan, in its order.
func (w *world) apply(tb testing.TB, p stack.Plan) {
	tb.Helper()
	w.applied = p
	for _, c := range p.Changes {
		if c.Action == stack.Replace {
			w.remove(c)
		}
	}
	for _, c := range p.Changes {
		switch c.Action {
		case stack.Create, stack.Replace:
			w.create(tb, c.Want)
		case stack.Update, stack.Scale, stack.Run, stack.Adopt:
			w.update(tb, c)
		case stack.Delete:
			w.remove(c)
		case stack.Keep:
		}
	}
}

func (w *world) create(tb testing.TB, o stack.Object) {
	tb.Helper()
	switch o := o.(type) {
	case stack.Network:
		n := network.Summary{Network: network.Network{
			ID: w.id("net"), Name: o.Spec.Name, Scope: "swarm", Driver: cmp.Or(o.Spec.Driver, "overlay"),
			Labels: o.Spec.Labels, Options: o.Spec.Options, Internal: o.Spec.Internal, Attachable: o.Spec.Attachable,
		}}
		if o.Spec.IPAM != nil {
			n.IPAM = *o.Spec.IPAM
		}
		w.Networks = append(w.Networks, n)
	case stack.Config:
		w.Configs = append(w.Configs, swarm.Config{ID: w.id("config"), Meta: swarm.Meta{Version: w.version()}, Spec: o.Spec})
	case stack.Secret:
		w.Secrets = append(w.Secrets, swarm.Secret{ID: w.id("secret"), Meta: swarm.Meta{Version: w.version()}, Spec: o.Spec})
		w.secrets[o.Spec.Name] = string([]byte(o.Data))
	case stack.Service:
		s := swarm.Service{ID: w.id("service"), Meta: swarm.Meta{Version: w.version()}, Spec: w.stored(tb, o.Spec)}
		w.Services = append(w.Services, s)
		w.schedule(s)
	}
}

func (w *world) update(tb testing.TB, c stack.Change) {
	tb.Helper()
	i := slices.IndexFunc(w.Services, func(s swarm.Service) bool { return s.ID == c.Have.ID })
	previous := w.Services[i].Spec
	w.Services[i].PreviousSpec = &previous
	w.Services[i].Spec = w.stored(tb, c.Want.(stack.Service).Spec)
	w.Services[i].Version = w.version()
	w.schedule(w.Services[i])
}

func (w *world) remove(c stack.Change) {
	id := c.Have.ID
	w.Services = slices.DeleteFunc(w.Services, func(s swarm.Service) bool { return s.ID == id })
	w.Networks = slices.DeleteFunc(w.Networks, func(n network.Summary) bool { return n.ID == id })
	w.Configs = slices.DeleteFunc(w.Configs, func(c swarm.Config) bool { return c.ID == id })
	w.Secrets = slices.DeleteFunc(w.Secrets, func(s swarm.Secret) bool { return s.ID == id })
	w.Tasks = slices.DeleteFunc(w.Tasks, func(t swarm.Task) bool { return t.ServiceID == id })
}

// schedule gives a service the tasks it wants, all on the one node.
func (w *world) schedule(s swarm.Service) {
	w.Tasks = slices.DeleteFunc(w.Tasks, func(t swarm.Task) bool { return t.ServiceID == s.ID })
	n := uint64(1)
	if r := s.Spec.Mode.Replicated; r != nil && r.Replicas != nil {
		n = *r.Replicas
	}
	for i := range n {
		w.Tasks = append(w.Tasks, swarm.Task{
			ID: w.id("task"), ServiceID: s.ID, Slot: int(i) + 1, NodeID: "node1", Spec: s.Spec.TaskTemplate, DesiredState: swarm.TaskStateRunning,
			Status: swarm.TaskStatus{State: swarm.TaskStateRunning},
		})
	}
}

// stored is a spec as the engine shows it after it was sent.
func (w *world) stored(tb testing.TB, s swarm.ServiceSpec) swarm.ServiceSpec {
	tb.Helper()
	if s.Labels == nil {
		s.Labels = map[string]string{}
	}
	s.TaskTemplate.Runtime = swarm.RuntimeContainer
	nets := slices.Clone(s.TaskTemplate.Networks)
	for i, n := range nets {
		nets[i].Target = w.mustFind(tb, stack.Ref{Kind: stack.KindNetwork, Name: n.Target})
	}
	s.TaskTemplate.Networks = nets
	if r := s.TaskTemplate.RestartPolicy; r != nil {
		n := *r
		n.Condition = cmp.Or(n.Condition, swarm.RestartPolicyConditionAny)
		if n.MaxAttempts == nil {
			n.MaxAttempts = new(uint64)
		}
		s.TaskTemplate.RestartPolicy = &n
	}
	if c := s.TaskTemplate.ContainerSpec; c != nil {
		s.TaskTemplate.ContainerSpec = w.storedContainer(tb, *c)
	}
	if s.EndpointSpec != nil {
		e := swarm.EndpointSpec{Mode: cmp.Or(s.EndpointSpec.Mode, swarm.ResolutionModeVIP)}
		for _, p := range s.EndpointSpec.Ports {
			p.Protocol = cmp.Or(p.Protocol, network.TCP)
			p.PublishMode = cmp.Or(p.PublishMode, swarm.PortConfigPublishModeIngress)
			e.Ports = append(e.Ports, p)
		}
		s.EndpointSpec = &e
	}
	if s.Mode == (swarm.ServiceMode{}) || s.Mode.Replicated != nil && s.Mode.Replicated.Replicas == nil {
		one := uint64(1)
		s.Mode = swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &one}}
	}
	s.UpdateConfig, s.RollbackConfig = storedUpdate(s.UpdateConfig), storedUpdate(s.RollbackConfig)
	return s
}

func storedUpdate(u *swarm.UpdateConfig) *swarm.UpdateConfig {
	if u == nil {
		return nil
	}
	n := *u
	n.FailureAction = cmp.Or(n.FailureAction, swarm.UpdateFailureActionPause)
	n.Order = cmp.Or(n.Order, swarm.UpdateOrderStopFirst)
	return &n
}

func (w *world) storedContainer(tb testing.TB, c swarm.ContainerSpec) *swarm.ContainerSpec {
	tb.Helper()
	c.Isolation = cmp.Or(c.Isolation, container.IsolationDefault)
	if len(c.Labels) == 0 {
		c.Labels = nil
	}
	c.Mounts = slices.Clone(c.Mounts)
	for i, m := range c.Mounts {
		m.Type, m.Consistency = cmp.Or(m.Type, mount.TypeBind), ""
		if b := m.BindOptions; b != nil {
			m.BindOptions = &mount.BindOptions{Propagation: b.Propagation, NonRecursive: b.NonRecursive}
			if *m.BindOptions == (mount.BindOptions{}) {
				m.BindOptions = nil
			}
		}
		c.Mounts[i] = m
	}
	configs, secrets := c.Configs, c.Secrets
	c.Configs, c.Secrets = nil, nil
	for _, r := range configs {
		n := *r
		n.ConfigID = cmp.Or(n.ConfigID, w.mustFind(tb, stack.Ref{Kind: stack.KindConfig, Name: n.ConfigName}))
		c.Configs = append(c.Configs, &n)
	}
	for _, r := range secrets {
		n := *r
		n.SecretID = cmp.Or(n.SecretID, w.mustFind(tb, stack.Ref{Kind: stack.KindSecret, Name: n.SecretName}))
		c.Secrets = append(c.Secrets, &n)
	}
	return &c
}

// mustFind is the ID of an object that has to exist; an ID stands for itself.
func (w *world) mustFind(tb testing.TB, ref stack.Ref) string {
	tb.Helper()
	for _, n := range w.Networks {
		if ref.Kind == stack.KindNetwork && (n.Name == ref.Name || n.ID == ref.Name) {
			return n.ID
		}
	}
	for _, c := range w.Configs {
		if ref.Kind == stack.KindConfig && c.Spec.Name == ref.Name {
			return c.ID
		}
	}
	for _, s := range w.Secrets {
		if ref.Kind == stack.KindSecret && s.Spec.Name == ref.Name {
			return s.ID
		}
	}
	tb.Fatalf("%s is referred to before it exists", ref)
	return ""
}

// listing is a plan as the cases show it: a line for each change, its fields
// below, and what it waits for.
func listing(p stack.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		fmt.Fprintf(&b, "%s %s", c.Action, c.Ref)
		if c.Reason != "" {
			fmt.Fprintf(&b, ": %s", c.Reason)
		}
		if c.Effect != stack.NoEffect {
			fmt.Fprintf(&b, " [%s]", c.Effect)
		}
		if c.Impact != "" {
			fmt.Fprintf(&b, " => %s", c.Impact)
		}
		b.WriteByte('\n')
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "    %s: %s -> %s [%s]\n", f.Path, cmp.Or(f.Old, "(none)"), cmp.Or(f.New, "(none)"), f.Effect)
		}
		if c.Action == stack.Keep {
			continue
		}
		for _, g := range c.After {
			fmt.Fprintf(&b, "    after %s %s\n", g.Ref, g.Condition)
		}
		for line := range strings.Lines(c.Diff) {
			fmt.Fprintf(&b, "    | %s", line)
		}
		for _, h := range c.Hazards {
			fmt.Fprintf(&b, "    hazard %s\n", h)
		}
	}
	for _, d := range p.Drift {
		fmt.Fprintf(&b, "drift since %d: %s %s\n", p.Since.Number, d.Ref, d.What)
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "    %s: %s -> %s\n", f.Path, cmp.Or(f.Old, "(none)"), cmp.Or(f.New, "(none)"))
		}
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}
