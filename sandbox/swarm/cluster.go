package swarm

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/docker/go-units"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/api/genericresource"
	"github.com/moby/swarmkit/v2/identity"
)

// Cluster says what the swarm is made of. In a file it is written
//
//	id: test
//	nodes:
//	  - {name: node1, role: manager, labels: {zone: a}, memory: 8g}
//	  - {name: node2, cpus: 2, platform: linux/arm64, engine_labels: {disk: ssd}}
type Cluster struct {
	// ID is the swarm's; another one each time if it is empty. What was planned on
	// one swarm can be applied to another with the same ID and objects.
	ID    string `yaml:"id"`
	Nodes []Node `yaml:"nodes"`
}

// Node is one machine. What is left empty is as a common machine has it.
type Node struct {
	Name         string            `yaml:"name"`          // "node" and its number
	Role         string            `yaml:"role"`          // worker; manager for the first, if there is none
	Availability string            `yaml:"availability"`  // active
	Labels       map[string]string `yaml:"labels"`        // of the node
	EngineLabels map[string]string `yaml:"engine_labels"` // of its engine
	Platform     string            `yaml:"platform"`      // linux/amd64
	CPUs         float64           `yaml:"cpus"`          // 4
	Memory       string            `yaml:"memory"`        // 8g
	Generic      map[string]int64  `yaml:"generic"`       // resources by kind: gpu: 2
	Plugins      []string          `yaml:"plugins"`       // besides the built-in: Volume/rexray
}

// Common is a cluster of so many common nodes, the first of them a manager.
func Common(nodes int) Cluster { return Cluster{Nodes: make([]Node, nodes)} }

// builtIn are the drivers that every engine brings along.
func builtIn() []string {
	return []string{
		"Network/bridge", "Network/host", "Network/ipvlan", "Network/macvlan", "Network/null", "Network/overlay",
		"Volume/local",
		"Log/awslogs", "Log/fluentd", "Log/gcplogs", "Log/gelf", "Log/journald", "Log/json-file", "Log/local", "Log/splunk", "Log/syslog",
	}
}

// complete fills in what is left empty, and refuses what makes no sense.
func (c Cluster) complete() (Cluster, error) {
	if len(c.Nodes) == 0 {
		return c, fmt.Errorf("the cluster has no nodes")
	}
	nodes := slices.Clone(c.Nodes)
	names := map[string]bool{}
	managers := 0
	for i := range nodes {
		n := &nodes[i]
		if n.Name == "" {
			n.Name = fmt.Sprintf("node%d", i+1)
		}
		if names[n.Name] {
			return c, fmt.Errorf("node %q: there are two of this name", n.Name)
		}
		names[n.Name] = true
		if n.Role == "manager" {
			managers++
		}
	}
	if first := nodes[0].Role; managers == 0 && (first == "" || first == "worker") {
		nodes[0].Role = "manager"
	}
	return Cluster{ID: cmp.Or(c.ID, identity.NewID()), Nodes: nodes}, nil
}

// object is the node as the store keeps it; id is to be its own.
func (n Node) object(id string, number int) (*api.Node, error) {
	description, err := n.description()
	if err != nil {
		return nil, fmt.Errorf("node %q: %w", n.Name, err)
	}
	o := &api.Node{
		ID:          id,
		Description: description,
		Spec:        api.NodeSpec{Annotations: api.Annotations{Labels: n.Labels}, Membership: api.NodeMembershipAccepted},
		Status:      api.NodeStatus{State: api.NodeStatus_READY, Addr: address(number)},
	}
	switch n.Role {
	case "", "worker":
	case "manager":
		o.Role, o.Spec.DesiredRole = api.NodeRoleManager, api.NodeRoleManager
		o.ManagerStatus = managerStatus(number)
	default:
		return nil, fmt.Errorf("node %q: role %q is neither manager nor worker", n.Name, n.Role)
	}
	availabilities := map[string]api.NodeSpec_Availability{
		"": api.NodeAvailabilityActive, "active": api.NodeAvailabilityActive,
		"pause": api.NodeAvailabilityPause, "drain": api.NodeAvailabilityDrain,
	}
	availability, ok := availabilities[n.Availability]
	if !ok {
		return nil, fmt.Errorf("node %q: availability %q is none of active, pause, drain", n.Name, n.Availability)
	}
	o.Spec.Availability = availability
	return o, nil
}

func address(number int) string { return fmt.Sprintf("192.168.%d.%d", number/250+1, number%250+1) }

func managerStatus(number int) *api.ManagerStatus {
	return &api.ManagerStatus{
		RaftID: uint64(number) + 1, Addr: address(number) + ":2377", Reachability: api.RaftMemberStatus_REACHABLE,
	}
}

func (n Node) description() (*api.NodeDescription, error) {
	d := &api.NodeDescription{
		Hostname: n.Name,
		Platform: &api.Platform{OS: "linux", Architecture: "x86_64"},
		Resources: &api.Resources{
			NanoCPUs: 4e9, MemoryBytes: 8 << 30,
		},
		Engine: &api.EngineDescription{EngineVersion: EngineVersion, Labels: n.EngineLabels},
	}
	if n.Platform != "" {
		p, err := parsePlatform(n.Platform)
		if err != nil {
			return nil, err
		}
		d.Platform = p
	}
	if n.CPUs != 0 {
		d.Resources.NanoCPUs = int64(n.CPUs * 1e9)
	}
	if n.Memory != "" {
		bytes, err := units.RAMInBytes(n.Memory)
		if err != nil {
			return nil, fmt.Errorf("memory %q: %w", n.Memory, err)
		}
		d.Resources.MemoryBytes = bytes
	}
	for _, kind := range slices.Sorted(maps.Keys(n.Generic)) {
		d.Resources.Generic = append(d.Resources.Generic, genericresource.NewDiscrete(kind, n.Generic[kind]))
	}
	for _, p := range append(builtIn(), n.Plugins...) {
		plugin, err := parsePlugin(p)
		if err != nil {
			return nil, err
		}
		d.Engine.Plugins = append(d.Engine.Plugins, plugin)
	}
	return d, nil
}
