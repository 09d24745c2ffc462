package loader

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
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

// TestEveryFateIsExplained: what is not mapped has a reason, in a form that
// completes the sentence; nothing is listed twice or is unknown to compose.
func TestEveryFateIsExplained(t *testing.T) {
	known := map[string]bool{}
	for _, path := range schema.AttributePaths() {
		known[string(path)] = true
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
