package applier

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/swarm"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stackup-cli/stackup/stack"
)

var rewrite = flag.Bool("update", false, "write what happens into the want sections")

// TestApply runs the stories in testdata. Each is a plan, what happens in the
// swarm meanwhile, what goes wrong, and then everything the applier says, with
// the time since the start. All in fake time.
func TestApply(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]string{}
			for _, f := range archive.Files {
				section[f.Name] = string(f.Data)
			}
			var got string
			synctest.Test(t, func(t *testing.T) { got = tell(t, section) })
			if *rewrite {
				writeWant(t, file, archive, got)
				return
			}
			if diff := cmp.Diff(section["want"], got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func writeWant(t *testing.T, file string, a *txtar.Archive, got string) {
	t.Helper()
	for i := range a.Files {
		if a.Files[i].Name == "want" {
			a.Files[i].Data = []byte(got)
		}
	}
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tell runs a story and returns the transcript.
func tell(t *testing.T, section map[string]string) string {
	t.Helper()
	f := newFake()
	p := parsePlan(t, section["plan"])
	f.exist(p)
	parseSwarm(t, section["swarm"], f)
	parseFaults(t, section["faults"], f)
	for _, line := range lines(section["logs"]) {
		task, text, _ := strings.Cut(line, " ")
		f.logs[task] = append(f.logs[task], text)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	log := &transcript{begun: f.begun}
	o := Options{Events: log.event}
	polls, all := false, nodes()
	for _, line := range lines(section["options"]) {
		key, value, _ := strings.Cut(line, " ")
		d, _ := time.ParseDuration(value)
		switch key {
		case "timeout":
			o.Timeout = d
		case "interrupt":
			time.AfterFunc(d, cancel)
		case "parallel":
			_, _ = fmt.Sscan(value, &o.Parallel)
		case "progress":
			o.Progress = d
		case "detach":
			o.Detach = true
		case "ignore-conditions":
			o.IgnoreConditions = true
		case "stop":
			o.OnFailure = Stop
		case "attach":
			o.Attach = true
		case "secret":
			o.Secrets = append(o.Secrets, stack.Sensitive(strings.ReplaceAll(value, `\n`, "\n")))
		case "one-node":
			all[1].Spec.Availability = swarm.NodeAvailabilityDrain
		case "logs":
			log.logs = true
		case "waiting":
			log.waiting = true
		case "polls":
			polls = true
		default:
			t.Fatalf("unknown option %q", line)
		}
	}
	rep, err := Apply(ctx, f, p, all, o)
	log.end(rep, err)
	if log.logs {
		log.say("logs read: %d", f.read)
	}
	if polls {
		log.say("polls: %d, looks at the nodes: %d", f.polls, f.looks)
	}
	return log.String()
}

// exist puts into the swarm what the plan has seen there.
func (f *fake) exist(p stack.Plan) {
	for _, c := range p.Changes {
		f.order = append(f.order, c.Ref.Name)
		if c.Have == nil {
			continue
		}
		f.objects[c.Ref.Name] = true
		if c.Have.Service != nil {
			s := *c.Have.Service
			s.Spec, _ = resolve(s.Spec, p.IDs)
			c.Have.Service.Spec = s.Spec
			f.services[c.Ref.Name], f.specs[c.Ref.Name] = &s, s.Spec
		}
	}
}

// nodes are n1 (host vm1), n2 (vm2), and n3 (vm3), which is down.
func nodes() []swarm.Node {
	var all []swarm.Node
	for i := range 3 {
		n := swarm.Node{ID: fmt.Sprintf("n%d", i+1)}
		n.Description.Hostname = fmt.Sprintf("vm%d", i+1)
		n.Status.State = swarm.NodeStateReady
		all = append(all, n)
	}
	all[2].Status.State = swarm.NodeStateDown
	return all
}

// transcript writes events down, one line each.
type transcript struct {
	strings.Builder
	begun   time.Time
	waiting bool
	logs    bool
}

func (l *transcript) say(format string, args ...any) {
	_, _ = fmt.Fprintf(l, "%5.1fs  %s\n", time.Since(l.begun).Seconds(), fmt.Sprintf(format, args...))
}

func (l *transcript) event(e stack.Event) {
	switch e := e.(type) {
	case stack.ChangeStarted:
		l.say("%s %s", e.Action, e.Ref)
	case stack.ChangeWritten:
		l.say("    %s is written", e.Ref)
	case stack.ChangeEnded:
		l.say("%s %s", e.Outcome.State, outcome(e.Outcome))
	case stack.Notice:
		l.say("notice: %s", e.Text)
	case stack.Waiting:
		if !l.waiting {
			return
		}
		var parts []string
		for _, p := range e.Services {
			parts = append(parts, fmt.Sprintf("%s %d/%d %s", p.Ref.Name, p.Running, p.Tasks, p.Reason))
		}
		l.say("waiting: %s", strings.Join(parts, "; "))
	}
}

func outcome(o stack.Outcome) string {
	text := o.Ref.String()
	if o.Culprit.Name != "" {
		text += " by " + o.Culprit.String()
	}
	if o.Err != "" {
		text += ": " + o.Err
	}
	if f := o.Failure; f != nil {
		text += fmt.Sprintf(" [%d/%d", f.Running, f.Tasks)
		if f.Task != "" {
			text += fmt.Sprintf("; %s %s on %q, exit %d", f.Task, f.State, f.Node, f.ExitCode)
		}
		text += "]"
	}
	return text
}

func (l *transcript) end(r stack.Report, err error) {
	var words []string
	if r.TimedOut {
		words = append(words, "timed out")
	}
	if r.Interrupted {
		words = append(words, "interrupted")
	}
	if err != nil {
		words = append(words, err.Error())
	}
	if r.OK() && err == nil {
		words = append(words, "ok")
	}
	l.say("end %s", strings.Join(words, ", "))
	var hint *stack.Error
	if errors.As(err, &hint) && hint.Hint != "" {
		_, _ = fmt.Fprintf(l, "        hint: %s\n", hint.Hint)
	}
	for _, o := range r.Outcomes {
		_, _ = fmt.Fprintf(l, "          %-11s %s", o.State, o.Ref)
		if o.Cause != "" {
			_, _ = fmt.Fprintf(l, " (%s)", o.Cause)
		}
		_, _ = fmt.Fprintln(l)
		if f := o.Failure; f != nil && l.logs {
			for _, line := range f.Logs {
				_, _ = fmt.Fprintf(l, "                      | %s\n", line)
			}
			if f.LogsErr != "" {
				_, _ = fmt.Fprintf(l, "                      no log: %s\n", f.LogsErr)
			}
		}
	}
}
