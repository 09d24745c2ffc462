package render_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stackup-cli/stackup/render"
)

var update = flag.Bool("update", false, "write the golden files in testdata")

// golden renders at 80 and at 40 columns and compares with
// testdata/NAME-WIDTH.txt. No line may be wider than that, unless a single
// word is.
func golden(t *testing.T, name string, view func(*bytes.Buffer, render.Style)) {
	t.Helper()
	for _, columns := range []int{80, 40} {
		var b bytes.Buffer
		view(&b, render.Style{Width: columns})
		goldenFile(t, fmt.Sprintf("%s-%d.txt", name, columns), b.String())
		tooWide(t, b.String(), columns)
	}
}

// goldenFile compares with a file in testdata.
func goldenFile(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); run go test -update if that is right\n%s", file, diff)
	}
}

func tooWide(t *testing.T, text string, columns int) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if len(line) > columns && !unbreakable(strings.Fields(line)) {
			t.Errorf("line of %d columns, more than %d:\n%s", len(line), columns, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

// unbreakable says whether the line is but one word after a symbol or label,
// or a command to copy.
func unbreakable(words []string) bool { return len(words) <= 2 || words[0] == "next" }
