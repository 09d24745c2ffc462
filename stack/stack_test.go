package stack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// TestSensitiveIsNeverShown tries every way to print a secret's bytes.
func TestSensitiveIsNeverShown(t *testing.T) {
	canary := stack.Sensitive("canary")
	s := stack.Secret{Data: canary}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	forms := []string{string(text), fmt.Sprint(any(canary)), fmt.Sprint(&s)}
	for _, verb := range "vsqxXdboUc" {
		forms = append(forms, fmt.Sprintf("%"+string(verb), canary), fmt.Sprintf("%+"+string(verb), s), fmt.Sprintf("%#"+string(verb), s))
	}
	for _, form := range forms {
		if strings.Contains(form, "canary") || strings.Contains(strings.ToLower(form), "63616e617279") || strings.Contains(form, "99 97 110") {
			t.Errorf("shown: %s", form)
		}
	}
}

// TestContentNameFits cuts the logical part of a name, never the digest.
func TestContentNameFits(t *testing.T) {
	const digest = "0123456789"
	for _, key := range []string{"a", strings.Repeat("k", 49), strings.Repeat("k", 50), strings.Repeat("k", 300), strings.Repeat("k-", 40)} {
		name := stack.ContentName("shop", key, digest)
		if len(name) > stack.MaxConfigName || !strings.HasSuffix(name, "-"+digest) || !strings.HasPrefix(name, "shop_k") && key != "a" || strings.Contains(name, "--") {
			t.Errorf("%d characters of key: %q (%d)", len(key), name, len(name))
		}
	}
	if got := stack.ContentName("shop", "page", digest); got != "shop_page-0123456789" {
		t.Errorf("got %q", got)
	}
}

// TestPositionsAt finds the nearest place that is known.
func TestPositionsAt(t *testing.T) {
	p := stack.Positions{"": {File: "c.yaml", Line: 2}, "deploy": {File: "c.yaml", Line: 5}, "deploy.replicas": {File: "o.yaml", Line: 3}}
	for path, want := range map[string]string{
		"deploy.replicas": "o.yaml:3", "deploy.resources.limits": "c.yaml:5", "image": "c.yaml:2", "": "c.yaml:2",
	} {
		if got := p.At(path).String(); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
	if got := stack.Positions(nil).At("image").String(); got != "" {
		t.Errorf("no positions: %q", got)
	}
}

// TestErrorIsOneLine puts the place first and the cause last.
func TestErrorIsOneLine(t *testing.T) {
	err := &stack.Error{Pos: stack.Position{File: "c.yaml", Line: 3}, Msg: `service "web"`, Hint: "try", Err: stack.ErrInvalid}
	if err.Error() != `c.yaml:3: service "web": refused by the engine` || !errors.Is(err, stack.ErrInvalid) {
		t.Errorf("got %q", err)
	}
	quoted := &stack.Error{Msg: "a\r\nb", Err: errors.New("c\rd\ne")}
	if got := quoted.Error(); got != "a b: c d e" {
		t.Errorf("got %q", got)
	}
}

// TestNormal says which specs mean the same to the engine, and which do not.
func TestNormal(t *testing.T) {
	second, five, ten := time.Second, 5*time.Second, 10*time.Second
	one, two := uint64(1), uint64(2)
	container1 := func(c swarm.ContainerSpec) swarm.ServiceSpec {
		return swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{ContainerSpec: &c}}
	}
	task := func(t swarm.TaskSpec) swarm.ServiceSpec { return swarm.ServiceSpec{TaskTemplate: t} }
	replicas := func(n *uint64) swarm.ServiceSpec {
		return swarm.ServiceSpec{Mode: swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: n}}}
	}
	mounts := func(m mount.Mount) swarm.ServiceSpec {
		return container1(swarm.ContainerSpec{Mounts: []mount.Mount{m}})
	}
	for name, c := range map[string]struct {
		a, b swarm.ServiceSpec
		same bool
	}{
		"no mode is one replica":            {swarm.ServiceSpec{}, replicas(&one), true},
		"no number of replicas is one":      {replicas(nil), replicas(&one), true},
		"two replicas are not one":          {replicas(&two), replicas(nil), false},
		"grace defaults to 10 s":            {container1(swarm.ContainerSpec{}), container1(swarm.ContainerSpec{StopGracePeriod: &ten}), true},
		"another grace is another spec":     {container1(swarm.ContainerSpec{}), container1(swarm.ContainerSpec{StopGracePeriod: &second}), false},
		"the order of variables is nothing": {container1(swarm.ContainerSpec{Env: []string{"A=1", "B=2"}}), container1(swarm.ContainerSpec{Env: []string{"B=2", "A=1"}}), true},
		"the order of arguments counts":     {container1(swarm.ContainerSpec{Args: []string{"a", "b"}}), container1(swarm.ContainerSpec{Args: []string{"b", "a"}}), false},
		"isolation is default":              {container1(swarm.ContainerSpec{}), container1(swarm.ContainerSpec{Isolation: container.IsolationDefault}), true},
		"init unset is not init off":        {container1(swarm.ContainerSpec{}), container1(swarm.ContainerSpec{Init: new(bool)}), false},
		"no health check is an empty one":   {container1(swarm.ContainerSpec{}), container1(swarm.ContainerSpec{Healthcheck: &container.HealthConfig{}}), true},
		"restart defaults to any, 5 s":      {task(swarm.TaskSpec{}), task(swarm.TaskSpec{RestartPolicy: &swarm.RestartPolicy{Condition: "any", Delay: &five}}), true},
		"restart none is not the default":   {task(swarm.TaskSpec{}), task(swarm.TaskSpec{RestartPolicy: &swarm.RestartPolicy{Condition: "none"}}), false},
		"no resources are empty ones":       {task(swarm.TaskSpec{}), task(swarm.TaskSpec{Resources: &swarm.ResourceRequirements{Limits: &swarm.Limit{}}}), true},
		"a forced update is no change":      {task(swarm.TaskSpec{}), task(swarm.TaskSpec{ForceUpdate: 7}), true},
		"update monitors for 5 s":           {swarm.ServiceSpec{}, swarm.ServiceSpec{UpdateConfig: &swarm.UpdateConfig{Parallelism: 1, Monitor: five}}, true},
		"all at once is not one at a time":  {swarm.ServiceSpec{}, swarm.ServiceSpec{UpdateConfig: &swarm.UpdateConfig{}}, false},
		"a port is tcp and ingress": {
			swarm.ServiceSpec{EndpointSpec: &swarm.EndpointSpec{Ports: []swarm.PortConfig{{TargetPort: 80}}}},
			swarm.ServiceSpec{EndpointSpec: &swarm.EndpointSpec{Mode: "vip", Ports: []swarm.PortConfig{{TargetPort: 80, Protocol: "tcp", PublishMode: "ingress"}}}},
			true,
		},
		"our own labels are no change": {
			swarm.ServiceSpec{}, swarm.ServiceSpec{Annotations: swarm.Annotations{Labels: map[string]string{stack.LabelPrefix + "x": "y"}}}, true,
		},
		"other labels are": {
			swarm.ServiceSpec{}, swarm.ServiceSpec{Annotations: swarm.Annotations{Labels: map[string]string{"x": "y"}}}, false,
		},
		"what the engine loses of a mount": {
			mounts(mount.Mount{Type: "bind", Source: "/a", Target: "/b"}),
			mounts(mount.Mount{Source: "/a", Target: "/b", Consistency: "cached", BindOptions: &mount.BindOptions{CreateMountpoint: true}}), true,
		},
		"the order of mounts is nothing": {
			container1(swarm.ContainerSpec{Mounts: []mount.Mount{{Target: "/b"}, {Target: "/b/c"}}}),
			container1(swarm.ContainerSpec{Mounts: []mount.Mount{{Target: "/b/c"}, {Target: "/b"}}}), true,
		},
		"a read-only mount is another": {
			mounts(mount.Mount{Target: "/b"}), mounts(mount.Mount{Target: "/b", ReadOnly: true}), false,
		},
	} {
		if same := reflect.DeepEqual(stack.Normal(c.a), stack.Normal(c.b)); same != c.same {
			t.Errorf("%s: same is %v, want %v", name, same, c.same)
		}
	}
}

// TestNormalLeavesItsArgumentAlone normalises a spec twice.
func TestNormalLeavesItsArgumentAlone(t *testing.T) {
	spec := swarm.ServiceSpec{TaskTemplate: swarm.TaskSpec{
		Networks:      []swarm.NetworkAttachmentConfig{{Target: "b", Aliases: []string{"y", "x"}}, {Target: "a"}},
		ContainerSpec: &swarm.ContainerSpec{Env: []string{"B=1", "A=1"}, Mounts: []mount.Mount{{Target: "/a", Consistency: "cached"}}},
	}}
	before, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	once := stack.Normal(spec)
	if !reflect.DeepEqual(stack.Normal(once), once) {
		t.Error("the normal form of a normal form is another")
	}
	if after, _ := json.Marshal(spec); string(after) != string(before) {
		t.Errorf("the argument has changed:\n%s\n%s", before, after)
	}
}
