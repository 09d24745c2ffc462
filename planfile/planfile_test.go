package planfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

// TestRoundTrip: what is read is what was written, and writing it again gives the
// same file.
func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := planfile.Write(path, sample()); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := planfile.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := planfile.Marshal(d)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("%v\n%s\n%s", err, first, again)
	}
	if d.ID != planfile.ID(sample().Plan) || d.ID != planfile.ID(d.Plan) {
		t.Errorf("ID %s of what had %s", d.ID, planfile.ID(sample().Plan))
	}
	if bytes.Contains(first, []byte(canary)) {
		t.Error("the file has a secret in it")
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.json")
	link := filepath.Join(dir, "link.json")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := planfile.Write(link, sample()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info.Mode(), err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
	if err := planfile.Write(os.DevNull, sample()); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatal("the null device is a file now")
	}
	err = planfile.Write(filepath.Join(dir, "nosuch", "plan.json"), sample())
	if err == nil || !strings.Contains(err.Error(), "cannot be written: no such file or directory") {
		t.Error(err)
	}
}

// TestRefused: files that were not written by this, or were changed since.
func TestRefused(t *testing.T) {
	good, err := planfile.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) string {
		if !strings.Contains(string(good), from) {
			t.Fatalf("%s is not in the file", from)
		}
		return strings.Replace(string(good), from, to, 1)
	}
	cases := []struct{ name, content, want string }{
		{"not JSON", "services:\n  web:", "not a saved plan: invalid character"},
		{"other JSON", `{"services": {}}`, "not a saved plan: it has no format_version"},
		{"cut off", string(good[:len(good)/2]), "not a saved plan: unexpected end of JSON input"},
		{"more after it", string(good) + "{}", "not a saved plan: invalid character"},
		{"no version", change(`"1.1"`, `"one"`), `format_version "one" is not a version`},
		{"higher major", change(`"1.1"`, `"2.0"`), "its format version is 2.0, this stackup reads 1.x"},
		{"unknown field", change(`"stack":`, `"more": 1, "stack":`), `unknown field "more"`},
		{"unknown field in a change", change(`"action":`, `"more": 1, "action":`), `unknown field "more"`},
		{"unknown field in a spec", change(`"Image": "web:1"`, `"Imaeg": "web:1"`), `service "shop_web": unknown field "Imaeg"`},
		{"unknown field in a spec of a higher minor", strings.Replace(change(`"Image": "web:1"`, `"Imaeg": "web:1"`), `"1.1"`, `"1.9"`, 1), `service "shop_web": unknown field "Imaeg"`},
		{"unknown action", change(`"action": "run"`, `"action": "jump"`), `service "shop_job": action "jump" is not known`},
		{"unknown kind", change(`"kind": "config"`, `"kind": "volume"`), `volume "shop_page-1": kind "volume" is not known`},
		{"an update of nothing", change(`"action": "create"`, `"action": "update"`), `its have and want do not go with action "update"`},
		{"other name", change(`"name": "shop_web"`, `"name": "shop_wet"`), `service "shop_wet": its spec has another name, "shop_web"`},
		{"bad duration", change(`"5m0s"`, `"5x"`), `service "shop_web": time: unknown unit`},
		{"other image", change(`"Image": "web:1"`, `"Image": "web:2"`), "its changes do not give its id"},
		{"other precondition", change(`"spec_hash": "22"`, `"spec_hash": "23"`), "its changes do not give its id"},
		{"other secret", change(`"digest": "0123456789"`, `"digest": "9876543210"`), "its changes do not give its id"},
		{"other stack", change(`"stack": "shop"`, `"stack": "shed"`), "its changes do not give its id"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, err := planfile.Unmarshal([]byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	later := strings.Replace(change(`"stack":`, `"more": 1, "stack":`), `"1.1"`, `"1.9"`, 1)
	if _, err := planfile.Unmarshal([]byte(later)); err != nil {
		t.Errorf("a higher minor with something new: %v", err)
	}
	if _, err := planfile.Read(filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.HasSuffix(err.Error(), `none.json" cannot be read: no such file or directory`) {
		t.Error(err)
	}
}

// TestEveryLeafCounts changes each value of each spec in turn: the file no longer
// gives its ID, or cannot be read at all.
func TestEveryLeafCounts(t *testing.T) {
	good, err := planfile.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(good, &doc); err != nil {
		t.Fatal(err)
	}
	tried := 0
	check := func(path string) {
		tried++
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := planfile.Unmarshal(text); err == nil {
			t.Errorf("a change of %s goes unnoticed", path)
		}
	}
	for i, c := range doc.(map[string]any)["changes"].([]any) {
		if want, ok := c.(map[string]any)["want"].(map[string]any); ok {
			eachLeaf(fmt.Sprintf("changes[%d].want.spec", i), want["spec"], func(v any) { want["spec"] = v }, check)
		}
	}
	if tried < 50 {
		t.Errorf("only %d values", tried)
	}
}

// eachLeaf gives every value below v another one, one at a time.
func eachLeaf(path string, v any, set func(any), check func(path string)) {
	switch x := v.(type) {
	case map[string]any:
		for k, below := range x {
			eachLeaf(path+"."+k, below, func(n any) { x[k] = n }, check)
		}
		return
	case []any:
		for i, below := range x {
			eachLeaf(fmt.Sprintf("%s[%d]", path, i), below, func(n any) { x[i] = n }, check)
		}
		return
	case string:
		set(x + "A===") // wherever it stands for bytes, it is not to be read
	case float64:
		set(x + 1)
	case bool:
		set(!x)
	case nil:
		return
	}
	check(path)
	set(v)
}

// TestIDIsOfTheIntent: what a plan is called by does not depend on what is not
// written.
func TestIDIsOfTheIntent(t *testing.T) {
	id := planfile.ID(sample().Plan)
	same := map[string]func(*stack.Plan){
		"target":     func(p *stack.Plan) { p.Target = stack.Target{Host: "tcp://other", APIVersion: "1.52"} },
		"ids":        func(p *stack.Plan) { p.IDs = nil },
		"warnings":   func(p *stack.Plan) { p.Warnings = nil },
		"versions":   func(p *stack.Plan) { p.Changes[9].Have.Version.Index++ },
		"object IDs": func(p *stack.Plan) { p.Changes[9].Have.ID = "other" },
		"reasons":    func(p *stack.Plan) { p.Changes[0].Reason, p.Changes[0].Fields = "", nil },
		"kept":       func(p *stack.Plan) { p.Changes = append(p.Changes[:12:12], p.Changes[13:]...) },
		"file names": func(p *stack.Plan) { edit(p, 2, func(s *stack.Secret) { s.Source.File = "/elsewhere" }) },
		"order":      func(p *stack.Plan) { p.Changes[1], p.Changes[2] = p.Changes[2], p.Changes[1] },
	}
	for name, f := range same {
		p := sample().Plan
		f(&p)
		if planfile.ID(p) != id {
			t.Errorf("%s count", name)
		}
	}
	other := map[string]func(*stack.Plan){
		"stack":           func(p *stack.Plan) { p.Stack = "other" },
		"action":          func(p *stack.Plan) { p.Changes[9].Action = stack.Update },
		"a change less":   func(p *stack.Plan) { p.Changes = p.Changes[1:] },
		"a deletion":      func(p *stack.Plan) { p.Changes[13].Ref.Name = "shop_other" },
		"live spec":       func(p *stack.Plan) { p.Changes[13].Have.SpecHash = "67" },
		"live spec known": func(p *stack.Plan) { p.Changes[8].Have.Service.Spec.Labels = nil },
		"pinned secret":   func(p *stack.Plan) { edit(p, 3, func(s *stack.Secret) { s.Source.Digest = "other" }) },
		"config":          func(p *stack.Plan) { edit(p, 1, func(c *stack.Config) { c.Spec.Data = []byte("other") }) },
	}
	other["large numbers"] = func(p *stack.Plan) { // a float would not tell them apart
		limit := func(bytes int64) string {
			edit(p, 7, func(s *stack.Service) {
				s.Spec.TaskTemplate.Resources = &swarm.ResourceRequirements{Limits: &swarm.Limit{MemoryBytes: bytes}}
			})
			return planfile.ID(*p)
		}
		if limit(1<<53) == limit(1<<53+1) {
			t.Error("large numbers are rounded")
		}
	}
	for name, f := range other {
		p := sample().Plan
		f(&p)
		if planfile.ID(p) == id {
			t.Errorf("%s does not count", name)
		}
	}
}

func edit[T stack.Object](p *stack.Plan, i int, f func(*T)) {
	o := p.Changes[i].Want.(T)
	f(&o)
	p.Changes[i].Want = o
}

// TestMasked: what is shown has no credentials in it, and the plan is as it was.
func TestMasked(t *testing.T) {
	d := sample()
	before, _ := planfile.Marshal(d)
	masked, err := planfile.Marshal(planfile.Masked(d, hidePasswords))
	if err != nil || bytes.Contains(masked, []byte("canary")) {
		t.Errorf("%v\n%s", err, masked)
	}
	if after, _ := planfile.Marshal(d); !bytes.Equal(before, after) {
		t.Error("the plan was changed")
	}
	back, err := planfile.Unmarshal(masked)
	if err != nil || !back.Masked || back.ID != d.ID {
		t.Errorf("%v, masked %t, ID %s", err, back.Masked, back.ID)
	}
}

func TestNew(t *testing.T) {
	d := planfile.New(stack.Plan{}, time.Date(2026, 1, 1, 1, 0, 0, 1, time.FixedZone("", 3600)), "me")
	if want := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); d.MadeAt != want || d.MadeBy != "me" {
		t.Error(d.MadeAt, d.MadeBy)
	}
}
