package stack

import (
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
)

// Snapshot is what the swarm has, as far as one stack is concerned, read once.
// Every list is sorted by name.
type Snapshot struct {
	Stack      string
	Target     Target
	Services   []swarm.Service   // of the whole swarm: ports and names are shared
	Networks   []network.Summary // of the whole swarm and the engine itself
	Configs    []swarm.Config    // of this stack, and those it names
	Secrets    []swarm.Secret    // of the whole swarm, never with data
	Nodes      []swarm.Node
	Tasks      []swarm.Task       // of this stack
	SameSecret map[string]Verdict // by name: does it hold the wanted bytes?
	// Images is what the registries say of the images that were asked for, by
	// reference as in a service's spec.
	Images map[string]Image
	// Recorded is the config with the latest revision of the stack as the swarm
	// has it, and Last what that says. Observing leaves Last nil: whoever can
	// read the form sets it. Both are nil when there is no history.
	Recorded *swarm.Config
	Last     *Revision
}

// Target is the engine that was asked.
type Target struct {
	Context    string // the docker context it was found by; empty if by none
	Host       string // as the client dials it: unix:///var/run/docker.sock
	APIVersion string // negotiated: "1.41"
	Cluster    string // ID of the swarm; empty if it could not be read
}

// String is the engine as plans and prompts name it: the context, the host, and
// the beginning of the swarm's ID.
func (t Target) String() string {
	s := t.Host
	if t.Context != "" {
		s = "context " + t.Context + " (" + t.Host + ")"
	}
	if t.Cluster != "" {
		s += ", cluster " + t.Cluster[:min(12, len(t.Cluster))]
	}
	return s
}

// Image is what a reference stands for in its registry.
type Image struct {
	Digest    string           // sha256:…; empty if that could not be found out
	Platforms []swarm.Platform // as `docker stack deploy` writes them into a spec
	Err       string           // why there is no digest
	// Denied says that the registry does not take the login that was sent.
	Denied bool
}

// Verdict is the answer to a comparison that may not be possible.
type Verdict string

// The verdicts of a comparison.
const (
	Unknown   Verdict = ""
	Same      Verdict = "same"
	Different Verdict = "different"
)

// Owned says whether these labels belong to an object of the stack.
func (s Snapshot) Owned(labels map[string]string) bool {
	return labels[LabelNamespace] == s.Stack
}

// Status is what is polled while an apply waits: the services and tasks of one
// stack.
type Status struct {
	Services []swarm.Service
	Tasks    []swarm.Task
	// Current holds the IDs of the tasks that match their service's spec, by
	// the engine's own judgement.
	Current map[string]bool
}
