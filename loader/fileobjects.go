package loader

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fileObject is a config or secret with its content.
type fileObject struct {
	object
	base     string // the name docker stack deploy gives it
	name     string // the name to create it under
	pinned   bool
	external bool
	content  []byte
	digest   string // of a secret's content
}

// needed are the configs or the secrets without those that only services of
// inactive profiles use.
func needed(objects, active, inactive []object) []object {
	var out []object
	for _, o := range objects {
		if !uses(inactive, o) || uses(active, o) {
			out = append(out, o)
		}
	}
	return out
}

// readFileObjects reads the configs or the secrets.
func (c *converter) readFileObjects(objects []object, active, inactive []object) map[string]fileObject {
	out := map[string]fileObject{}
	for _, o := range needed(objects, active, inactive) {
		f := fileObject{
			object:   o,
			base:     c.fullName(o),
			external: o.flag("external"),
		}
		// docker compose config writes out the names that are the default anyway
		f.pinned = o.has("driver") || !f.external && f.base != stack.ScopedName(c.name, o.key)
		if f.has("driver") && (f.has("file") || f.has("environment")) {
			f.fail("driver", "does not go with a content", "the driver supplies it")
		}
		f.name = f.base
		if !f.external && !o.has("driver") {
			f.content = c.read(o)
		}
		out[o.key] = f
	}
	return out
}

// uses says whether one of the services refers to the config or secret.
func uses(services []object, o object) bool {
	return slices.ContainsFunc(services, func(s object) bool {
		return slices.ContainsFunc(s.parts(o.section), func(ref object) bool { return ref.text("source") == o.key })
	})
}

// Sizes that the engine refuses (swarmkit manager/controlapi/config.go,
// api/validation/secrets.go).
const (
	maxConfigSize = 1000 << 10
	maxSecretSize = 500 << 10
)

// read is the content of a config or secret.
func (c *converter) read(o object) []byte {
	content, path, ok := c.find(o)
	if !ok {
		return nil
	}
	limit := maxConfigSize
	if o.section == "secrets" {
		limit = maxSecretSize
	}
	switch {
	case len(content) == 0:
		o.wrong(path, "it is empty, which the engine does not allow", "")
	case len(content) >= limit:
		o.wrong(path, fmt.Sprintf("it has %d bytes, the engine allows less than %d", len(content), limit), "")
	}
	return content
}

// secretValue is the key under which compose-go puts the value of a secret's
// environment.
const secretValue = "x-#value"

// find gets the content from wherever the file says it is, and says by which
// key. In the model, that of a variable is beside the variable's name, under
// the key that compose-go uses for it.
func (c *converter) find(o object) (content []byte, path string, ok bool) {
	command := c.commandOf(o)
	switch variable := o.text("environment"); {
	case !command.IsZero():
		content, ok := c.printed(o, command)
		return content, join(extension, fromExec), ok
	case o.part(extension).has(fromExec):
		return nil, "", false // what is written there is no command
	case o.has("file"):
		content, err := os.ReadFile(o.text("file"))
		if err != nil {
			o.wrong("file", unreadable("file", readable(c.base, o.text("file")), err).Msg, "")
		}
		return content, "file", err == nil
	case variable != "":
		value, set := o.data["content"].(string)
		if o.section == "secrets" {
			value, set = o.data[secretValue].(string)
		}
		if !set {
			o.wrong("environment", "variable "+quoted(variable)+" is not set", "")
		}
		return []byte(value), "environment", set
	}
	value, set := o.data["content"].(string)
	if !set {
		o.wrong("", "there is no content", "give it with file:, or say that it exists already with external: true")
	}
	return []byte(value), "content", set
}

func (c *converter) stackConfigs() []stack.Config {
	var out []stack.Config
	for _, f := range sortedFiles(c.configs) {
		if f.external && !c.used[stack.Ref{Kind: stack.KindConfig, Name: f.key}] {
			continue
		}
		s := stack.Config{Key: f.key, External: f.external, Pinned: f.pinned, Base: f.base, Positions: f.at, Settings: c.settings(f.object)}
		s.Spec.Name = f.name
		if !f.external {
			s.Spec.Labels = c.labels(f.object, "labels")
			s.Spec.Templating = templating(f)
			s.Spec.Data = f.content
		}
		out = append(out, s)
	}
	return out
}

func (c *converter) stackSecrets() []stack.Secret {
	var out []stack.Secret
	for _, f := range sortedFiles(c.secrets) {
		if f.external && !c.used[stack.Ref{Kind: stack.KindSecret, Name: f.key}] {
			continue
		}
		s := stack.Secret{Key: f.key, External: f.external, Pinned: f.pinned, Base: f.base, Positions: f.at, Settings: c.settings(f.object)}
		s.Spec.Name = f.name
		if !f.external {
			s.Spec.Labels = c.labels(f.object, "labels")
			s.Spec.Templating = templating(f)
			s.Spec.Driver = secretDriver(f)
			s.Data = f.content
			s.Source = stack.SecretSource{File: f.text("file"), Env: f.text("environment"), Exec: c.commandOf(f.object), Digest: f.digest}
		}
		out = append(out, s)
	}
	return out
}

func sortedFiles(m map[string]fileObject) []fileObject {
	var out []fileObject
	for _, f := range m {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b fileObject) int { return cmp.Compare(a.key, b.key) })
	return out
}

func templating(f fileObject) *swarm.Driver {
	if name := f.text("template_driver"); name != "" {
		return &swarm.Driver{Name: name}
	}
	return nil
}

func secretDriver(f fileObject) *swarm.Driver {
	if f.has("driver") {
		return &swarm.Driver{Name: f.text("driver"), Options: f.table("driver_opts")}
	}
	return nil
}
