package planfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestSchema: docs/plan.schema.json takes every golden file, and not what the
// reader refuses.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(text []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	paths, err := filepath.Glob("testdata/v1/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".means.json") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(text); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for from, to := range map[string]string{
			`"1.0"`:                  `"2.0"`,
			`"1.1"`:                  `"2.0"`,
			`"stack":`:               `"more": 1, "stack":`,
			`"made_by":`:             `"made":`,
			`"action": "create"`:     `"action": "jump"`,
			`"path": "enable_ipv6"`:  `"paths": "enable_ipv6"`,
			`"digest": "0123456789"`: `"digest": "0123456789", "data": "x"`,
			`"condition": "removed"`: `"condition": "gone"`,
			`"id": "net2"`:           `"name": "net2"`,
			`"message": "only`:       `"text": "only`,

			`"spec_hash": "22"`:       `"spec_hash": 22`,
			`"api_version": "1.41"`:   `"api": "1.41"`,
			`"timeout": "5m0s"`:       `"timeout": 300`,
			`"kind": "config"`:        `"kind": "volume"`,
			`"pinned": true`:          `"pinned": "yes"`,
			`"masked": true`:          `"masked": "yes"`,
			`"hazards": [`:            `"hazard": [`,
			`"diff": "-<old>\n+<new>`: `"diffs": "-<old>\n+<new>`,
		} {
			if bytes.Contains(text, []byte(from)) && validate(bytes.Replace(text, []byte(from), []byte(to), 1)) == nil {
				t.Errorf("%s: %s in place of %s goes unnoticed", path, to, from)
			}
		}
	}
}
