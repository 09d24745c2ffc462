package loader

import (
	"math/big"
	"strconv"

	"github.com/moby/moby/api/types/swarm"
)

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
	r.SwapBytes = swap(o, limit.MemoryBytes)
	if n := o.integer("mem_swappiness"); o.has("mem_swappiness") && n != -1 { // -1 is the node's own
		if n < 0 || n > 100 {
			o.fail("mem_swappiness", "must be from 0 to 100", "")
		}
		r.MemorySwappiness = &n
	}
	return r
}

// swap is how much swap there is, -1 for as much as the node has. memswap_limit
// counts memory and swap together; 0 means nothing said, which to the engine is
// as much swap as memory.
func swap(o object, memory int64) *int64 {
	n := int64(-1)
	if o.text("memswap_limit") != "-1" {
		n = o.size("memswap_limit")
	}
	switch {
	case n == 0:
		return nil
	case memory == 0:
		o.fail("memswap_limit", "needs a memory limit", "write mem_limit, or deploy.resources.limits.memory")
	case n > 0 && n < memory:
		o.fail("memswap_limit", "must not be less than the memory limit: it counts memory and swap together", "")
	case n > 0:
		n -= memory
	}
	return &n
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
