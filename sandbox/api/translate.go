package api

import (
	"strconv"
	"strings"
	"time"

	swarmevents "github.com/docker/go-events"
	gogotypes "github.com/gogo/protobuf/types"
	"github.com/moby/moby/api/types/events"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

// watched is what the engine's events are made of.
func watched() []swarmapi.Event {
	return []swarmapi.Event{
		swarmapi.EventCreateService{},
		swarmapi.EventUpdateService{},
		swarmapi.EventDeleteService{},
		swarmapi.EventCreateNode{},
		swarmapi.EventUpdateNode{},
		swarmapi.EventDeleteNode{},
		swarmapi.EventCreateNetwork{},
		swarmapi.EventUpdateNetwork{},
		swarmapi.EventDeleteNetwork{},
		swarmapi.EventCreateSecret{},
		swarmapi.EventUpdateSecret{},
		swarmapi.EventDeleteSecret{},
		swarmapi.EventCreateConfig{},
		swarmapi.EventUpdateConfig{},
		swarmapi.EventDeleteConfig{},
	}
}

// translate makes an engine's event of what happened in the store
// (daemon/events.go, generateClusterEvent).
func translate(e swarmevents.Event) (events.Message, bool) {
	switch e := e.(type) {
	case swarmapi.EventCreateService:
		return made(events.ServiceEventType, e.Service.ID, e.Service.Meta, e.Service.Spec.Annotations.Name), true
	case swarmapi.EventUpdateService:
		return updated(events.ServiceEventType, e.Service.ID, e.Service.Meta, serviceChanges(e.Service, e.OldService)), true
	case swarmapi.EventDeleteService:
		return removed(events.ServiceEventType, e.Service.ID, e.Service.Spec.Annotations.Name), true
	case swarmapi.EventCreateNode:
		return made(events.NodeEventType, e.Node.ID, e.Node.Meta, nodeName(e.Node)), true
	case swarmapi.EventUpdateNode:
		return updated(events.NodeEventType, e.Node.ID, e.Node.Meta, nodeChanges(e.Node, e.OldNode)), true
	case swarmapi.EventDeleteNode:
		return removed(events.NodeEventType, e.Node.ID, nodeName(e.Node)), true
	}
	return translateOther(e)
}

func translateOther(e swarmevents.Event) (events.Message, bool) {
	named := func(name string) map[string]string { return map[string]string{"name": name} }
	switch e := e.(type) {
	case swarmapi.EventCreateNetwork:
		return made(events.NetworkEventType, e.Network.ID, e.Network.Meta, e.Network.Spec.Annotations.Name), true
	case swarmapi.EventUpdateNetwork:
		return updated(events.NetworkEventType, e.Network.ID, e.Network.Meta, named(e.Network.Spec.Annotations.Name)), true
	case swarmapi.EventDeleteNetwork:
		return removed(events.NetworkEventType, e.Network.ID, e.Network.Spec.Annotations.Name), true
	case swarmapi.EventCreateSecret:
		return made(events.SecretEventType, e.Secret.ID, e.Secret.Meta, e.Secret.Spec.Annotations.Name), true
	case swarmapi.EventUpdateSecret:
		return updated(events.SecretEventType, e.Secret.ID, e.Secret.Meta, named(e.Secret.Spec.Annotations.Name)), true
	case swarmapi.EventDeleteSecret:
		return removed(events.SecretEventType, e.Secret.ID, e.Secret.Spec.Annotations.Name), true
	case swarmapi.EventCreateConfig:
		return made(events.ConfigEventType, e.Config.ID, e.Config.Meta, e.Config.Spec.Annotations.Name), true
	case swarmapi.EventUpdateConfig:
		return updated(events.ConfigEventType, e.Config.ID, e.Config.Meta, named(e.Config.Spec.Annotations.Name)), true
	case swarmapi.EventDeleteConfig:
		return removed(events.ConfigEventType, e.Config.ID, e.Config.Spec.Annotations.Name), true
	}
	return events.Message{}, false
}

func made(t events.Type, id string, meta swarmapi.Meta, name string) events.Message {
	return event(t, events.ActionCreate, id, meta.CreatedAt, map[string]string{"name": name})
}

func updated(t events.Type, id string, meta swarmapi.Meta, attributes map[string]string) events.Message {
	return event(t, events.ActionUpdate, id, meta.UpdatedAt, attributes)
}

func removed(t events.Type, id, name string) events.Message {
	return event(t, events.ActionRemove, id, nil, map[string]string{"name": name})
}

func event(t events.Type, action events.Action, id string, at *gogotypes.Timestamp, attributes map[string]string) events.Message {
	when, err := gogotypes.TimestampFromProto(at)
	if at == nil || err != nil {
		when = time.Now()
	}
	return events.Message{
		Type: t, Action: action, Actor: events.Actor{ID: id, Attributes: attributes}, Scope: "swarm",
		Time: when.Unix(), TimeNano: when.UnixNano(),
	}
}

// change is one in an attribute; none if both sides are equal.
func change(attributes map[string]string, what, before, after string) {
	if before != after {
		attributes[what+".old"], attributes[what+".new"] = strings.ToLower(before), strings.ToLower(after)
	}
}

func nodeName(n *swarmapi.Node) string {
	if n.Spec.Annotations.Name != "" || n.Description == nil {
		return n.Spec.Annotations.Name
	}
	return n.Description.Hostname
}

func nodeChanges(n, old *swarmapi.Node) map[string]string {
	attributes := map[string]string{"name": nodeName(n)}
	if old == nil {
		return attributes
	}
	change(attributes, "availability", old.Spec.Availability.String(), n.Spec.Availability.String())
	change(attributes, "role", old.Role.String(), n.Role.String())
	change(attributes, "state", old.Status.State.String(), n.Status.State.String())
	if n.ManagerStatus != nil && old.ManagerStatus != nil {
		change(attributes, "leader", strconv.FormatBool(old.ManagerStatus.Leader), strconv.FormatBool(n.ManagerStatus.Leader))
		change(attributes, "reachability", old.ManagerStatus.Reachability.String(), n.ManagerStatus.Reachability.String())
	}
	return attributes
}

func serviceChanges(s, old *swarmapi.Service) map[string]string {
	attributes := map[string]string{"name": s.Spec.Annotations.Name}
	if old == nil {
		return attributes
	}
	image := func(s *swarmapi.Service) string {
		if c := s.Spec.Task.GetContainer(); c != nil {
			return c.Image
		}
		return ""
	}
	if before, after := image(old), image(s); before != after {
		attributes["image.old"], attributes["image.new"] = before, after
	}
	if r, before := s.Spec.GetReplicated(), old.Spec.GetReplicated(); r != nil && before != nil {
		change(attributes, "replicas", strconv.FormatUint(before.Replicas, 10), strconv.FormatUint(r.Replicas, 10))
	}
	if u := s.UpdateStatus; u != nil {
		if old.UpdateStatus == nil {
			attributes["updatestate.new"] = strings.ToLower(u.State.String())
		} else {
			change(attributes, "updatestate", old.UpdateStatus.State.String(), u.State.String())
		}
	}
	return attributes
}
