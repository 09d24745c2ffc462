package e2e

import (
	"cmp"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apiswarm "github.com/moby/moby/api/types/swarm"
)

// unequal is a stack in which we deliberately do not make what docker stack
// deploy makes.
type unequal struct {
	why      string // headings of docs/differences.md
	mend     string // an override file with which the rest holds
	restarts bool   // docker stack deploy restarts tasks that stackup has started
}

func unequals() map[string]unequal {
	return map[string]unequal{
		"cli-full-example": {
			why: "Dependencies, Tmpfs, Network mode, Shared memory, Security options; and start_interval as in motowear",
			mend: "services: {foo: {depends_on: !reset [], tmpfs: !reset [], network_mode: !reset host, shm_size: !reset 1, " +
				"security_opt: !reset [], healthcheck: {start_interval: !reset 0s}}}",
		},
		"ocariot": {
			why:  "Dependencies",
			mend: "services: {vault: {depends_on: !reset []}}",
		},
		"lnmp-example-fixed": {
			why:  "Tmpfs, Shared memory, Security options",
			mend: "services: {redis: {tmpfs: !reset [], shm_size: !reset 1, security_opt: !reset []}}",
		},
		"motowear": {
			why:  "start_interval is an error where the engine is older than API 1.44, which drops it without a word",
			mend: withoutStartInterval("dozzle", "grafana", "minio", "nextjs", "nginx", "pgweb", "postgres", "prometheus", "redis", "typesense"),
		},
		"jacs-swarm": {
			why:      "Merging files: docker sorts the mounts",
			restarts: true,
		},
	}
}

func withoutStartInterval(services ...string) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for _, s := range services {
		fmt.Fprintf(&b, "  %s: {healthcheck: {start_interval: !reset 0s}}\n", s)
	}
	return b.String()
}

// TestAdoption takes real stacks from docker stack deploy to stackup and back,
// on a swarm that runs no container.
//
// What docker has deployed is an empty plan. What stackup has deployed keeps its
// tasks when docker deploys it again; except that docker gives configs and
// secrets names without a digest, and points the services that have some at
// those. After that the plan is empty again.
func TestAdoption(t *testing.T) {
	cases := corpus(t)
	drain(t)
	p := newProxy(t)
	held, apart := 0, 0
	for _, c := range cases {
		if t.Run(c.name, func(t *testing.T) { adoption(t, c, p) }) {
			held++
			if unequals()[c.name].why != "" {
				apart++
			}
		}
	}
	fmt.Printf("adoption: %d of %d stacks go from docker stack deploy to stackup and back without a change, %d of them but for a deliberate difference\n",
		held, len(cases), apart)
}

func adoption(t *testing.T, c corpusCase, p *proxy) {
	t.Helper()
	expected := unequals()[c.name]
	ours := c
	if expected.mend != "" {
		ours.files = append(slices.Clone(c.files), "-c", filepath.Join(write(t, "mend.yaml", expected.mend), "mend.yaml"))
	}
	c.prepare(t)
	destroyAfter(t, c.name)

	c.deploy(t)
	ours.planIsEmpty(t, p)
	want(t, 0, c.dir, nil, "destroy", c.name, "-y")

	want(t, 0, c.dir, c.environ, append([]string{"apply", c.name, "--detach", "-y", "--allow", "unschedulable"}, ours.files...)...)
	before := tasks(t, c.name)
	c.deploy(t)
	diff := gocmp.Diff(before, tasks(t, c.name), cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}))
	switch {
	case diff != "" && !expected.restarts:
		t.Errorf("docker stack deploy restarts tasks that stackup has started (-before +after):\n%s", diff)
	case diff == "" && expected.restarts:
		t.Errorf("docker stack deploy restarts nothing, but is listed to: %s", expected.why)
	}
	ours.planIsEmpty(t, p)
}

// planIsEmpty demands that there is nothing to do, and that finding this out
// writes nothing.
func (c corpusCase) planIsEmpty(t *testing.T, p *proxy) {
	t.Helper()
	writes, comparisons := p.writes.Load(), p.comparisons.Load()
	args := append([]string{"plan", c.name, "--detailed-exitcode"}, c.files...)
	r := runWith(t, c.dir, append(slices.Clone(c.environ), "DOCKER_HOST="+p.host), args...)
	if r.code != 0 {
		t.Errorf("plan: exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if n := p.writes.Load() - writes; n > 0 {
		t.Errorf("a plan has sent %d writes", n)
	}
	if n := int(p.comparisons.Load() - comparisons); n > c.secrets {
		t.Errorf("a plan has compared %d secrets of %d", n, c.secrets)
	}
}

// spec is the part of a service whose change makes the engine restart tasks
// (swarmkit manager/orchestrator/task.go, IsTaskDirty).
type spec struct {
	Task     apiswarm.TaskSpec
	Endpoint *apiswarm.EndpointSpec
}

// tasks is that part of each service of a stack, its configs and secrets under
// the names that docker gives them.
func tasks(t *testing.T, stack string) map[string]spec {
	t.Helper()
	out := map[string]spec{}
	for name, s := range services(t, stack) {
		c := s.Spec.TaskTemplate.ContainerSpec
		for _, r := range c.Configs {
			r.ConfigName, r.ConfigID = withoutDigest(r.ConfigName), ""
		}
		for _, r := range c.Secrets {
			r.SecretName, r.SecretID = withoutDigest(r.SecretName), ""
		}
		if c.Privileges != nil && c.Privileges.CredentialSpec != nil {
			c.Privileges.CredentialSpec.Config = ""
		}
		// Docker's order of one config at two targets is random, and so is that of
		// ports for which the swarm is to choose a number.
		slices.SortFunc(c.Configs, func(a, b *apiswarm.ConfigReference) int {
			return cmp.Or(cmp.Compare(a.ConfigName, b.ConfigName), cmp.Compare(a.File.Name, b.File.Name))
		})
		slices.SortFunc(s.Spec.EndpointSpec.Ports, apiswarm.PortConfig.Compare)
		out[name] = spec{s.Spec.TaskTemplate, s.Spec.EndpointSpec}
	}
	return out
}

func withoutDigest(name string) string {
	return regexp.MustCompile(`-[0-9a-f]{10}$`).ReplaceAllString(name, "")
}
