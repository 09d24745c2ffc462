package loader

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const supportHead = `# Compose keys

What becomes of every key of the Compose Specification. This page is made from
the table in the package loader (` + "`make golden`" + `), which is also the source of
the warnings and errors that stackup prints.

- **works**: as with docker stack deploy. The second column says what the key
  becomes, in the words of the engine's API.
- **better**: docker stack deploy refuses, drops or corrupts it. The link says
  how.
- **ignored**: a warning says why. With --strict it is an error.
- **error**: the file is refused, with the reason.

Keys that are not listed here are errors, except those that begin with x-,
which mean nothing to stackup. x-stackup holds stackup's own settings; their
schema is [x-stackup.schema.json](x-stackup.schema.json).
`

// TestSupportPage keeps docs/compose-support.md equal to the table of keys.
func TestSupportPage(t *testing.T) { golden(t, "compose-support.md", supportPage()) }

// golden compares a page of docs/ with what it is made from, or rewrites it.
func golden(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join("..", "docs", name)
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/%s is not what the code says: make golden", name)
	}
}

func supportPage() string {
	var b strings.Builder
	b.WriteString(supportHead)
	section := "none"
	for _, k := range keys() {
		if s := sectionOf(k.path); s != section {
			section = s
			fmt.Fprintf(&b, "\n## %s\n\n| key | fate | what becomes of it |\n| --- | --- | --- |\n", section)
		}
		path := strings.ReplaceAll(k.path, ".[]", "[]")
		path = strings.TrimPrefix(path, strings.ToLower(section)+".*.")
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", path, fateWord(k), strings.ReplaceAll(k.note, "|", `\|`))
	}
	return b.String()
}

func sectionOf(path string) string {
	section, _, below := strings.Cut(path, ".*.")
	if !below {
		return "Top level"
	}
	return strings.ToUpper(section[:1]) + section[1:]
}

func fateWord(k key) string {
	switch {
	case k.fate == warned:
		return "ignored"
	case k.fate == refused:
		return "error"
	case k.differs != "":
		return "[better](differences.md#" + anchor(k.differs) + ")"
	}
	return "works"
}

// anchor is the link that GitHub makes of a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// TestDifferencesAreExplained: every difference from docker that the table
// names has a heading in docs/differences.md.
func TestDifferencesAreExplained(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(page), "\n")
	for _, k := range keys() {
		if k.differs != "" && !slices.Contains(lines, "## "+k.differs) {
			t.Errorf("%s: docs/differences.md has no heading %q", k.path, k.differs)
		}
	}
}
