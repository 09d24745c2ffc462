package planner

import (
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// TestNodeMatches reads placement constraints as the engine does: keys and
// values without regard to case, a missing label like an empty one.
func TestNodeMatches(t *testing.T) {
	node := swarm.Node{
		ID: "n1", Status: swarm.NodeStatus{Addr: "10.1.2.3"},
		Spec: swarm.NodeSpec{Role: swarm.NodeRoleWorker, Annotations: swarm.Annotations{Labels: map[string]string{"zone": "A"}}},
		Description: swarm.NodeDescription{
			Hostname: "one", Platform: swarm.Platform{OS: "linux", Architecture: "x86_64"},
			Engine: swarm.EngineDescription{Labels: map[string]string{"storage": "ssd"}},
		},
	}
	for constraint, want := range map[string]bool{
		"node.id == n1":                    true,
		"node.id!=n1":                      false,
		"node.hostname==ONE":               true,
		"NODE.ROLE == worker":              true,
		"node.role == manager":             false,
		"node.platform.os == linux":        true,
		"node.platform.arch == amd64":      false,
		"node.platform.arch == x86_64":     true,
		"node.labels.zone == a":            true,
		"node.labels.Zone == a":            false,
		"node.labels.rack != 7":            true,
		"engine.labels.storage == ssd":     true,
		"engine.labels.storage != ssd":     false,
		"node.ip == 10.1.2.3":              true,
		"node.ip == 10.1.0.0/16":           true,
		"node.ip != 10.1.0.0/16":           false,
		"node.ip == nonsense":              false,
		"node.colour == red":               false,
		"node.colour != red":               false,
		"node.role is worker":              false,
		"node.labels.zone == a , b":        false,
		" node.labels.zone  ==  A ":        true,
		"engine.labels.missing == ":        true,
		"node.labels.zone!=B":              true,
		"node.labels.zone == B":            false,
		"node.hostname != two":             true,
		"node.platform.os != windows":      true,
		"node.ip != 2001:db8::/32":         true,
		"engine.labels.Storage == ssd":     false,
		"Engine.Labels.storage == SSD":     true,
		"node.labels.zone == {{.Zone}}":    false,
		"node.id == n2":                    false,
		"node.hostname == o.e":             false,
		"node.role != manager":             true,
		"node.platform.arch != s390x":      true,
		"engine.labels.operating == linux": false,
	} {
		if got := nodeMatches([]string{constraint}, node); got != want {
			t.Errorf("%q: %v, want %v", constraint, got, want)
		}
	}
	if nodeMatches([]string{"node.id == n1", "node.role == manager"}, node) {
		t.Error("every constraint has to be met")
	}
}

// TestMask hides what may be a credential, gives equal values equal numbers,
// and leaves the rest readable.
func TestMask(t *testing.T) {
	m := newMask()
	for _, c := range []struct{ path, value, want string }{
		{"environment.DB_PASSWORD", "canary-1", "(sensitive #1)"},
		{"environment.APP_TOKEN", "canary-2", "(sensitive #2)"},
		{"environment.REPLICA_PASSWORD", "canary-1", "(sensitive #1)"},
		{"environment.DB_PASSWORD_FILE", "/run/secrets/db", "/run/secrets/db"},
		{"environment.LOG_LEVEL", "debug", "debug"},
		{"environment.DB_URL", "postgres://app:canary-3@db:5432/app", "postgres://app:(sensitive #3)@db:5432/app"},
		{"command", "serve --password=canary-3 --port 80", "serve --password=(sensitive #3) --port 80"},
		{"deploy.labels.traefik.http.middlewares.a.basicauth.users", "canary-4", "(sensitive #4)"},
		{"logging.options.splunk-token", "canary-5", "(sensitive #5)"},
		{"secrets.token", "shop_token-0123456789", "shop_token-0123456789"},
		{"deploy.replicas", "2", "2"},
		{"environment.API_KEY", "", ""},
	} {
		got := m.hide(c.path, c.value)
		if got != c.want {
			t.Errorf("%s = %q shows as %q, want %q", c.path, c.value, got, c.want)
		}
		if strings.Contains(got, "canary") {
			t.Errorf("%s shows the canary", c.path)
		}
	}
}

// TestTooOld refuses what an old engine would drop without a word, every key of
// it, and lets the same service pass on an engine that knows them all.
func TestTooOld(t *testing.T) {
	swap := int64(1 << 30)
	spec := swarm.ServiceSpec{
		Mode: swarm.ServiceMode{GlobalJob: &swarm.GlobalJob{}},
		TaskTemplate: swarm.TaskSpec{
			Placement: &swarm.Placement{MaxReplicas: 1},
			Resources: &swarm.ResourceRequirements{Limits: &swarm.Limit{Pids: 5}, SwapBytes: &swap, MemorySwappiness: &swap},
			ContainerSpec: &swarm.ContainerSpec{
				Sysctls: map[string]string{"a": "b"}, CapabilityAdd: []string{"a"}, CapabilityDrop: []string{"b"},
				Ulimits: []*container.Ulimit{{Name: "core"}}, OomScoreAdj: 5,
				Healthcheck: &container.HealthConfig{StartInterval: 1},
				Privileges:  &swarm.Privileges{NoNewPrivileges: true, CredentialSpec: &swarm.CredentialSpec{Config: "c"}},
				Mounts:      []mount.Mount{{TmpfsOptions: &mount.TmpfsOptions{Options: [][]string{{"noexec"}}}}},
			},
		},
	}
	s := stack.Service{Key: "web", Spec: spec}
	for version, refused := range map[string]int{"1.39": 14, "1.40": 11, "1.41": 6, "1.44": 4, "1.46": 2, "1.52": 0, "1.9": 14, "": 0} {
		got := 0
		if err := tooOld(s, version); err != nil {
			got = strings.Count(err.Error(), "needs API version")
		}
		if got != refused {
			t.Errorf("API %q: %d keys refused, want %d", version, got, refused)
		}
	}
	want := `service "web": oom_score_adj needs API version 1.46, the engine has 1.44`
	if err := tooOld(s, "1.44"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTooBig refuses a spec that no manager would pass on.
func TestTooBig(t *testing.T) {
	long := func(n int) stack.Service {
		return stack.Service{Key: "web", Spec: swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{
			Env: []string{"A=" + strings.Repeat("x", n)},
		}}}}
	}
	if err := tooBig(long(1 << 20)); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	if err := tooBig(long(2 << 20)); err == nil || !strings.Contains(err.Error(), `service "web": its spec has 20`) {
		t.Errorf("2 MiB: %v", err)
	}
}

// TestOrderNamesCycles refuses changes that wait for each other.
func TestOrderNamesCycles(t *testing.T) {
	service := func(key string, after ...string) stack.Change {
		c := stack.Change{Key: key, Ref: stack.Ref{Kind: stack.KindService, Name: key}}
		for _, a := range after {
			c.After = append(c.After, stack.Gate{Ref: stack.Ref{Kind: stack.KindService, Name: a}})
		}
		return c
	}
	_, err := order([]stack.Change{service("a"), service("b", "d"), service("c", "b"), service("d", "c")})
	if err == nil || err.Error() != `service "b" waits for itself: b -> d -> c -> b` {
		t.Errorf("got %v", err)
	}
}
