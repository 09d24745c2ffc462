package applier

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stackup-cli/stackup/stack"
)

func TestMasker(t *testing.T) {
	mask := masker([]stack.Sensitive{
		stack.Sensitive("pass"), stack.Sensitive("password1\n"), stack.Sensitive("abc"), stack.Sensitive(""),
		stack.Sensitive("  first line\r\n\n}\nsecond\n"),
	})
	for line, want := range map[string]string{
		"login with password1":       "login with (sensitive)",
		"passing pass":               "(sensitive)ing (sensitive)",
		"abc } stay":                 "abc } stay",
		"first line":                 "(sensitive)",
		"<second><first line>second": "<(sensitive)><(sensitive)>(sensitive)",
		"":                           "",
	} {
		if got := mask(line); got != want {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
	if got := masker(nil)("nothing to hide"); got != "nothing to hide" {
		t.Errorf("without secrets: %q", got)
	}
}

// However much the swarm sends, the last lines are told, and the failure that
// has been shown already stays as it was.
func TestTell(t *testing.T) {
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("line %d", i))
	}
	l := newLogs(nil)
	l.asked["t1"] = true
	shown := &stack.Failure{TaskID: "t1", State: "failed"}
	told := l.tell(shown, map[string]logged{"t1": {"t1", slices.Clone(all), nil}})
	if diff := cmp.Diff(&stack.Failure{TaskID: "t1", State: "failed", Logs: all[5:]}, told); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if shown.Logs != nil {
		t.Errorf("what has been shown changes: %v", shown)
	}
}
