package stack

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
)

// Stack is what a user wants to run, as the compose files say it. Every list
// is sorted by key. A Stack without services stands for "nothing": planning it
// is planning the removal of everything.
type Stack struct {
	Name     string
	Services []Service
	Networks []Network
	Configs  []Config
	Secrets  []Secret
	Warnings []Warning // in file order
	// Revisions is how many revisions of the stack are kept; 0 is
	// [DefaultRevisions], less than 0 none.
	Revisions int
}

// Object is one thing a stack consists of: [Service], [Network], [Config] or
// [Secret].
type Object interface {
	// Ref is the object's kind and its full name in the swarm.
	Ref() Ref
}

// Service is a wanted service.
//
// Inside Spec other objects are referred to by name, since their IDs are not
// known before they exist: TaskTemplate.Networks[].Target holds a network's
// full name, configs and secrets have ConfigName or SecretName set and an
// empty ID.
type Service struct {
	Key       string // in the compose file
	Spec      swarm.ServiceSpec
	DependsOn []Dependency // sorted by key
	Settings  Settings
	Positions Positions
}

// Network is a wanted network. Spec.Name is its full name; of an external
// network nothing else is set.
type Network struct {
	Key       string
	External  bool // must exist; never created, changed or removed
	Spec      network.CreateRequest
	Settings  Settings
	Positions Positions
}

// Config is a wanted config. Spec.Annotations.Name is the name to create it
// under: the content's name ([ContentName]), or the one the file pins.
type Config struct {
	Key       string
	External  bool
	Pinned    bool   // the file says name:, which is taken verbatim
	Base      string // the name docker stack deploy gives it
	Spec      swarm.ConfigSpec
	Settings  Settings
	Positions Positions
}

// Secret is a wanted secret. Its bytes are in Data, never in Spec.Data, so
// that a printed or marshalled Secret shows nothing.
type Secret struct {
	Key       string
	External  bool
	Pinned    bool
	Base      string
	Spec      swarm.SecretSpec
	Data      Sensitive
	Source    SecretSource
	Settings  Settings
	Positions Positions
}

// SecretSource is where the bytes of a secret are read, in words that may be
// shown and saved. It is zero for a secret that is external or comes from a
// driver.
type SecretSource struct {
	File   string  // absolute path; or
	Env    string  // name of an environment variable; or
	Exec   Command `json:",omitzero"` // that prints them
	Digest string  // of the content, as in the name of a secret that is not pinned
}

// IsZero says that the command has no words.
func (c Command) IsZero() bool { return len(c.Words) == 0 }

// IsZero says that the secret has no source.
func (s SecretSource) IsZero() bool {
	return s.Digest == "" && s.File == "" && s.Env == "" && s.Exec.IsZero()
}

// Command is a program to run.
type Command struct {
	Words   []string // the program, then its arguments; no shell is between
	Dir     string   // absolute path in which it runs
	Timeout time.Duration
}

// Settings are what x-stackup says about an object: how stackup is to treat it.
// The zero value says nothing.
type Settings struct {
	Ignore    []string      // sorted compose paths below the object that stay as they run
	Protect   bool          // neither deleted nor replaced
	RunAlways bool          // of a job: run at every apply, not only when it has changed
	Timeout   time.Duration // of a service: how long an apply waits for it; 0 is the apply's own
	Stable    time.Duration // of a service: how long it must run to count as running; 0 is the apply's own
}

// Ref implements [Object].
func (s Service) Ref() Ref { return Ref{KindService, s.Spec.Name} }

// Ref implements [Object].
func (n Network) Ref() Ref { return Ref{KindNetwork, n.Spec.Name} }

// Ref implements [Object].
func (c Config) Ref() Ref { return Ref{KindConfig, c.Spec.Name} }

// Ref implements [Object].
func (s Secret) Ref() Ref { return Ref{KindSecret, s.Spec.Name} }

// Dependency is one entry of a service's depends_on.
type Dependency struct {
	Key       string // of the service waited for
	Condition Condition
	Optional  bool // required: false
}

// Condition says when a dependency is met, in the words of the compose file.
type Condition string

// The conditions of depends_on, as the Compose Specification names them.
const (
	Started   Condition = "service_started"
	Healthy   Condition = "service_healthy"
	Completed Condition = "service_completed_successfully"
)

// Removed is a condition of plans only: the live object is gone. It is how the
// replacement of a network waits for the services on it.
const Removed Condition = "removed"

// Positions tells where the values of one object stand in the files. The keys
// are compose paths below the object ("deploy.replicas"); "" is the object.
type Positions map[string]Position

// At is the position of the path, or of the nearest key above it.
func (p Positions) At(path string) Position {
	for {
		if pos, ok := p[path]; ok {
			return pos
		}
		if path == "" {
			return Position{}
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
}

// Sensitive is bytes that must never be shown. Every way of formatting or
// marshalling it yields the same placeholder.
type Sensitive []byte

const placeholder = "(sensitive)"

// Format implements [fmt.Formatter] without the content, whatever the verb.
func (Sensitive) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, placeholder) }

// MarshalText implements [encoding.TextMarshaler], and with it the JSON form,
// without the content.
func (Sensitive) MarshalText() ([]byte, error) { return []byte(placeholder), nil }
