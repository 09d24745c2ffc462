package stack

import (
	"strings"
)

// Labels that Docker puts on the objects of a stack. They are written exactly
// as `docker stack deploy` writes them (docker/cli
// cli/compose/convert/compose.go), so that either tool can take over from the
// other.
const (
	// LabelNamespace names the stack an object belongs to.
	LabelNamespace = "com.docker.stack.namespace"
	// LabelImage keeps a service's image as it was written in the file.
	LabelImage = "com.docker.stack.image"
	// LabelPrefix starts every label of stackup's own.
	LabelPrefix = "io.stackup."
)

// Limits of the names of objects, in bytes (swarmkit
// manager/controlapi/common.go).
const (
	MaxServiceName = 63
	MaxConfigName  = 64
)

// ScopedName is the name Docker gives to the object with this compose key
// (docker/cli cli/compose/convert, Namespace.Scope).
func ScopedName(stack, key string) string { return stack + "_" + key }

// ContentName is the name of a config or secret whose content has this digest
// (hexadecimal): the scoped name, a dash, the digest. The scoped part is cut so
// that the whole fits [MaxConfigName]; the digest never is.
func ContentName(stack, key, digest string) string {
	base := ScopedName(stack, key)
	if room := MaxConfigName - len(digest) - 1; len(base) > room {
		base = strings.TrimRight(base[:max(room, 0)], "-_.")
	}
	return base + "-" + digest
}

// Kind is a kind of swarm object.
type Kind string

// The kinds of objects a stack consists of.
const (
	KindNetwork Kind = "network"
	KindConfig  Kind = "config"
	KindSecret  Kind = "secret"
	KindService Kind = "service"
)

// Ref names an object of the swarm: its kind and its full name there
// ("shop_web", not "web").
type Ref struct {
	Kind Kind
	Name string
}

// String is the form used in messages: service "shop_web".
func (r Ref) String() string { return string(r.Kind) + ` "` + r.Name + `"` }
