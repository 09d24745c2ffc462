package loader

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v4"
)

// checkSchema looks for violations of the schema in every object by itself.
// compose-go stops at the first in the first file; where it has found one,
// there may be more.
func (p *project) checkSchema() {
	for section, objects := range p.layers {
		for key, ls := range objects {
			for _, l := range ls {
				p.checkLayer(section, key, l)
			}
		}
	}
}

func (p *project) checkLayer(section, key string, l layer) {
	if hasOwnTag(l.value) {
		return // !reset and !override leave behind what no schema allows
	}
	var value any
	if err := l.value.Decode(&value); err != nil {
		return
	}
	p.checkPart([]string{section, key}, p.substituteAll(value))
}

// checkPart validates a value by itself, and where it is wrong its parts, since
// the schema tells of one violation at a time. It says whether it has found
// any.
func (p *project) checkPart(path []string, value any) bool {
	whole := value
	for _, name := range slices.Backward(path) {
		whole = map[string]any{name: whole}
	}
	file, _ := whole.(map[string]any)
	err := schema.Validate(file)
	if err == nil {
		return false
	}
	found := false
	parts, _ := value.(map[string]any)
	for name, part := range parts {
		found = p.checkPart(append(path[:len(path):len(path)], name), part) || found
	}
	violation := err.Error()
	if found || !strings.HasPrefix(violation, path[0]+".") || len(path) > 2 && strings.Contains(violation, "missing propert") {
		return found
	}
	p.fail(p.schemaError(violation))
	return true
}

func hasOwnTag(n *yaml.Node) bool {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return true
	}
	for _, c := range n.Content {
		if hasOwnTag(c) {
			return true
		}
	}
	return false
}

// substituteAll replaces the variables in all texts of a value.
func (p *project) substituteAll(value any) any {
	switch v := value.(type) {
	case string:
		return p.substitute(v)
	case map[string]any:
		for k := range v {
			v[k] = p.substituteAll(v[k])
		}
	case []any:
		for i := range v {
			v[i] = p.substituteAll(v[i])
		}
	}
	return value
}
