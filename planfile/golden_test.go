package planfile_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

var update = flag.Bool("update", false, "write the golden files that do not exist yet")

// TestGolden: files that were written once are read for ever, and mean what they
// meant then. Beside each stands its meaning, NAME.means.json. Neither is ever
// edited; -update writes only what is missing.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/v1/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".means.json") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			d, err := planfile.Read(path)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(path, ".json")+".means.json", meaning(t, d))
		})
	}
}

// meaning is a document as Go has it, without what is empty: what is added to
// the nouns later does not change what an old file means.
func meaning(t *testing.T, d planfile.Document) []byte {
	t.Helper()
	ids := map[string]string{}
	for ref, id := range d.Plan.IDs {
		ids[ref.String()] = id
	}
	plan := map[string]any{"Stack": d.Plan.Stack, "Target": d.Plan.Target, "Changes": d.Plan.Changes, "IDs": ids, "Warnings": d.Plan.Warnings}
	if p := d.Plan; len(p.Drift) > 0 { // since format 1.1
		plan["Drift"], plan["Since"], plan["Unfinished"] = p.Drift, p.Since, p.Unfinished
	}
	plan["Revisions"] = d.Plan.Revisions
	text, err := json.Marshal(map[string]any{
		"ID": d.ID, "MadeAt": d.MadeAt, "MadeBy": d.MadeBy, "Masked": d.Masked,
		"Plan": plan,
	})
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	text, err = json.MarshalIndent(filled(tree), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// filled is a JSON value without what is empty in it; nil if all of it is.
func filled(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k := range x {
			if x[k] = filled(x[k]); x[k] == nil {
				delete(x, k)
			}
		}
		if len(x) == 0 {
			return nil
		}
	case []any:
		for i := range x {
			x[i] = filled(x[i])
		}
		if len(x) == 0 {
			return nil
		}
	case string, float64, bool:
		if reflect.ValueOf(v).IsZero() {
			return nil
		}
	}
	return v
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if os.IsNotExist(err) && *update {
		err, want = os.WriteFile(path, got, 0o600), got
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: want (-), got (+):\n%s", path, diff)
	}
}

// TestForm: this is what is written now.
func TestForm(t *testing.T) {
	got, err := planfile.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/v1/everything-1.1.json", got)
	masked, err := planfile.Marshal(planfile.Masked(sample(), hidePasswords))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/v1/masked-1.1.json", masked)
	empty, err := planfile.Marshal(planfile.Document{Plan: stack.Plan{Stack: "empty"}, ID: planfile.ID(stack.Plan{Stack: "empty"})})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/v1/empty-1.1.json", empty)
}

// hidePasswords stands for the planner's rule.
func hidePasswords(path, value string) string {
	for _, word := range []string{"PASSWORD", "auth"} {
		if strings.HasSuffix(path, word) {
			return "(sensitive)"
		}
	}
	if flag, _, ok := strings.Cut(value, " "); ok && flag == "--password" {
		return flag + " (sensitive)"
	}
	return value
}
