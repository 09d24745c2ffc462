package planfile_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

// clock is a second later each time.
func clock() func() time.Time {
	at := time.Date(2026, 11, 23, 10, 0, 0, 1234567, time.FixedZone("", 3600))
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

// report is one with every state, and a rollback of it.
func report() *stack.Report {
	web, api, db := ref(stack.KindService, "shop_web"), ref(stack.KindService, "shop_api"), ref(stack.KindService, "shop_db")
	return &stack.Report{
		Elapsed: 94*time.Second + 1234567*time.Nanosecond, TimedOut: true,
		Outcomes: []stack.Outcome{
			{Ref: ref(stack.KindNetwork, "shop_back"), Action: stack.Create, State: stack.Done},
			{Ref: db, Action: stack.Update, State: stack.Failed, Cause: stack.CauseCrashLoop, Err: "exited with code 1 three times", Failure: &stack.Failure{
				Task: "shop_db.1", TaskID: "t1", Node: "node1", State: "failed", ExitCode: 1, Err: "task: non-zero exit (1)",
				Running: 1, Tasks: 2, Logs: []string{"starting", "<no & disk>"},
			}},
			{Ref: web, Action: stack.Scale, State: stack.Unfinished, Cause: stack.CauseUnschedulable, Err: "no suitable node", Failure: &stack.Failure{
				Task: "shop_web.2", State: "pending", Err: "no suitable node", Tasks: 2, LogsErr: "it never ran",
			}},
			{Ref: api, Action: stack.Create, State: stack.Blocked, Culprit: db},
			{Ref: ref(stack.KindConfig, "shop_old"), Action: stack.Delete, State: stack.NotStarted},
		},
		Rollback: &stack.Report{Elapsed: time.Second, Outcomes: []stack.Outcome{{Ref: db, Action: stack.Update, State: stack.Done}}},
	}
}

// everyEvent is a stream with everything in it.
func everyEvent(w io.Writer) *planfile.Events {
	e := planfile.NewEvents(w, clock(), "stackup 1.0.0")
	p := sample()
	e.Plan(p.Plan, p.ID)
	r := report()
	db := r.Outcomes[1].Ref
	e.Event(stack.ChangeStarted{Ref: db, Action: stack.Update})
	e.Event(stack.ChangeWritten{Ref: db, Action: stack.Update})
	e.Event(stack.Waiting{Elapsed: 1500 * time.Millisecond, Services: []stack.Progress{{Ref: db, Running: 1, Tasks: 2, Reason: "preparing"}}})
	e.Event(stack.Waiting{Services: slices.Repeat([]stack.Progress{{Ref: db, Tasks: 1}}, 5)})
	e.Event(stack.Waiting{})
	for _, o := range r.Outcomes {
		e.Event(stack.ChangeEnded{Outcome: o, Elapsed: 2 * time.Second})
	}
	e.Event(stack.Notice{Text: "two\nlines"})
	e.Event(stack.RollingBack{Failed: []stack.Ref{db}})
	e.Event(stack.ChangeEnded{Outcome: r.Rollback.Outcomes[0], Elapsed: time.Second})
	e.Result(planfile.Result{Status: "rolled_back", ExitCode: 8, Report: r, Err: errors.Join(
		&stack.Error{Pos: stack.Position{File: "/src/compose.yaml", Line: 3}, Msg: `service "db": bad`, Hint: "mend it"},
		fmt.Errorf("about the plan: %w", &stack.Error{Msg: `engine "x"`, Err: stack.ErrUnreachable, Hint: "start it"}),
		errors.New("plain"),
	)})
	return e
}

func lines(b []byte) []string { return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") }

// TestEvents: this is what is written.
func TestEvents(t *testing.T) {
	var b bytes.Buffer
	if err := everyEvent(&b).Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/events/everything-1.0.ndjson", b.Bytes())
	if strings.Contains(b.String(), "canary") {
		t.Error("something that may be secret is in it")
	}

	b.Reset()
	e := planfile.NewEvents(&b, clock(), "stackup 1.0.0")
	e.Plan(stack.Plan{Stack: "shop"}, planfile.ID(stack.Plan{Stack: "shop"}))
	e.Event(stack.RollingBack{})
	e.Result(planfile.Result{Status: "nothing_to_do"})
	golden(t, "testdata/events/empty-1.0.ndjson", b.Bytes())
	if strings.Contains(b.String(), "null") {
		t.Error("a list is null")
	}
}

// TestEventsEndWithTheResult: once, whatever comes after it.
func TestEventsEndWithTheResult(t *testing.T) {
	var b bytes.Buffer
	e := planfile.NewEvents(&b, clock(), "me")
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() { e.Event(stack.Notice{Text: fmt.Sprint("notice ", i)}) })
	}
	all.Wait()
	e.Result(planfile.Result{Status: "interrupted", ExitCode: 130})
	e.Event(stack.Notice{Text: "late"})
	e.Result(planfile.Result{Status: "done"})
	all.Wait()
	got := lines(b.Bytes())
	if len(got) != 52 || !strings.Contains(got[0], `"type":"version"`) || !strings.Contains(got[51], `"status":"interrupted"`) {
		t.Errorf("%d lines:\n%s", len(got), b.String())
	}
	for _, line := range got {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestEventsThatCannotBeWritten(t *testing.T) {
	w := &full{2}
	e := planfile.NewEvents(w, clock(), "me")
	e.Event(stack.Notice{Text: "fits"})
	if e.Err() != nil {
		t.Error(e.Err())
	}
	e.Event(stack.Notice{Text: "does not"})
	e.Result(planfile.Result{Status: "done"})
	if !errors.Is(e.Err(), io.ErrShortWrite) || w.left != -1 {
		t.Error(e.Err(), w.left)
	}
}

// TestEventsSchema: docs/events.schema.json takes every line, and nothing that is
// not written.
func TestEventsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../docs/events.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	everyEvent(&b)
	for _, status := range []string{
		"done", "nothing_to_do", "failed", "rolled_back", "timed_out", "interrupted",
		"stale", "declined", "refused", "locked", "error",
	} {
		planfile.NewEvents(&b, clock(), "stackup dev").Result(planfile.Result{Status: status})
	}
	validate := func(v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(again)
	}
	for _, line := range lines(b.Bytes()) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if err := validate(v); err != nil {
			t.Errorf("%s\n%v", line, err)
		}
		eachKey(v, func(path string) {
			if validate(v) == nil && !optional(path) {
				t.Errorf("without %s, or with another one beside it, or with null, it is valid, too: %s", path, line)
			}
		})
	}
	for _, wrong := range []any{
		map[string]any{"type": "result", "at": "2026-11-23T09:00:00Z", "message": ""},
		map[string]any{"type": "nosuch", "at": "2026-11-23T09:00:00Z", "message": ""},
		"text",
	} {
		if validate(wrong) == nil {
			t.Errorf("%v is valid", wrong)
		}
	}
}

// optional are the keys that may be missing; null they may not be.
func optional(path string) bool {
	for _, key := range []string{"cause", "error", "blocked_by", "failure", "hint", "file", "line", "rollback", "logs_error", "context", "cluster"} {
		if strings.HasSuffix(path, "without ."+key) {
			return true
		}
	}
	return false
}

// eachKey takes each key away, makes it null, and adds another one, in turn and
// at any depth.
func eachKey(v any, check func(what string)) {
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch x := v.(type) {
		case map[string]any:
			for k, below := range x {
				delete(x, k)
				check("without ." + k)
				x[k] = nil
				check("null " + path + "." + k)
				x[k] = below
				walk(path+"."+k, below)
			}
			x["other"] = 1
			check("other " + path)
			delete(x, "other")
		case []any:
			for _, below := range x {
				walk(path+"[]", below)
			}
		}
	}
	walk("", v)
}
