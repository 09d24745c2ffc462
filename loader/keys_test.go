package loader

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"
)

// TestEveryKeyHasAFate: a key that the Compose Specification gains is noticed
// here, before a user loses what it says.
func TestEveryKeyHasAFate(t *testing.T) {
	tree := newKeyTree(keys())
	for _, path := range schema.AttributePaths() {
		if !tree.covers(string(path)) {
			t.Errorf("%s is not in the table of keys", path)
		}
	}
}

// TestEveryFieldHasAFate is the same by compose-go's types, which may have what
// the schema has not.
func TestEveryFieldHasAFate(t *testing.T) {
	tree := newKeyTree(keys())
	n := 0
	for _, path := range fieldPaths(reflect.TypeFor[types.Project](), "", nil) {
		if n++; path != "" && !tree.covers(path) {
			t.Errorf("%s is not in the table of keys", path)
		}
	}
	if n < 300 {
		t.Errorf("only %d fields were found", n)
	}
}

// fieldPaths are the paths of all fields below a type, in the form of the
// table.
func fieldPaths(t reflect.Type, path string, around []reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer:
		return fieldPaths(t.Elem(), path, around)
	case reflect.Slice:
		return append(fieldPaths(t.Elem(), join(path, "[]"), around), path)
	case reflect.Map:
		return append(fieldPaths(t.Elem(), join(path, "*"), around), path)
	case reflect.Struct:
		if slices.Contains(around, t) {
			return nil
		}
	default:
		return []string{path}
	}
	out := []string{path}
	around = append(around, t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case f.Anonymous:
			out = append(out, fieldPaths(f.Type, path, around)...)
		case f.IsExported() && name != "-" && name != "" && name[0] != '#':
			out = append(out, fieldPaths(f.Type, join(path, name), around)...)
		}
	}
	return out
}

// TestEveryFateIsExplained: what is not mapped has a reason, in a form that
// completes the sentence; nothing is listed twice or is unknown to compose.
func TestEveryFateIsExplained(t *testing.T) {
	known := map[string]bool{}
	for _, path := range schema.AttributePaths() {
		known[string(path)] = true
	}
	for _, path := range fieldPaths(reflect.TypeFor[types.Project](), "", nil) {
		known[path] = true
	}
	seen := map[string]bool{}
	for _, k := range keys() {
		if k.note == "" {
			t.Errorf("%s has no note", k.path)
		}
		if strings.HasSuffix(k.note, ".") || k.note != strings.TrimSpace(k.note) {
			t.Errorf("%s: the note %q is no end of a sentence", k.path, k.note)
		}
		if seen[k.path] {
			t.Errorf("%s is listed twice", k.path)
		}
		seen[k.path] = true
		if !known[k.path] {
			t.Errorf("%s is no key of the Compose Specification", k.path)
		}
	}
}
