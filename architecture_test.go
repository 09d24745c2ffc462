// Package stackup holds no code, only the tests of the project's own rules.
package stackup

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/stackup-cli/stackup"

// rule is one row of the import table in ARCHITECTURE.md.
type rule struct {
	ours    []string // packages of this module, without its path
	outside []string // prefixes of import paths
}

// TestImports holds the sources against the import table in ARCHITECTURE.md:
// every package has a row, and imports nothing that its row does not name.
func TestImports(t *testing.T) {
	rules := readTable(t, "ARCHITECTURE.md")
	packages := importsByPackage(t)
	for pkg, imports := range packages {
		r, ok := rules[pkg]
		if !ok {
			t.Errorf("package %s has no row in the import table of ARCHITECTURE.md", pkg)
			continue
		}
		for imported, file := range imports {
			if !r.allows(imported) {
				t.Errorf("%s imports %s; the row of %s in ARCHITECTURE.md does not name it", file, imported, pkg)
			}
		}
	}
	for pkg := range rules {
		if _, ok := packages[pkg]; !ok {
			t.Errorf("the import table of ARCHITECTURE.md names %s, which has no Go files", pkg)
		}
	}
}

func (r rule) allows(imported string) bool {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		for _, p := range r.ours {
			if p == ours {
				return true
			}
		}
		return false
	}
	for _, p := range r.outside {
		if imported == p || strings.HasPrefix(imported, p+"/") {
			return true
		}
	}
	return false
}

// readTable reads the rows "| `package` | … | `ours` | `outside` |".
func readTable(t *testing.T, file string) map[string]rule {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`]+)`")
	names := func(cell string) []string {
		var out []string
		for _, m := range code.FindAllStringSubmatch(cell, -1) {
			out = append(out, m[1])
		}
		return out
	}
	rules := map[string]rule{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		if pkg := names(cells[1]); len(pkg) == 1 {
			rules[pkg[0]] = rule{ours: names(cells[3]), outside: names(cells[4])}
		}
	}
	if len(rules) == 0 {
		t.Fatalf("%s has no import table", file)
	}
	return rules
}

// importsByPackage is, for each folder with Go files, what they import from
// outside the standard library, and one file that does. Tests and nested modules
// are left out.
func importsByPackage(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(file, "go.mod")); d.IsDir() && file != "." && err == nil {
			return fs.SkipDir // a module of its own
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(file))
		if out[pkg] == nil {
			out[pkg] = map[string]string{}
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				out[pkg][imported] = file
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
