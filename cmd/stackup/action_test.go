package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v4"
)

// actionFile is what of action.yml is run.
type actionFile struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []actionStep }
}

type actionStep struct {
	ID, If, Run string
	Dir         string `yaml:"working-directory"`
	Env         map[string]string
}

// job is a run of the action as GitHub's runner would make it, as far as
// action.yml needs it: its conditions and expressions, the files for outputs,
// environment and paths.
type actionJob struct {
	ts     *testscript.TestScript
	action actionFile
	values map[string]string // inputs.x, github.x, steps.x.outputs.y
	failed bool
	env    []string
}

// runAction runs the steps of action.yml: action CODE NAME=VALUE…, where a name
// is that of an input, or of something in github, and a value @FILE the content of
// a file. Its outputs are then in the
// file outputs, one a line.
func runAction(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: action CODE NAME=VALUE…")
	}
	root, err := filepath.Abs("../..")
	ts.Check(err)
	text, err := os.ReadFile(filepath.Join(root, "action.yml"))
	ts.Check(err)
	j := actionJob{ts: ts, values: map[string]string{"github.event_name": "pull_request", "github.token": "job-token"}}
	ts.Check(yaml.Unmarshal(text, &j.action))
	for name, in := range j.action.Inputs {
		j.values["inputs."+name] = j.expand(in.Default)
	}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		if !strings.Contains(name, ".") {
			name = "inputs." + name
		}
		if _, ok := j.values[name]; !ok && strings.HasPrefix(name, "inputs.") {
			ts.Fatalf("action.yml has no input %q", name)
		}
		if file, ok := strings.CutPrefix(value, "@"); ok {
			value = ts.ReadFile(file)
		}
		j.values[name] = value
	}
	temp := ts.MkAbs("runner")
	ts.Check(os.RemoveAll(temp))
	ts.Check(os.MkdirAll(temp, 0o750))
	j.env = []string{
		"PATH=" + ts.Getenv("PATH"), "HOME=" + temp, "DOCKER_HOST=" + ts.Getenv("DOCKER_HOST"), "TMPDIR=" + temp,
		"CI=true", "GITHUB_ACTIONS=true", "GITHUB_ACTION_PATH=" + root, "RUNNER_TEMP=" + temp, "GITHUB_WORKSPACE=" + ts.MkAbs("."),
		"GITHUB_API_URL=" + ts.Getenv("FORGE"), "GITHUB_SERVER_URL=https://forge.example", "GITHUB_REPOSITORY=shop/deploy",
		"GITHUB_RUN_ID=7", "GITHUB_SHA=" + j.values["github.sha"],
	}
	code := 0
	for i, step := range j.action.Runs.Steps {
		if got := j.step(filepath.Join(temp, fmt.Sprint(i)), step); got != 0 && code == 0 {
			code = got
		}
	}
	for _, entry := range j.env {
		if pid, ok := strings.CutPrefix(entry, "SSH_AGENT_PID="); ok { // of ours: see action/ssh.sh
			ts.Check(exec.Command("kill", pid).Run())
		}
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("the action ends with %d, want %s", code, args[0])
	}
	var out strings.Builder
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range j.action.Outputs {
			if !yield(name) {
				return
			}
		}
	})
	for _, name := range names {
		fmt.Fprintf(&out, "%s=%s\n", name, j.expand(j.action.Outputs[name].Value))
	}
	ts.Check(os.WriteFile(ts.MkAbs("outputs"), []byte(out.String()), 0o600))
}

// step runs one step, if its condition holds. It returns its exit code.
func (j *actionJob) step(files string, s actionStep) int {
	condition := s.If
	if !strings.Contains(condition, "always()") {
		condition = strings.TrimPrefix("success() && "+condition, "success() && &&")
		condition = strings.TrimSuffix(condition, " && ")
	}
	if j.value(condition) != "true" {
		return 0
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", j.expand(s.Run))
	cmd.Dir = j.ts.MkAbs(j.expand(s.Dir))
	cmd.Env = append(slices.Clone(j.env), "GITHUB_OUTPUT="+files+".output", "GITHUB_ENV="+files+".env", "GITHUB_PATH="+files+".path", "GITHUB_STEP_SUMMARY="+files+".md")
	for name, value := range s.Env {
		cmd.Env = append(cmd.Env, name+"="+j.expand(value))
	}
	out, err := cmd.CombinedOutput()
	j.ts.Logf("step %q: %s\n%s", s.Run, cmd.ProcessState, out)
	log, _ := os.ReadFile(j.ts.MkAbs("log"))
	j.ts.Check(os.WriteFile(j.ts.MkAbs("log"), append(log, out...), 0o600))
	for line := range lines(files + ".output") {
		name, value, _ := strings.Cut(line, "=")
		j.values["steps."+s.ID+".outputs."+name] = value
	}
	for line := range lines(files + ".env") {
		j.env = append(j.env, line)
	}
	for line := range lines(files + ".path") {
		j.env = append(j.env, "PATH="+line+":"+j.ts.Getenv("PATH"))
	}
	j.failed = j.failed || err != nil
	return cmd.ProcessState.ExitCode()
}

// lines is those of a file that may not be there.
func lines(file string) func(yield func(string) bool) {
	text, _ := os.ReadFile(file)
	return func(yield func(string) bool) {
		for line := range strings.Lines(string(text)) {
			if !yield(strings.TrimRight(line, "\n")) {
				return
			}
		}
	}
}

// expand is a text with its expressions replaced.
func (j *actionJob) expand(text string) string {
	return regexp.MustCompile(`\$\{\{(.*?)\}\}`).ReplaceAllStringFunc(text, func(e string) string {
		return j.value(strings.TrimSuffix(strings.TrimPrefix(e, "${{"), "}}"))
	})
}

// value is that of an expression of ||, &&, ==, !=, strings and names, in which
// the empty string and false are false.
func (j *actionJob) value(e string) string {
	truthy := func(v string) bool { return v != "" && v != "false" }
	if left, right, ok := strings.Cut(e, "||"); ok {
		if v := j.value(left); truthy(v) {
			return v
		}
		return j.value(right)
	}
	if left, right, ok := strings.Cut(e, "&&"); ok {
		if v := j.value(left); !truthy(v) {
			return v
		}
		return j.value(right)
	}
	if left, right, ok := strings.Cut(e, "=="); ok {
		return fmt.Sprint(j.value(left) == j.value(right))
	}
	if left, right, ok := strings.Cut(e, "!="); ok {
		return fmt.Sprint(j.value(left) != j.value(right))
	}
	switch e = strings.TrimSpace(e); {
	case e == "always()":
		return "true"
	case e == "success()":
		return fmt.Sprint(!j.failed)
	case strings.HasPrefix(e, "'"):
		return strings.Trim(e, "'")
	case !regexp.MustCompile(`^(inputs|github|steps)\.[a-z0-9_.-]+$`).MatchString(e):
		j.ts.Fatalf("action.yml: expression %q", e)
	}
	return j.values[e]
}
