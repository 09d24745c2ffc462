package loader

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// compose-go refuses a config or secret that says nowhere where its content is,
// and knows nothing of commands. So it is told of a variable.
const (
	standIn     = "STACKUP_COMMAND"
	standInFile = "x-stackup.yaml"
)

// commanded are the keys of the configs and secrets of which nothing but a
// command says where the content is, by section.
func (p *project) commanded() map[string][]string {
	out := map[string][]string{}
	for _, section := range []string{"configs", "secrets"} {
		for _, key := range sortedKeys(p.layers[section]) {
			layers := p.layers[section][key]
			has := func(names ...string) bool {
				return slices.ContainsFunc(layers, func(l layer) bool { return hasPath(l.value, names...) })
			}
			elsewhere := slices.ContainsFunc([]string{"file", "environment", "content", "driver", "external"}, func(name string) bool { return has(name) })
			if has(extension, "from", "exec") && !elsewhere {
				out[section] = append(out[section], key)
			}
		}
	}
	return out
}

func hasPath(n *yaml.Node, names ...string) bool {
	for _, name := range names {
		if _, n = lookup(n, name); n == nil {
			return false
		}
	}
	return true
}

// standInFor is the file that tells compose-go; there is none if there is nothing
// to tell.
func standInFor(commanded map[string][]string) []types.ConfigFile {
	if len(commanded) == 0 {
		return nil
	}
	file := map[string]map[string]map[string]string{}
	for section, keys := range commanded {
		file[section] = map[string]map[string]string{}
		for _, key := range keys {
			file[section][key] = map[string]string{"environment": standIn}
		}
	}
	content, err := yaml.Marshal(file)
	if err != nil {
		return nil // texts can always be written
	}
	return []types.ConfigFile{{Filename: standInFile, Content: content}}
}

// withoutStandIn takes out of the model what the stand-in has put there.
func withoutStandIn(model map[string]any, commanded map[string][]string) {
	for section, keys := range commanded {
		objects, _ := model[section].(map[string]any)
		for _, key := range keys {
			if o, _ := objects[key].(map[string]any); o != nil {
				withoutContent(o)
				delete(o, "environment")
			}
		}
	}
}
