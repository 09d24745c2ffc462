package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v4"
)

// pipelines is both of docs/ci.md: the jobs of GitHub, and those of GitLab.
type pipelines struct {
	github struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
			}
		}
	}
	gitlab map[string]yaml.Node
}

func readPipelines(ts *testscript.TestScript) (p pipelines) {
	text, err := os.ReadFile("../../docs/ci.md")
	ts.Check(err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 2 {
		ts.Fatalf("docs/ci.md has %d pipelines, not 2", len(blocks))
	}
	ts.Check(yaml.Unmarshal(blocks[0][1], &p.github))
	ts.Check(yaml.Unmarshal(blocks[1][1], &p.gitlab))
	return p
}

// pipeline runs a job of docs/ci.md, without what only a network can give:
//
//	pipeline github CODE JOB NAME=VALUE…   see runAction
//	pipeline gitlab CODE JOB NAME=VALUE…   more variables
func pipeline(ts *testscript.TestScript, _ bool, args []string) {
	p := readPipelines(ts)
	code, job, more := args[1], args[2], args[3:]
	if args[0] == "gitlab" {
		p.runGitLab(ts, code, job, more)
		return
	}
	for _, step := range p.github.Jobs[job].Steps {
		if strings.HasPrefix(step.Uses, "stackup-cli/stackup@") {
			values := []string{code, "version=none"}
			for name, value := range step.With {
				if !strings.Contains(value, "${{") { // a secret, a variable
					values = append(values, name+"="+value)
				}
			}
			runAction(ts, false, append(values, more...))
			return
		}
	}
	ts.Fatalf("docs/ci.md has no job %q of GitHub that uses the action", job)
}

func (p pipelines) runGitLab(ts *testscript.TestScript, code, name string, more []string) {
	var variables map[string]string
	var before struct {
		Script []string `yaml:"before_script"`
	}
	var job struct {
		Script    []string
		Artifacts struct{ Reports struct{ Dotenv string } }
	}
	all, first, one := p.gitlab["variables"], p.gitlab["default"], p.gitlab[name]
	ts.Check(all.Decode(&variables))
	ts.Check(first.Decode(&before))
	ts.Check(one.Decode(&job))
	// The job's own machine is a folder: what it installs goes there.
	bin := ts.MkAbs("bin")
	script := strings.Join(slices.Concat([]string{"trap 'ssh-agent -k >/dev/null' EXIT"}, before.Script, job.Script), "\n")
	cmd := exec.Command("sh", "-ec", strings.ReplaceAll(script, "/usr/local/bin", bin))
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(gitLab(ts, bin, variables), more...)
	out, _ := cmd.CombinedOutput()
	ts.Logf("%s\n%s", cmd.ProcessState, out)
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != code {
		ts.Fatalf("job %s ends with %s, want %s", name, got, code)
	}
	dotenv, err := os.ReadFile(ts.MkAbs(job.Artifacts.Reports.Dotenv))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("dotenv"), dotenv, 0o600))
}

// gitLab is what a job finds in its environment: its variables, what GitLab sets,
// and what the job before has left.
func gitLab(ts *testscript.TestScript, bin string, variables map[string]string) (environ []string) {
	for name, value := range variables {
		environ = append(environ, name+"="+value)
	}
	environ = append(environ, "PATH="+bin+":"+ts.Getenv("PATH"), "HOME="+ts.MkAbs("."), "CI=true", "GITLAB_CI=true",
		"CI_API_V4_URL="+ts.Getenv("FORGE"), "CI_PROJECT_ID=3", "RELEASES="+ts.Getenv("FORGE")+"/releases",
		"SSH_KEY="+ts.MkAbs("key"), "SSH_KNOWN_HOSTS="+ts.MkAbs("hosts"), "DOCKER_HOST="+ts.Getenv("DOCKER_HOST"))
	return append(environ, slices.Collect(lines(ts.MkAbs("dotenv")))...)
}
