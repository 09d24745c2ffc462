package loader

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/shlex"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/swarm"
)

func (c *converter) container(o object) *swarm.ContainerSpec {
	capAdd, capDrop := capabilities(o.texts("cap_add"), o.texts("cap_drop"))
	spec := &swarm.ContainerSpec{
		Image:           image(o),
		Labels:          c.containerLabels(o),
		Command:         command(o, "entrypoint"),
		Args:            command(o, "command"),
		Hostname:        o.text("hostname"),
		Env:             c.environment(o),
		Dir:             o.text("working_dir"),
		User:            o.text("user"),
		Groups:          o.texts("group_add"),
		StopSignal:      o.text("stop_signal"),
		TTY:             o.flag("tty"),
		OpenStdin:       o.flag("stdin_open"),
		ReadOnly:        o.flag("read_only"),
		Mounts:          c.mounts(o),
		StopGracePeriod: o.duration("stop_grace_period"),
		Healthcheck:     healthcheck(o),
		Hosts:           hosts(o),
		DNSConfig:       dns(o),
		Secrets:         c.secretRefs(o),
		Configs:         c.configRefs(o),
		Isolation:       container.Isolation(o.text("isolation")),
		Sysctls:         o.table("sysctls"),
		CapabilityAdd:   capAdd,
		CapabilityDrop:  capDrop,
		Ulimits:         ulimits(o),
		OomScoreAdj:     o.integer("oom_score_adj"),
		Privileges:      c.privileges(o),
	}
	if o.has("init") {
		init := o.flag("init")
		spec.Init = &init
	}
	return spec
}

// command splits a command written as one text into words, without a shell.
func command(o object, path string) []string {
	text, ok := o.get(path).(string)
	if !ok {
		return o.texts(path)
	}
	words, err := shlex.Split(text)
	if err != nil {
		o.fail(path, "cannot be split into words: "+err.Error(), "write it as a list")
	}
	return words
}

// healthcheck leaves at zero what is not written, which means "as the image
// says". A disabled check wins over a test, which an override may have left.
func healthcheck(o object) *container.HealthConfig {
	if !o.has("healthcheck") {
		return nil
	}
	h := o.part("healthcheck")
	if h.flag("disable") {
		return &container.HealthConfig{Test: []string{"NONE"}}
	}
	test := h.texts("test")
	if text, ok := h.get("test").(string); ok {
		test = []string{"CMD-SHELL", text}
	} else if len(test) > 0 && !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, test[0]) {
		h.warn("test", "will never run: the engine wants it to begin with CMD, CMD-SHELL or NONE", "write it as one text, or put CMD before it")
	}
	return &container.HealthConfig{
		Test:          test,
		Interval:      h.span("interval"),
		Timeout:       h.span("timeout"),
		StartPeriod:   h.span("start_period"),
		StartInterval: h.span("start_interval"),
		Retries:       int(orZero(h.count("retries"))),
	}
}

// hosts are lines of /etc/hosts: the address first. A list keeps its order, a
// mapping is sorted.
func hosts(o object) []string {
	var pairs []string
	switch v := o.get("extra_hosts").(type) {
	case []any:
		pairs = o.texts("extra_hosts")
	case map[string]any:
		for name, ips := range v {
			for _, ip := range (object{data: map[string]any{"ip": ips}}).texts("ip") {
				pairs = append(pairs, name+"="+ip)
			}
		}
		slices.Sort(pairs)
	}
	var out []string
	for _, p := range pairs {
		i := strings.IndexByte(p, '=')
		if i < 0 {
			i = strings.IndexByte(p, ':')
		}
		if i < 0 {
			o.warn("extra_hosts", "entry "+quoted(p)+" is ignored: it has no address", "write name=address")
			continue
		}
		ip := p[i+1:]
		if len(ip) > 2 && ip[0] == '[' && ip[len(ip)-1] == ']' {
			ip = ip[1 : len(ip)-1]
		}
		out = append(out, ip+" "+p[:i])
	}
	return out
}

func dns(o object) *swarm.DNSConfig {
	d := swarm.DNSConfig{Search: o.texts("dns_search"), Options: o.texts("dns_opt")}
	for _, s := range o.texts("dns") {
		ip, err := netip.ParseAddr(s)
		if err != nil {
			o.fail("dns", quoted(s)+" is not an IP address", "")
		}
		d.Nameservers = append(d.Nameservers, ip)
	}
	if !o.has("dns") && !o.has("dns_search") && !o.has("dns_opt") {
		return nil
	}
	return &d
}

// capabilities brings them into docker's form: upper case with CAP_, ALL
// swallowing the rest, what is added not dropped (docker/cli
// opts/capabilities.go, EffectiveCapAddCapDrop).
func capabilities(add, drop []string) (added, dropped []string) {
	a, d := capabilitySet(add), capabilitySet(drop)
	maps.DeleteFunc(d, func(name string, _ bool) bool { return a[name] })
	return slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(d))
}

func capabilitySet(names []string) map[string]bool {
	set := map[string]bool{}
	for _, n := range names {
		n = strings.ToUpper(strings.TrimSpace(n))
		if n == "RESET" { // means something to docker service update only
			continue
		}
		if n != "ALL" && !strings.HasPrefix(n, "CAP_") {
			n = "CAP_" + n
		}
		set[n] = true
	}
	if set["ALL"] {
		return map[string]bool{"ALL": true}
	}
	return set
}

// ulimits are sorted by name. A single number is both limits.
func ulimits(o object) []*container.Ulimit {
	var out []*container.Ulimit
	for _, name := range o.names("ulimits") {
		u := o.part("ulimits")
		l := &container.Ulimit{Name: name}
		if _, both := u.get(name).(map[string]any); both {
			l.Soft, l.Hard = u.integer(name+".soft"), u.integer(name+".hard")
		} else {
			l.Soft = u.integer(name)
			l.Hard = l.Soft
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b *container.Ulimit) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
