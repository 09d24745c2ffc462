package engine_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
)

func TestLogs(t *testing.T) {
	wide := strings.Repeat("w", 60<<10)
	for name, test := range map[string]struct {
		written  string
		terminal bool
		want     []string
	}{
		"nothing":            {"", false, nil},
		"both streams":       {"one\n!two\nthree\n", false, []string{"one", "two", "three"}},
		"the last lines":     {"1\n2\n3\n4\n5\n", false, []string{"3", "4", "5"}},
		"an unfinished line": {"one\ntwo", false, []string{"one", "two"}},
		"empty lines":        {"one\n\ntwo\n", false, []string{"one", "", "two"}},
		"a terminal":         {"one\r\ntwo\r\n", true, []string{"one", "two"}},
		"too much":           {"first\n" + wide + "\n" + wide + "\n", false, []string{wide}},
		"one line too long":  {wide + wide, false, []string{(wide + wide)[:64<<10]}},
	} {
		t.Run(name, func(t *testing.T) {
			e := enginetest.Start(t)
			c := open(t, engine.Options{Host: e.Host})
			web := service("shop_web")
			web.Spec.TaskTemplate.ContainerSpec.TTY = test.terminal
			create(t, c, web)
			e.SetLogs("shop_web", test.written)
			before := c.Requests()
			got, err := c.Logs(t.Context(), taskOf(t, c), 3)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got %d lines %.80q, %v; want %d", len(got), got, err, len(test.want))
			}
			if n := c.Requests() - before - 3; n != 1 { // looking for the task takes three
				t.Errorf("%d requests", n)
			}
		})
	}
}

func taskOf(t *testing.T, c *engine.Client) string {
	t.Helper()
	s, err := c.Status(t.Context(), "shop")
	if err != nil || len(s.Tasks) == 0 {
		t.Fatal(s, err)
	}
	return s.Tasks[0].ID
}

// The engine says in the stream what it could not get; what it got is kept.
func TestLogsThatAreIncomplete(t *testing.T) {
	e := enginetest.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/logs") {
			const words = "incomplete log stream: node is not available"
			_, _ = w.Write([]byte("\x01\x00\x00\x00\x00\x00\x00\x04one\n\x03\x00\x00\x00\x00\x00\x00" + string(rune(len(words))) + words))
			return
		}
		e.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c := open(t, engine.Options{Host: "tcp://" + server.Listener.Addr().String()})
	lines, err := c.Logs(t.Context(), "t1", 3)
	if !slices.Equal(lines, []string{"one"}) || err == nil ||
		err.Error() != `log of task "t1": error from daemon in stream: incomplete log stream: node is not available` {
		t.Errorf("%q, %v", lines, err)
	}
}
