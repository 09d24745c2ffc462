package loader

import (
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

// checkLayer validates every key of a layer by itself.
func (p *project) checkLayer(section, key string, l layer) {
	if hasOwnTag(l.value) {
		return // !reset and !override leave behind what no schema allows
	}
	var value any
	if err := l.value.Decode(&value); err != nil {
		return
	}
	value = p.substituteAll(value)
	parts := []any{value}
	if m, ok := value.(map[string]any); ok {
		parts = nil
		for name, v := range m {
			parts = append(parts, map[string]any{name: v})
		}
	}
	for _, part := range parts {
		err := schema.Validate(map[string]any{section: map[string]any{key: part}})
		if err == nil {
			continue
		}
		if violation := err.Error(); strings.HasPrefix(violation, section+".") {
			p.fail(p.schemaError(violation))
		}
	}
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
