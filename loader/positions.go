package loader

import (
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// positions tells where every value of an object is written.
func (p *project) positions(section, key string) stack.Positions {
	w := surveyor{project: p, at: stack.Positions{}, length: map[string]int{}, budget: maxNodes}
	for _, l := range p.layers[section][key] {
		w.file = l.file
		w.at[""] = l.pos()
		w.walk("", l.value)
	}
	return w.at
}

// topPositions tells where every value below a key of the top level is
// written.
func (p *project) topPositions(key string) stack.Positions {
	w := surveyor{project: p, at: stack.Positions{}, length: map[string]int{}, budget: maxNodes}
	for _, f := range p.files {
		for _, doc := range f.docs {
			if k, value := lookup(doc, key); k != nil {
				w.file = f.name
				w.at[key] = stack.Position{File: f.name, Line: k.Line}
				w.walk(key, value)
			}
		}
	}
	return w.at
}

// surveyor notes where nodes stand, layer by layer.
type surveyor struct {
	*project
	file   string
	at     stack.Positions
	length map[string]int // of sequences so far, by path
	budget int
}

func (w *surveyor) walk(path string, n *yaml.Node) {
	if w.budget--; w.budget < 0 {
		return
	}
	for k, v := range pairs(n) {
		next := join(path, k.Value)
		w.at[next] = stack.Position{File: w.file, Line: k.Line}
		w.walk(next, v)
	}
	if replaced(path) || n != nil && n.Tag == "!override" {
		w.length[path] = 0
	}
	for _, e := range items(n) {
		for range w.span(path, e) {
			w.item(path, e)
		}
	}
}

func (w *surveyor) item(path string, e *yaml.Node) {
	next := join(path, strconv.Itoa(w.length[path]))
	if isMapping(path) && e.Kind == yaml.ScalarNode {
		name, _, _ := strings.Cut(w.substitute(e.Value), "=")
		next = join(path, name)
	}
	w.length[path]++
	w.at[next] = stack.Position{File: w.file, Line: e.Line}
	w.walk(next, e)
}

// span is the number of entries that compose-go makes of one: a port range
// becomes one port after the other.
func (w *surveyor) span(path string, e *yaml.Node) int {
	if path != "ports" || e.Kind != yaml.ScalarNode {
		return 1
	}
	ports, err := types.ParsePortConfig(w.substitute(e.Value))
	if err != nil {
		return 1
	}
	return len(ports)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// replaced says whether a later file replaces this sequence instead of adding
// to it (compose-go override/merge.go).
func replaced(path string) bool {
	return path == "command" || path == "entrypoint" || path == "healthcheck.test"
}

// isMapping says whether this sequence is another way to write a mapping.
func isMapping(path string) bool {
	switch path {
	case "environment", "labels", "deploy.labels", "annotations", "sysctls", "networks", "depends_on":
		return true
	}
	return false
}
