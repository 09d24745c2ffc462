package loader

import (
	"path"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/format"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// checkLists looks at the lists of every service before compose-go does, which
// reports a malformed entry without saying whose it is, and where two entries
// of one list contradict each other keeps the last without a word.
func (p *project) checkLists() {
	services := p.layers["services"]
	for _, key := range sortedKeys(services) {
		for _, l := range services[key] {
			for name, list := range pairs(l.value) {
				c := listCheck{project: p, layer: l, key: key, list: name.Value}
				c.check(list)
			}
		}
	}
}

// listCheck is the check of one list in one layer of a service.
type listCheck struct {
	*project
	layer
	key, list string
}

func (c listCheck) check(list *yaml.Node) {
	seen := map[string]bool{}
	for _, e := range items(list) {
		id := c.identity(e)
		if seen[id] && id != "" {
			c.fail(e, "two entries for "+strconv.Quote(id), "")
		}
		seen[id] = true
	}
}

// identity is what no two entries of the list may share; empty if there is no
// such thing, or the entry is malformed, which is reported.
func (c listCheck) identity(e *yaml.Node) string {
	switch c.list {
	case "ports":
		c.checkPort(e)
	case "volumes":
		return c.mountTarget(e)
	case "secrets", "configs":
		return c.fileTarget(e)
	}
	return ""
}

func (c listCheck) checkPort(e *yaml.Node) {
	if e.Kind != yaml.ScalarNode {
		return
	}
	written := c.substitute(e.Value)
	if _, err := types.ParsePortConfig(written); err != nil {
		c.fail(e, strconv.Quote(written)+" is not a port: "+err.Error(), "write published:target, such as 8080:80")
	}
}

func (c listCheck) mountTarget(e *yaml.Node) string {
	if e.Kind == yaml.ScalarNode {
		written := c.substitute(e.Value)
		v, err := format.ParseVolume(written)
		if err != nil {
			c.fail(e, strconv.Quote(written)+" is not a mount: "+err.Error(), "write source:target, such as data:/var/lib/data")
			return ""
		}
		c.checkMountOptions(e, written, v.Target)
		return path.Clean(v.Target)
	}
	if c.field(e, "type") == types.VolumeTypeBind && c.field(e, "source") == "" {
		c.fail(e, "a bind mount needs a source", "")
	}
	if t := c.field(e, "target"); t != "" {
		return path.Clean(t)
	}
	return ""
}

// checkMountOptions warns about the options of a short form that compose-go
// does not know and drops.
func (c listCheck) checkMountOptions(e *yaml.Node, written, target string) {
	if written == target || strings.HasSuffix(written, ":"+target) {
		return
	}
	options := written[strings.LastIndexByte(written, ':')+1:]
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "", "ro", "rw", "nocopy", "volume-nocopy", "z", "Z",
			"private", "rprivate", "shared", "rshared", "slave", "rslave":
			continue
		}
		c.warn(remark{
			pos: stack.Position{File: c.file, Line: e.Line},
			who: describe("services", c.key, ""),
			msg: c.list + " option " + strconv.Quote(option) + " of " + strconv.Quote(written) + " is ignored: it is unknown",
		})
	}
}

func (c listCheck) fileTarget(e *yaml.Node) string {
	if e.Kind == yaml.ScalarNode {
		return c.substitute(e.Value)
	}
	if t := c.field(e, "target"); t != "" {
		return t
	}
	return c.field(e, "source")
}

// field is a value of a long form.
func (p *project) field(n *yaml.Node, name string) string {
	if _, v := lookup(n, name); v != nil {
		return p.substitute(v.Value)
	}
	return ""
}

func (c listCheck) fail(e *yaml.Node, msg, hint string) {
	c.project.fail(stack.Error{
		Pos:  stack.Position{File: c.file, Line: e.Line},
		Msg:  describe("services", c.key, c.list) + ": " + msg,
		Hint: hint,
	})
}

// writtenTargets are the mount targets of a service as they are written, by
// the cleaned form that compose-go makes of them. docker stack deploy sends
// them as written, and the engine restarts tasks for a slash more or less.
func (p *project) writtenTargets(key string) map[string]string {
	out := map[string]string{}
	for _, l := range p.layers["services"][key] {
		_, list := lookup(l.value, "volumes")
		for _, e := range items(list) {
			if t := p.field(e, "target"); t != "" {
				out[path.Clean(t)] = t
			}
			if e.Kind != yaml.ScalarNode {
				continue
			}
			if v, err := format.ParseVolume(p.substitute(e.Value)); err == nil {
				out[path.Clean(v.Target)] = v.Target
			}
		}
	}
	return out
}
