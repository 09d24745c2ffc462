package loader

import (
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
	concurrent := o.count(extension + ".job.max_concurrent")
	if concurrent != nil && kind != "replicated-job" {
		o.fail(extension+".job.max_concurrent", "is for services with deploy.mode: replicated-job", "")
	}
	switch kind {
	case "global":
		return swarm.ServiceMode{Global: &swarm.GlobalService{}}
	case "global-job":
		return swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}}
	case "replicated-job":
		job := &swarm.ReplicatedJob{MaxConcurrent: replicas, TotalCompletions: replicas}
		if concurrent != nil {
			job.MaxConcurrent = concurrent
		}
		return swarm.ServiceMode{ReplicatedJob: job}
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

// platforms is what platform: says, os/architecture or either of them. The
// scheduler compares both with what a node says of itself, and knows no
// variants (swarmkit manager/scheduler/filter.go, PlatformFilter).
func platforms(o object) []swarm.Platform {
	written := o.text("platform")
	if written == "" {
		return nil
	}
	os, rest, ok := strings.Cut(strings.ToLower(written), "/")
	if !ok && os != "linux" && os != "windows" && os != "freebsd" && os != "darwin" {
		os, rest = "", os
	}
	arch, variant, _ := strings.Cut(rest, "/")
	switch {
	case strings.HasPrefix(arch, "arm") && arch != "arm64": // nodes say armv7l
		o.warn("platform", "only chooses the operating system: swarm cannot tell 32-bit ARM variants apart", "constrain node.platform.arch under deploy.placement.constraints")
		arch = ""
	case variant != "" && arch+"/"+variant != "arm64/v8":
		o.warn("platform", "does not choose the variant "+quoted(variant)+": swarm knows none", "")
	}
	return []swarm.Platform{{OS: os, Architecture: arch}}
}
