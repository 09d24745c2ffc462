package loader

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// mode is the kind of service and how many tasks it has. Replicas not written
// stay nil, which the engine takes as 1.
func mode(o object) swarm.ServiceMode {
	replicas := o.count("deploy.replicas")
	if n := o.count("scale"); n != nil {
		o.agree("scale", "deploy.replicas", replicas == nil || *replicas == *n)
		replicas = n
	}
	kind := o.oneOf("deploy.mode", "replicated", "global", "replicated-job", "global-job")
	if replicas != nil && strings.HasPrefix(kind, "global") {
		o.fail("deploy.replicas", "cannot be combined with mode: "+kind, "a global service runs one task on every node; use mode: replicated to say how many")
	}
	switch kind {
	case "global":
		return swarm.ServiceMode{Global: &swarm.GlobalService{}}
	case "global-job":
		return swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}
	case "replicated-job":
		return swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{MaxConcurrent: replicas, TotalCompletions: replicas}}
	}
	return swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: replicas}}
}

// agree reports two keys that say the same thing differently.
func (o object) agree(path, other string, same bool) {
	if !same {
		o.fail(path, "contradicts "+other, "write only one of them")
	}
}

func updateConfig(o object, path string) *swarm.UpdateConfig {
	if !o.has(path) {
		return nil
	}
	u := o.part(path)
	c := &swarm.UpdateConfig{
		Parallelism:   1,
		Delay:         u.span("delay"),
		FailureAction: swarm.FailureAction(u.oneOf("failure_action", failureActions(path)...)),
		Monitor:       u.span("monitor"),
		Order:         swarm.UpdateOrder(u.oneOf("order", "stop-first", "start-first")),
	}
	if n := u.count("parallelism"); n != nil {
		c.Parallelism = *n
	}
	if ratio := u.text("max_failure_ratio"); ratio != "" {
		f, err := strconv.ParseFloat(ratio, 32)
		if err != nil || !(f >= 0 && f <= 1) {
			u.fail("max_failure_ratio", "must be a number from 0 to 1", "")
		}
		c.MaxFailureRatio = float32(f)
	}
	return c
}

func failureActions(path string) []string {
	if strings.HasSuffix(path, "rollback_config") {
		return []string{"pause", "continue"}
	}
	return []string{"pause", "continue", "rollback"}
}

// restartPolicy prefers deploy.restart_policy to restart. Unlike docker stack
// deploy, restart: "no" means no: sending nothing would restart for ever.
func restartPolicy(o object) *swarm.RestartPolicy {
	if !o.has("deploy.restart_policy") {
		return restart(o)
	}
	if o.has("restart") {
		o.warn("restart", "is ignored: deploy.restart_policy says it", "")
	}
	r := o.part("deploy.restart_policy")
	return &swarm.RestartPolicy{
		Condition:   swarm.RestartPolicyCondition(r.oneOf("condition", "none", "on-failure", "any")),
		Delay:       r.duration("delay"),
		MaxAttempts: r.count("max_attempts"),
		Window:      r.duration("window"),
	}
}

func restart(o object) *swarm.RestartPolicy {
	name, count, limited := strings.Cut(o.text("restart"), ":")
	r := &swarm.RestartPolicy{}
	switch name {
	case "":
		return nil
	case "no":
		r.Condition = swarm.RestartPolicyConditionNone
	case "always", "unless-stopped":
		r.Condition = swarm.RestartPolicyConditionAny
	case "on-failure":
		r.Condition = swarm.RestartPolicyConditionOnFailure
	default:
		o.fail("restart", quoted(o.text("restart"))+" is unknown", "write no, always, unless-stopped, on-failure or on-failure:3")
	}
	if limited {
		n, err := strconv.ParseUint(count, 10, 32)
		if err != nil {
			o.fail("restart", quoted(count)+" is not a number of attempts", "")
		} else if n > 0 {
			r.MaxAttempts = &n
		}
	}
	return r
}

// resources are limits and reservations; the older keys beside deploy mean the
// same.
func resources(o object) *swarm.ResourceRequirements {
	r := &swarm.ResourceRequirements{}
	limit := swarm.Limit{
		NanoCPUs:    either(o, "deploy.resources.limits.cpus", "cpus", object.nanoCPUs),
		MemoryBytes: either(o, "deploy.resources.limits.memory", "mem_limit", object.size),
		Pids:        either(o, "deploy.resources.limits.pids", "pids_limit", object.integer),
	}
	if o.has("deploy.resources.limits") || limit != (swarm.Limit{}) {
		r.Limits = &limit
	}
	memory := either(o, "deploy.resources.reservations.memory", "mem_reservation", object.size)
	if o.has("deploy.resources.reservations") || memory != 0 {
		r.Reservations = &swarm.Resources{
			NanoCPUs:         o.nanoCPUs("deploy.resources.reservations.cpus"),
			MemoryBytes:      memory,
			GenericResources: genericResources(o),
		}
	}
	return r
}

// either is the value of a key under deploy, or of the older key beside it.
func either(o object, path, older string, read func(object, string) int64) int64 {
	value, old := read(o, path), read(o, older)
	if !o.has(older) {
		return value
	}
	o.agree(older, path, !o.has(path) || value == old)
	return old
}

func genericResources(o object) []swarm.GenericResource {
	var out []swarm.GenericResource
	for _, g := range o.parts("deploy.resources.reservations.generic_resources") {
		var r swarm.GenericResource
		if g.has("discrete_resource_spec") {
			r.DiscreteResourceSpec = &swarm.DiscreteGenericResource{
				Kind:  g.text("discrete_resource_spec.kind"),
				Value: g.integer("discrete_resource_spec.value"),
			}
		}
		out = append(out, r)
	}
	return out
}

// nanoCPUs is a number of CPUs in billionths, exactly: a detour over binary
// fractions would turn 0.1 into 0.100000001 (docker/cli opts/opts.go,
// ParseCPUs).
func (o object) nanoCPUs(path string) int64 {
	v := o.get(path)
	if v == nil {
		return 0
	}
	written := scalar(v)
	switch f := v.(type) {
	case float64:
		written = strconv.FormatFloat(f, 'f', -1, 64)
	case float32:
		written = strconv.FormatFloat(float64(f), 'f', -1, 32)
	}
	n, ok := new(big.Rat).SetString(written)
	if !ok {
		o.fail(path, quoted(written)+" is not a number of CPUs", "")
		return 0
	}
	n.Mul(n, big.NewRat(1e9, 1))
	if !n.IsInt() || !n.Num().IsInt64() {
		o.fail(path, quoted(written)+" is more precise than a billionth of a CPU", "")
		return 0
	}
	return n.Num().Int64()
}
