package planner_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"
	"golang.org/x/tools/txtar"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

var update = flag.Bool("update", false, "rewrite the expected plans")

// TestCases runs the stories in testdata. Each is an archive of numbered
// steps on a swarm that is empty at first:
//
//	1.yaml     what is wanted; without it, nothing (a destroy)
//	record     if it is there, every apply makes a revision
//	1.edit     what somebody does to the swarm before this step, see edit
//	1.plan     the plan that has to come out, or the reasons to refuse
//	1/FILE     files that are new or changed from this step on
//
// Every plan is applied, and planning again has to find nothing to do.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runCase(t, file) })
	}
}

func runCase(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := newWorld()
	for step := 1; has(archive, fmt.Sprintf("%d.plan", step)); step++ {
		lay(t, archive, dir, step)
		for line := range strings.Lines(content(archive, fmt.Sprintf("%d.edit", step))) {
			w.edit(t, strings.Fields(line))
		}
		want := stack.Stack{Name: "shop"}
		if name := fmt.Sprintf("%d.yaml", step); has(archive, name) {
			want = load(t, dir, name)
		}
		plan, err := planner.Plan(want, w.seenBy(want), planner.Options{})
		got := listing(plan)
		if err != nil {
			got = refusals(err)
		}
		name := fmt.Sprintf("%d.plan", step)
		if *update {
			set(archive, name, got)
		} else if expected := content(archive, name); got != expected {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, expected)
		}
		if err != nil {
			continue
		}
		w.apply(t, plan)
		if has(archive, "record") && !plan.Empty() {
			w.record(want)
		}
		if again, err := planner.Plan(want, w.seenBy(want), planner.Options{}); err != nil || !again.Empty() {
			t.Errorf("step %d: planning again after the apply finds\n%s%v", step, listing(again), err)
		}
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func load(tb testing.TB, dir, file string) stack.Stack {
	tb.Helper()
	want, err := loader.Load(tb.Context(), loader.Options{Files: []string{file}, Name: "shop", Dir: dir})
	if err != nil {
		tb.Fatalf("%s: %v", file, err)
	}
	return want
}

// lay puts the files of a step where its compose file finds them.
func lay(t *testing.T, a *txtar.Archive, dir string, step int) {
	t.Helper()
	for _, f := range a.Files {
		name := f.Name
		if rest, ok := strings.CutPrefix(name, fmt.Sprintf("%d/", step)); ok {
			name = rest
		} else if strings.Contains(name, "/") {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func refusals(err error) string {
	var b strings.Builder
	var joined interface{ Unwrap() []error }
	list := []error{err}
	if errors.As(err, &joined) {
		list = joined.Unwrap()
	}
	for _, e := range list {
		fmt.Fprintf(&b, "refused: %v\n", e)
		var detail *stack.Error
		if errors.As(e, &detail) && detail.Hint != "" {
			fmt.Fprintf(&b, "hint: %s\n", detail.Hint)
		}
	}
	return b.String()
}

// edit is what somebody does to the swarm without stackup.
func (w *world) edit(t *testing.T, words []string) {
	t.Helper()
	switch words[0] {
	case "scale": // scale SERVICE REPLICAS
		n, err := strconv.ParseUint(words[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		w.service(t, words[1]).Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &n}
	case "image": // image SERVICE IMAGE
		w.service(t, words[1]).Spec.TaskTemplate.ContainerSpec.Image = words[2]
	case "force": // force SERVICE: docker service update --force
		w.service(t, words[1]).Spec.TaskTemplate.ForceUpdate++
	case "update": // update SERVICE STATE: the engine says this of the last update
		w.service(t, words[1]).UpdateStatus = &swarm.UpdateStatus{State: swarm.UpdateState(words[2])}
	case "behind": // behind SERVICE N: so many of its tasks still have the spec before
		n, err := strconv.Atoi(words[2])
		if err != nil {
			t.Fatal(err)
		}
		w.behind(w.service(t, words[1]), n)
	case "drop": // drop SERVICE
		w.drop(words[1])
	case "owner": // owner NAME STACK: the object belongs to another stack
		w.relabel(words[1], words[2])
	case "docker": // docker KIND FROM TO: the name that docker stack deploy gives
		w.rename(stack.Kind(words[1]), words[2], words[3])
	case "copy": // copy KIND FROM TO: the same content under another name
		w.copy(stack.Kind(words[1]), words[2], words[3])
	default:
		t.Fatalf("unknown edit %q", words)
	}
}

func (w *world) service(t *testing.T, name string) *swarm.Service {
	t.Helper()
	i := slices.IndexFunc(w.Services, func(s swarm.Service) bool { return s.Spec.Name == name })
	if i < 0 {
		t.Fatalf("no service %q", name)
	}
	w.Services[i].Version = w.version()
	return &w.Services[i]
}

func (w *world) behind(s *swarm.Service, n int) {
	for i := range w.Tasks {
		if t := &w.Tasks[i]; t.ServiceID == s.ID && t.Slot <= n {
			t.Spec = s.PreviousSpec.TaskTemplate
		}
	}
}

func (w *world) relabel(name, owner string) {
	labels := map[string]string{stack.LabelNamespace: owner}
	for i := range w.Services {
		if w.Services[i].Spec.Name == name {
			w.Services[i].Spec.Labels = labels
		}
	}
	for i := range w.Networks {
		if w.Networks[i].Name == name {
			w.Networks[i].Labels = labels
		}
	}
	for i := range w.Configs {
		if w.Configs[i].Spec.Name == name {
			w.Configs[i].Spec.Labels = labels
		}
	}
}

// rename gives a config or secret another name, everywhere.
func (w *world) rename(kind stack.Kind, from, to string) {
	for i := range w.Configs {
		if kind == stack.KindConfig && w.Configs[i].Spec.Name == from {
			w.Configs[i].Spec.Name = to
		}
	}
	for i := range w.Secrets {
		if kind == stack.KindSecret && w.Secrets[i].Spec.Name == from {
			w.Secrets[i].Spec.Name = to
			w.secrets[to] = w.secrets[from]
			delete(w.secrets, from)
		}
	}
	for _, s := range w.Services {
		for _, r := range s.Spec.TaskTemplate.ContainerSpec.Configs {
			if kind == stack.KindConfig && r.ConfigName == from {
				r.ConfigName = to
			}
		}
		for _, r := range s.Spec.TaskTemplate.ContainerSpec.Secrets {
			if kind == stack.KindSecret && r.SecretName == from {
				r.SecretName = to
			}
		}
	}
}

// copy adds a config or secret of the same content.
func (w *world) copy(kind stack.Kind, from, to string) {
	for _, c := range w.Configs {
		if kind == stack.KindConfig && c.Spec.Name == from {
			c.ID, c.Spec.Name = "copy-of-"+c.ID, to
			w.Configs = append(w.Configs, c)
		}
	}
	for _, s := range w.Secrets {
		if kind == stack.KindSecret && s.Spec.Name == from {
			s.ID, s.Spec.Name = "copy-of-"+s.ID, to
			w.Secrets, w.secrets[to] = append(w.Secrets, s), w.secrets[from]
		}
	}
}

func has(a *txtar.Archive, name string) bool {
	return slices.ContainsFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
}

func content(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
		}
	}
}
