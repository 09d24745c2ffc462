package loader

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// fate is what becomes of a key.
type fate string

const (
	mapped  fate = "mapped"  // into a spec, or used while loading
	warned  fate = "warned"  // ignored, and the user is told why
	refused fate = "refused" // an error
)

// key is a key of the Compose Specification and its fate. A fate covers
// everything below the key that is not listed itself.
type key struct {
	path    string // * stands for any name, [] for any element of a list
	fate    fate
	note    string // of a mapped key what it becomes, else why not: what a user reads
	differs string // the heading in docs/differences.md; empty where docker does the same
}

// works is a key that does what docker stack deploy does with it.
func works(path, becomes string) key { return key{path, mapped, becomes, ""} }

// better is a key that docker stack deploy refuses, drops or corrupts.
func better(path, becomes, differs string) key { return key{path, mapped, becomes, differs} }

func ignored(path, why string) key { return key{path, warned, why, ""} }

func impossible(path, why string) key { return key{path, refused, why, ""} }

// keys is every key of the Compose Specification and what becomes of it: the
// source of all warnings about keys, and of docs/compose-support.md.
func keys() []key {
	return slices.Concat(
		topKeys(),
		under("services.*.", slices.Concat(containerKeys(), runtimeKeys(), mountKeys(), networkingKeys(), hostKeys(), deployKeys())),
		under("networks.*.", networkKeys()),
		under("volumes.*.", volumeKeys()),
		under("configs.*.", configKeys()),
		under("secrets.*.", secretKeys()),
	)
}

func under(prefix string, keys []key) []key {
	for i := range keys {
		keys[i].path = prefix + keys[i].path
	}
	return keys
}

// keyTree is the table as a tree, for walking a model along it.
type keyTree struct {
	below map[string]*keyTree
	key   *key // nil where only keys below are listed
}

func newKeyTree(keys []key) *keyTree {
	root := &keyTree{below: map[string]*keyTree{}}
	for _, k := range keys {
		n := root
		for part := range strings.SplitSeq(k.path, ".") {
			if n.below[part] == nil {
				n.below[part] = &keyTree{below: map[string]*keyTree{}}
			}
			n = n.below[part]
		}
		n.key = &k
	}
	return root
}

// next is the tree below a name; nil if the table does not know it.
func (t *keyTree) next(name string) *keyTree {
	if n := t.below[name]; n != nil {
		return n
	}
	return t.below["*"]
}

// at is the tree below a path; nil if the table does not know it.
func (t *keyTree) at(path string) *keyTree {
	for part := range strings.SplitSeq(path, ".") {
		if t = t.next(part); t == nil {
			return nil
		}
	}
	return t
}

// covers says whether the table has the path or a key above it, or names keys
// below it.
func (t *keyTree) covers(path string) bool {
	for part := range strings.SplitSeq(path, ".") {
		if t.key != nil && len(t.below) == 0 {
			return true
		}
		if t = t.next(part); t == nil {
			return false
		}
	}
	return true
}

// checkKeys says of every key of the model that is not mapped what becomes of
// it.
func (p *project) checkKeys(sections map[string][]object) {
	for _, section := range sortedKeys(sections) {
		t := p.keys.next(section)
		if strings.HasPrefix(section, "x-") {
			top := object{project: p, section: section, at: stack.Positions{"": p.topLevel(section)}}
			top.checkExtension("", section)
			continue
		}
		if t != nil && len(t.below) == 0 && t.key.fate == mapped {
			continue
		}
		if t == nil || t.key != nil && t.key.fate != mapped {
			top := object{project: p, section: section, at: stack.Positions{"": p.topLevel(section)}}
			top.checkKey("", nil, t)
			continue
		}
		for _, o := range sections[section] {
			o.checkValue("", o.data, t.next(o.key))
		}
	}
}

func (o object) checkValue(path string, value any, t *keyTree) {
	if t == nil || len(t.below) == 0 {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for _, name := range sortedKeys(v) {
			if strings.HasPrefix(name, "x-") {
				o.checkExtension(path, name)
				continue
			}
			o.checkKey(join(path, name), v[name], t.next(name))
		}
	case []any:
		for i, e := range v {
			o.checkValue(join(path, strconv.Itoa(i)), e, t.below["[]"])
		}
	}
}

// checkExtension looks for settings of stackup where nobody reads them. Other
// extensions are for others.
func (o object) checkExtension(path, name string) {
	switch {
	case name == extension && (path != "" || o.section == "volumes"):
		o.fail(join(path, name), "is not possible there", "write it directly below a service, network, config or secret, or at the top level")
	case name != extension && distance(name, extension) == 1:
		o.warn(join(path, name), "is ignored", "did you mean "+extension+"?")
	}
}

func (o object) checkKey(path string, value any, t *keyTree) {
	switch {
	case t == nil:
		o.warn(path, "is ignored: stackup does not know it", "")
	case t.key != nil && t.key.fate == warned && saysNothing(value):
	case t.key != nil && t.key.fate == warned:
		o.warn(path, "is ignored: "+t.key.note, "")
	case t.key != nil && t.key.fate == refused:
		o.fail(path, "is not possible: "+t.key.note, "")
	default:
		o.checkValue(path, value, t)
	}
}

// saysNothing is a value that asks for what swarm does anyway, as in
// privileged: false or host_ip: 0.0.0.0.
func saysNothing(value any) bool {
	switch v := value.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return slices.Contains([]string{"", "false", "0.0.0.0", "::"}, scalar(value))
}

// known are the keys that may stand below a path.
func (t *keyTree) known(path string) []string {
	if path != "" {
		t = t.at(path)
	}
	if t == nil {
		return nil
	}
	return slices.DeleteFunc(sortedKeys(t.below), func(name string) bool {
		k := t.below[name].key
		return k != nil && k.fate == refused
	})
}
