package e2e

import (
	"testing"

	"github.com/moby/moby/client"
)

// TestReplacement changes what no engine can change in place: the options and
// the subnet of a network, and the mode of a service. The plan says what goes
// and comes back; the apply does it without help.
func TestReplacement(t *testing.T) {
	t.Parallel()
	const stack = "replaced"
	destroyAfter(t, stack)
	dir := write(t, "one.yaml", `
services:
  web: {image: stackup-test/app:1, networks: [front], depends_on: [db], deploy: {replicas: 2}}
  db: {image: stackup-test/app:1, networks: [front, back]}
  aside: {image: stackup-test/app:1, networks: [back]}
networks:
  front: {ipam: {config: [{subnet: 10.99.1.0/24}]}}
  back: {}
`, "two.yaml", `
services:
  web: {image: stackup-test/app:1, networks: [front], depends_on: [db], deploy: {replicas: 2}}
  db: {image: stackup-test/app:1, networks: [front, back]}
  aside: {image: stackup-test/app:1, networks: [back]}
networks:
  front: {attachable: true, ipam: {config: [{subnet: 10.99.2.0/24}]}}
  back: {}
`, "three.yaml", `
services:
  web: {image: stackup-test/app:1, networks: [front], depends_on: [db], deploy: {mode: global}}
  db: {image: stackup-test/app:1, networks: [front, back]}
  aside: {image: stackup-test/app:1, networks: [back]}
networks:
  front: {attachable: true, ipam: {config: [{subnet: 10.99.2.0/24}]}}
  back: {}
`)
	want(t, 0, dir, nil, "apply", stack, "-c", "one.yaml", "-y")
	settled(t, dir, nil, stack, "-c", "one.yaml")
	before := services(t, stack)

	r := want(t, 4, dir, nil, "apply", stack, "-c", "two.yaml", "--auto-approve=safe")
	contains(t, r.stderr, "replaces-network", "replaces-service")
	r = want(t, 0, dir, nil, "apply", stack, "-c", "two.yaml", "-y", "--timeout", "5m")
	contains(t, r.stdout, "10.99.1.0/24 -> 10.99.2.0/24", "makes anew 2 services: db, web")
	settled(t, dir, nil, stack, "-c", "two.yaml")
	after := services(t, stack)
	for name, again := range map[string]bool{"replaced_web": true, "replaced_db": true, "replaced_aside": false} {
		if (after[name].ID != before[name].ID) != again {
			t.Errorf("%s: ID %s -> %s, made anew: want %v", name, before[name].ID, after[name].ID, again)
		}
	}
	n, err := api(t).NetworkInspect(t.Context(), "replaced_front", client.NetworkInspectOptions{Scope: "swarm"})
	if err != nil || !n.Network.Attachable || n.Network.IPAM.Config[0].Subnet.String() != "10.99.2.0/24" {
		t.Errorf("the network is %+v (%v)", n.Network, err)
	}
	attachedTo(t, "replaced_web", "replaced_front")

	r = want(t, 0, dir, nil, "apply", stack, "-c", "three.yaml", "-y", "--timeout", "5m")
	contains(t, r.stdout, "deploy.mode", "replicated -> global")
	settled(t, dir, nil, stack, "-c", "three.yaml")
	if now := services(t, stack); now["replaced_web"].Spec.Mode.Global == nil || now["replaced_db"].ID != after["replaced_db"].ID {
		t.Error("only web was to be made anew, as a global service")
	}
}
