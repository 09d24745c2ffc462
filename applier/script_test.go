package applier

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	dockercontainer "github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fields splits a line into words; a word may be quoted.
func fields(line string) []string {
	words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], `"`)
	}
	return words
}

// lines are the lines of a section without comments.
func lines(section string) []string {
	var out []string
	for line := range strings.Lines(section) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// parsePlan reads a plan, one change a line:
//
//	create service web replicas=2 uses=front after db:healthy front
//
// Properties of a service are replicas=N, job=N, global, globaljob,
// restart=CONDITION, on-failure=ACTION, delay=TIME, grace=TIME, health, stable=TIME,
// timeout=TIME, uses=NAME (networks and configs).
func parsePlan(t *testing.T, text string) stack.Plan {
	t.Helper()
	p := stack.Plan{Stack: "shop", IDs: map[stack.Ref]string{}}
	kinds := map[string]stack.Kind{}
	for _, line := range lines(text) {
		words := fields(line)
		kinds[words[2]] = stack.Kind(words[1])
	}
	for _, line := range lines(text) {
		line, gates, _ := strings.Cut(line, " after ")
		words := fields(line)
		ref := stack.Ref{Kind: stack.Kind(words[1]), Name: words[2]}
		c := stack.Change{Ref: ref, Action: stack.Action(words[0]), Want: object(ref, words[3:], kinds, "2")}
		if c.Action != stack.Create {
			have := object(ref, words[3:], kinds, "1")
			c.Have = &stack.Live{ID: "id-" + ref.Name, Version: swarm.Version{Index: 10}}
			if s, ok := have.(stack.Service); ok {
				c.Have.Service = &swarm.Service{ID: c.Have.ID, Meta: swarm.Meta{Version: c.Have.Version}, Spec: s.Spec}
			}
			p.IDs[ref] = c.Have.ID
		}
		switch c.Action {
		case stack.Delete:
			c.Want = nil
		case stack.Keep:
			c.Want = object(ref, words[3:], kinds, "1")
		}
		for _, g := range fields(gates) {
			name, condition, _ := strings.Cut(g, ":")
			conditions := map[string]stack.Condition{"started": stack.Started, "healthy": stack.Healthy, "completed": stack.Completed, "removed": stack.Removed}
			c.After = append(c.After, stack.Gate{Ref: stack.Ref{Kind: cmp.Or(kinds[name], stack.KindNetwork), Name: name}, Condition: conditions[condition]})
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

func object(ref stack.Ref, properties []string, kinds map[string]stack.Kind, revision string) stack.Object {
	switch ref.Kind {
	case stack.KindNetwork:
		n := stack.Network{}
		n.Spec.Name = ref.Name
		return n
	case stack.KindConfig:
		return stack.Config{Spec: swarm.ConfigSpec{Annotations: swarm.Annotations{Name: ref.Name}}}
	case stack.KindSecret:
		return stack.Secret{Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: ref.Name}}}
	case stack.KindService:
	}
	s := stack.Service{Key: ref.Name}
	s.Spec.Name, s.Spec.Labels = ref.Name, map[string]string{"revision": revision}
	container := &swarm.ContainerSpec{}
	s.Spec.TaskTemplate.ContainerSpec = container
	for _, p := range properties {
		key, value, _ := strings.Cut(p, "=")
		n, _ := strconv.ParseUint(value, 10, 64)
		switch key {
		case "replicas":
			s.Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &n}
		case "job":
			s.Spec.Mode.ReplicatedJob = &swarm.ReplicatedJob{TotalCompletions: &n}
		case "global":
			s.Spec.Mode.Global = &swarm.GlobalService{}
		case "globaljob":
			s.Spec.Mode.GlobalJob = &swarm.GlobalJob{}
		case "restart":
			s.Spec.TaskTemplate.RestartPolicy = &swarm.RestartPolicy{Condition: swarm.RestartPolicyCondition(value)}
		case "stable":
			s.Settings.Stable, _ = time.ParseDuration(value)
		case "timeout":
			s.Settings.Timeout, _ = time.ParseDuration(value)
		case "on-failure":
			s.Spec.UpdateConfig = cmp.Or(s.Spec.UpdateConfig, &swarm.UpdateConfig{})
			s.Spec.UpdateConfig.FailureAction = swarm.FailureAction(value)
		case "delay":
			s.Spec.UpdateConfig = cmp.Or(s.Spec.UpdateConfig, &swarm.UpdateConfig{})
			s.Spec.UpdateConfig.Delay, _ = time.ParseDuration(value)
		case "grace":
			grace, _ := time.ParseDuration(value)
			container.StopGracePeriod = &grace
		case "health":
			container.Healthcheck = &dockercontainer.HealthConfig{Test: []string{"CMD", "check"}}
		case "uses":
			if kinds[value] == stack.KindConfig {
				container.Configs = append(container.Configs, &swarm.ConfigReference{ConfigName: value})
			} else {
				s.Spec.TaskTemplate.Networks = append(s.Spec.TaskTemplate.Networks, swarm.NetworkAttachmentConfig{Target: value})
			}
		}
	}
	return s
}

// parseSwarm reads what happens in the swarm, one step a line. The time counts
// from the start (@2s) or from the last write of the service (+2s):
//
//	web +1s 1 starting                 slot 1; a second task there is 1b
//	web +2s 1 failed exit=3            [old] [want=ready] [on=n2] [err="…"] [iteration=1]
//	web +2s 1 gone
//	web +5s update completed "message"
//	web @9s touched | changed | gone   somebody else's doing
//	web +0s version 9                  what is read is older than that
//	node @5s n2 down
func parseSwarm(t *testing.T, text string, f *fake) {
	t.Helper()
	for _, line := range lines(text) {
		words := fields(strings.ReplaceAll(line, `err="`, `"err=`))
		after, err := time.ParseDuration(words[1][1:])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if words[0] == "node" {
			f.nodes = append(f.nodes, nodeStep{after, words[2], swarm.NodeState(words[3])})
			continue
		}
		s := step{after: after, since: words[1][0] == '+'}
		switch words[2] {
		case "update":
			state, message := words[3], strings.Join(words[4:], " ")
			s.apply = func(v *swarm.Service) {
				v.UpdateStatus = &swarm.UpdateStatus{State: swarm.UpdateState(state), Message: message}
			}
		case "version":
			n, _ := strconv.ParseUint(words[3], 10, 64)
			s.apply = func(v *swarm.Service) { v.Version.Index = n }
		case "touched":
			s.apply = func(*swarm.Service) {}
		case "iteration":
			s.apply = func(v *swarm.Service) { v.JobStatus = &swarm.JobStatus{JobIteration: swarm.Version{Index: 1}} }
		case "changed":
			s.apply = func(v *swarm.Service) {
				was := v.Spec
				v.PreviousSpec, v.Spec.Labels = &was, map[string]string{"by": "somebody"}
			}
		case "gone":
			s.apply = func(v *swarm.Service) { v.ID = "" }
		default:
			for name := range strings.SplitSeq(words[2], ",") {
				s := s
				s.task = name
				parseTask(&s, words[3:])
				f.steps[words[0]] = append(f.steps[words[0]], s)
			}
			continue
		}
		f.steps[words[0]] = append(f.steps[words[0]], s)
	}
}

func parseTask(s *step, words []string) {
	t := &s.set
	t.Status.State, t.NodeID = swarm.TaskState(words[0]), "n1"
	t.Slot, _ = strconv.Atoi(strings.TrimRight(s.task, "bcdefgh"))
	if node, ok := strings.CutPrefix(s.task, "n"); ok {
		t.NodeID = "n" + strings.TrimRight(node, "bcdefgh")
	}
	if t.Slot > 0 && t.Status.State == swarm.TaskStatePending {
		t.NodeID = ""
	}
	t.DesiredState = swarm.TaskStateRunning
	if isOver(*t) {
		t.DesiredState = swarm.TaskStateShutdown
	}
	s.gone = words[0] == "gone"
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "old":
			s.old = true
		case "want":
			t.DesiredState = swarm.TaskState(value)
		case "on":
			t.NodeID = value
		case "err":
			t.Status.Err = value
		case "iteration":
			t.JobIteration = &swarm.Version{Index: 1}
		case "exit":
			code, _ := strconv.Atoi(value)
			t.Status.ContainerStatus = &swarm.ContainerStatus{ExitCode: code}
			if code != 0 && t.Status.Err == "" {
				t.Status.Err = fmt.Sprintf("task: non-zero exit (%d)", code)
			}
		}
	}
}

// parseFaults reads what goes wrong, one fault a line:
//
//	remove front in-use 3s      until then; also conflict, missing, invalid, unavailable
//	create db takes 2s          or: hangs
//	update web moved 2          the first 2 times somebody else is faster, without
//	update web changed          or with changing the spec
//	create conf taken           somebody has made one that is as wanted
//	create conf loses 2         the first 2 times it is done, and the answer lost
//	logs web.1 hangs            as the answer does
//	status unreachable 2s-5s
//	answer takes 2s             a poll reads at once and answers late
func parseFaults(t *testing.T, text string, f *fake) {
	t.Helper()
	for _, line := range lines(text) {
		words := fields(line)
		if words[0] == "status" || words[0] == "answer" {
			words = append([]string{words[0], ""}, words[1:]...)
		}
		if words[2] == "taken" {
			f.objects[words[1]] = true
			continue
		}
		words = append(words, "")
		x := fault{verb: words[0], name: words[1]}
		from, till, ok := strings.Cut(words[3], "-")
		if !ok {
			from, till = "0s", from
		}
		x.from, _ = time.ParseDuration(from)
		x.till, _ = time.ParseDuration(till)
		switch words[2] {
		case "takes":
			x.takes, x.till = x.till, 0
		case "hangs":
			x.hangs = true
		case "loses":
			x.loses, x.till = true, 0
			x.first, _ = strconv.Atoi(words[3])
		case "moved":
			x.first, _ = strconv.Atoi(words[3])
			x.till = 0
			x.meanwhile = func(s *swarm.Service) { s.Version.Index++ }
		case "changed":
			x.meanwhile = func(s *swarm.Service) {
				s.Version.Index++
				s.Spec.Labels = map[string]string{"by": "somebody"}
			}
		default:
			if x.err = sentinels()[words[2]]; x.err == nil {
				t.Fatalf("unknown fault: %s", line)
			}
		}
		f.faults = append(f.faults, x)
	}
}
