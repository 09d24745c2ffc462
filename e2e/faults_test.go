package e2e

import (
	"strings"
	"sync"
	"testing"

	"github.com/stackup-cli/stackup/stack"
)

// fault is a service that cannot run.
type fault struct {
	name    string
	prepare func(t *testing.T) // what has to be in the way; may be nil
	before  string             // the service as it runs at first; empty if there is none
	web     string             // the service that cannot run, which is called web
	flags   []string
	code    int
	cause   stack.Cause // in the report; none if nothing was written
	says    []string    // on standard error: the reason in the engine's words
}

func faults() []fault {
	const quick = "deploy: {restart_policy: {delay: 100ms}}"
	allow := []string{"--allow", "unschedulable"}
	return []fault{
		{
			name: "image missing", web: "{image: nowhere/nothing:1}",
			code: 7, cause: stack.CauseImage, says: []string{"No such image: nowhere/nothing:1"},
		},
		{ // engine 20.10 says the same of both
			name: "no credentials", prepare: listener(5999, "deny"), web: "{image: 127.0.0.1:5999/private/app:1}",
			code: 7, cause: stack.CauseImage, says: []string{"No such image: 127.0.0.1:5999/private/app:1"},
		},
		{
			name: "image does not come", prepare: listener(5997, "hang"), web: "{image: 127.0.0.1:5997/large/app:1}", flags: []string{"--timeout", "15s"},
			code: 9, cause: stack.CauseTimeout, says: []string{"preparing"},
		},
		{
			name: "image gets no further", prepare: listener(5996, "hang"), web: "{image: 127.0.0.1:5996/large/app:1}", flags: []string{"--progress-timeout", "10s"},
			code: 9, cause: stack.CauseNoProgress, says: []string{"preparing"},
		},
		{
			name: "command not found", web: "{image: " + app1 + ", entrypoint: /nothing, " + quick + "}",
			code: 7, cause: stack.CauseCrashLoop, says: []string{"/nothing", "no such file or directory"},
		},
		{
			name: "exit 1", web: "{image: " + app1 + ", command: [exit, '1'], " + quick + "}",
			code: 7, cause: stack.CauseCrashLoop, says: []string{"non-zero exit (1)", "app 1 on"},
		},
		{
			name: "never healthy", web: "{image: " + app1 + ", healthcheck: {test: [CMD, /nothing], interval: 200ms, retries: 1}, " + quick + "}",
			code: 7, cause: stack.CauseUnhealthy, says: []string{"stops a container whose health check fails"},
		},
		{
			name: "no node fits", web: "{image: " + app1 + ", deploy: {placement: {constraints: [node.labels.no==where]}}}",
			flags: allow, code: 7, cause: stack.CauseUnschedulable, says: []string{"no suitable node (scheduling constraints not satisfied on 1 node)"},
		},
		{
			name: "no node fits and nobody has allowed that", web: "{image: " + app1 + ", deploy: {placement: {constraints: [node.labels.no==where]}}}",
			code: 4, says: []string{"compose.yaml:", "--allow unschedulable"},
		},
		{
			name: "too much memory", web: "{image: " + app1 + ", deploy: {resources: {reservations: {memory: 9T}}}}",
			flags: allow, code: 7, cause: stack.CauseUnschedulable, says: []string{"no suitable node (insufficient resources on 1 node)"},
		},
		{
			name: "port of the node published by a service", prepare: publisher("host", 7101),
			web:   "{image: " + app1 + ", ports: [{target: 80, published: '7101', mode: host}]}",
			flags: allow, code: 7, cause: stack.CauseUnschedulable, says: []string{"no suitable node (host-mode port already in use on 1 node)"},
		},
		{
			name: "port of the swarm published by a service", prepare: publisher("ingress", 7102),
			web:  "{image: " + app1 + ", ports: ['7102:80']}",
			code: 4, says: []string{`port 7102/tcp is already published by service "fault-publisher-7102"`},
		},
		{
			name: "port of the node taken by a process", prepare: listener(7103),
			web:  "{image: " + app1 + ", ports: [{target: 80, published: '7103', mode: host}], " + quick + "}",
			code: 7, cause: stack.CauseCrashLoop, says: []string{"7103", "address already in use"},
		},
		{
			name: "start-first without room", before: twoOfThree(app1), web: twoOfThree(app2),
			flags: allow, code: 7, cause: stack.CauseUnschedulable, says: []string{"no suitable node (insufficient resources on 1 node)"},
		},
		{
			name: "update paused", before: "{image: " + app1 + "}",
			web:  "{image: " + app1 + ", command: [exit, '3'], deploy: {update_config: {monitor: 20s}}}",
			code: 7, cause: stack.CausePaused, says: []string{"the swarm paused the update", "non-zero exit (3)"},
		},
		{
			name: "update rolled back", before: "{image: " + app1 + "}",
			web: "{image: " + app1 + ", command: [exit, '3'], deploy: " +
				"{update_config: {monitor: 20s, failure_action: rollback}, rollback_config: {monitor: 1s}}}",
			code: 7, cause: stack.CauseRolledBack, says: []string{"the swarm rolled the update back", "non-zero exit (3)"},
		},
		{
			name: "job fails", web: "{image: " + app1 + ", command: [exit, '3'], deploy: {mode: replicated-job, restart_policy: {condition: none}}}",
			code: 7, cause: stack.CauseJobFailed, says: []string{"non-zero exit (3)"},
		},
		{
			name: "bind path missing", web: "{image: " + app1 + ", volumes: ['/no/where:/data'], " + quick + "}",
			code: 7, cause: stack.CauseRejected, says: []string{"bind source path does not exist: /no/where"},
		},
		{
			name: "config too large", web: "{image: " + app1 + ", configs: [large]}",
			code: 1, says: []string{"compose.yaml:", `config "large"`, "1024000"},
		},
	}
}

// TestFaults applies stacks that cannot run. Each apply ends before its
// deadline, with the kind of the trouble for machines and the engine's own words
// for people. What can be known before is refused before the first write.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			p, environ := newProxy(t), []string{"TWO_THIRDS=" + twoThirds(t)}
			name := "fault-" + strings.ReplaceAll(f.name, " ", "-")
			file := func(web string) string {
				// An engine on a busy machine is slow to tell that a task has ended.
				text := "x-stackup: {wait: {stable: 20s}}\nservices:\n  web: " + web + "\n"
				if strings.Contains(web, "[large]") {
					text += "configs:\n  large: {content: " + strings.Repeat("x", 1024001) + "}\n"
				}
				return text
			}
			dir := write(t, "before.yaml", file(f.before), "compose.yaml", file(f.web))
			destroyAfter(t, name)
			if f.prepare != nil {
				f.prepare(t)
			}
			if f.before != "" {
				want(t, 0, dir, environ, "apply", name, "-c", "before.yaml", "-y")
			}
			environ = append(environ, "DOCKER_HOST="+p.host)
			args := append([]string{"apply", name, "-c", "compose.yaml", "-y", "--timeout", "5m", "--json-into", "result.json"}, f.flags...)
			r := want(t, f.code, dir, environ, args...)
			contains(t, r.stderr, f.says...)
			if f.cause == "" {
				if n := p.writes.Load(); n > 0 {
					t.Errorf("%d writes", n)
				}
				return
			}
			contains(t, r.stderr, name+"_web")
			if got := ended(t, dir)[name+"_web"].Cause; got != f.cause {
				t.Errorf("cause %q, want %q\n%s", got, f.cause, r.stderr)
			}
		})
	}
}

// TestForeignService destroys a stack whose network a service of somebody else
// is on, and names that service: before the first write, or when the service has
// come in between at the end of the wait.
func TestForeignService(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", "services: {web: {image: "+app1+", networks: [shared]}}\nnetworks: {shared: {}}\n")
	borrow := func() {
		_, err := dockerErr(t, "service", "create", "--quiet", "--no-resolve-image", "--name", "borrower", "--network", "lender_shared", app1)
		if err != nil {
			t.Error(err)
		}
	}
	destroyAfter(t, "lender")
	t.Cleanup(func() { _, _ = dockerErr(t, "service", "rm", "borrower") }) // if the test has failed half-way
	want(t, 0, dir, nil, "apply", "lender", "-c", "compose.yaml", "-y")

	borrow()
	p := newProxy(t)
	r := want(t, 4, dir, []string{"DOCKER_HOST=" + p.host}, "destroy", "lender", "-y")
	contains(t, r.stderr, "lender_shared", "borrower")
	if n := p.writes.Load(); n > 0 {
		t.Errorf("%d writes", n)
	}
	docker(t, "service", "rm", "borrower")

	var once sync.Once
	p.before = func(what string) {
		if strings.HasPrefix(what, "DELETE /services/") {
			once.Do(borrow)
		}
	}
	r = runWith(t, dir, []string{"DOCKER_HOST=" + p.host}, "destroy", "lender", "-y", "--timeout", "20s", "--json-into", "result.json")
	if r.code != 7 && r.code != 9 {
		t.Errorf("exit code %d", r.code)
	}
	contains(t, r.stderr, "lender_shared", "in use by service "+strings.TrimSpace(docker(t, "service", "inspect", "--format", "{{.ID}}", "borrower")))
	if got := ended(t, dir)["lender_shared"].Cause; got != stack.CauseInUse {
		t.Errorf("cause %q, want %q", got, stack.CauseInUse)
	}
	docker(t, "service", "rm", "borrower")
	want(t, 0, dir, nil, "destroy", "lender", "-y")
	eventually(t, "the network is gone when the borrower has stopped", func() bool { return len(left(t, "lender")) == 0 })
}
