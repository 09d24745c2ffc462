package loader

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

// TestSettingsSchema keeps docs/x-stackup.schema.json equal to the table of
// settings.
func TestSettingsSchema(t *testing.T) {
	text, err := json.MarshalIndent(settingsSchema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "x-stackup.schema.json", string(text)+"\n")
}

// settingsSchema is a JSON Schema for the x-stackup parts of a compose file,
// for editors.
func settingsSchema() map[string]any {
	properties := map[string]any{extension: schemaOf(topLevel)}
	for _, section := range []string{"services", "networks", "configs", "secrets"} {
		properties[section] = map[string]any{"additionalProperties": map[string]any{
			"properties": map[string]any{extension: schemaOf(section)},
		}}
	}
	return map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "x-stackup in a compose file",
		"description": "How stackup treats the objects of a stack. At the top level: of all that do not say otherwise.",
		"type":        "object",
		"properties":  properties,
	}
}

func schemaOf(section string) map[string]any {
	mapping := func() map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{}}
	}
	top := mapping()
	for path, s := range settingsOf(section) {
		at := top
		parts := strings.Split(path, ".")
		for _, name := range parts[:len(parts)-1] {
			below := at["properties"].(map[string]any)
			if below[name] == nil {
				below[name] = mapping()
			}
			at = below[name].(map[string]any)
		}
		value := schemaOfForm(s.form)
		value["description"] = s.what
		at["properties"].(map[string]any)[parts[len(parts)-1]] = value
	}
	return top
}

func schemaOfForm(form string) map[string]any {
	switch form {
	case "boolean":
		return map[string]any{"type": []string{"boolean", "string"}}
	case "count":
		return map[string]any{"type": []string{"integer", "string"}, "minimum": 1}
	case "number":
		return map[string]any{"type": []string{"integer", "string"}, "minimum": 0}
	case "duration":
		return map[string]any{"type": "string", "examples": []string{"10s", "1m30s"}}
	case "words":
		return map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "string"}}
	case "paths":
		return map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	}
	return map[string]any{"enum": strings.Split(form, "|")}
}

// TestIgnoreTakesEveryKey: whatever may stand in a file may be ignored.
func TestIgnoreTakesEveryKey(t *testing.T) {
	tree := newKeyTree(keys())
	for _, path := range schema.AttributePaths() {
		section, rest, _ := strings.Cut(string(path), ".*.")
		if slices.Contains([]string{"services", "networks", "configs", "secrets"}, section) && rest != "" &&
			!strings.HasSuffix(rest, "external.name") && !tree.isKey(section, rest) {
			t.Errorf("%s cannot be ignored", path)
		}
	}
}
