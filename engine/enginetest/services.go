package enginetest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// task is a task, and the part of its service's spec that it does not show.
type task struct {
	swarm.Task
	endpoint *swarm.EndpointSpec
}

// matches is swarmkit's rule (manager/orchestrator/task.go, IsTaskDirty): a task
// of an older, equal spec matches too.
func (t *task) matches(s *swarm.Service) bool {
	return reflect.DeepEqual(t.Spec, s.Spec.TaskTemplate) && reflect.DeepEqual(t.endpoint, s.Spec.EndpointSpec)
}

// admit checks what a new service refers to, and gives it its first tasks.
func (e *Engine) admit(s *swarm.Service) error {
	if err := e.check(s.Spec); err != nil {
		return err
	}
	if s.Spec.Mode.ReplicatedJob != nil || s.Spec.Mode.GlobalJob != nil {
		s.JobStatus = &swarm.JobStatus{}
	}
	e.orchestrate(s, false)
	return nil
}

func (e *Engine) check(spec swarm.ServiceSpec) error {
	const invalid = "rpc error: code = InvalidArgument desc = "
	exists := func(id string) bool {
		return slices.ContainsFunc(e.objects, func(o *object) bool { return o.id == id })
	}
	container := spec.TaskTemplate.ContainerSpec
	if container == nil || container.Image == "" {
		return refuse(http.StatusBadRequest, invalid+"ContainerSpec: image reference must be provided")
	}
	for _, n := range spec.TaskTemplate.Networks {
		if !exists(n.Target) {
			return refuse(http.StatusInternalServerError, "network %s not found", n.Target)
		}
	}
	for _, c := range container.Configs {
		if !exists(c.ConfigID) {
			return refuse(http.StatusBadRequest, invalid+"config not found: %s", c.ConfigName)
		}
	}
	for _, s := range container.Secrets {
		if !exists(s.SecretID) {
			return refuse(http.StatusBadRequest, invalid+"secret not found: %s", s.SecretName)
		}
	}
	return nil
}

func (e *Engine) updateService(r *http.Request) (any, error) {
	o, err := e.find(r, "service")
	if err != nil {
		return nil, err
	}
	s, spec := o.service, swarm.ServiceSpec{}
	if err := json.NewDecoder(r.Body).Decode(&spec); err != nil {
		return nil, err
	}
	if err := cmp.Or(e.check(spec), checkVersion(r, o)); err != nil {
		return nil, err
	}
	if spec.Name != s.Spec.Name {
		return nil, refuse(http.StatusNotImplemented, "rpc error: code = Unimplemented desc = renaming services is not supported")
	}
	if modeOf(spec.Mode) != modeOf(s.Spec.Mode) {
		return nil, refuse(http.StatusNotImplemented, "rpc error: code = Unimplemented desc = service mode change is not allowed")
	}
	was := s.Spec
	dirty := s.JobStatus != nil ||
		!reflect.DeepEqual(was.TaskTemplate, spec.TaskTemplate) || !reflect.DeepEqual(was.EndpointSpec, spec.EndpointSpec)
	s.PreviousSpec, s.Spec, s.UpdateStatus, o.about = &was, spec, nil, spec.Annotations
	e.wrote("update", o)
	e.logins.Note(r, spec.Name)
	if s.JobStatus != nil {
		s.JobStatus.JobIteration.Index = e.index
	}
	e.orchestrate(s, dirty)
	return swarm.ServiceUpdateResponse{}, nil
}

func modeOf(m swarm.ServiceMode) [3]bool {
	return [3]bool{m.Global != nil, m.ReplicatedJob != nil, m.GlobalJob != nil}
}

// slots is the number of tasks a service is to have.
func slots(m swarm.ServiceMode) int {
	one := uint64(1)
	switch {
	case m.Replicated != nil:
		return int(*cmp.Or(m.Replicated.Replicas, &one))
	case m.ReplicatedJob != nil:
		return int(*cmp.Or(m.ReplicatedJob.TotalCompletions, m.ReplicatedJob.MaxConcurrent, &one))
	}
	return 1
}

// orchestrate gives a service the tasks it is to have. With dirty the present
// ones are shut down and replaced.
func (e *Engine) orchestrate(s *swarm.Service, dirty bool) {
	want := slots(s.Spec.Mode)
	e.tasks = slices.DeleteFunc(e.tasks, func(t *task) bool { return t.ServiceID == s.ID && t.Slot > want })
	filled := map[int]bool{}
	for _, t := range e.tasks {
		switch {
		case t.ServiceID != s.ID:
		case !dirty:
			filled[t.Slot] = true
		case t.DesiredState != swarm.TaskStateShutdown:
			t.DesiredState, t.Status.State = swarm.TaskStateShutdown, swarm.TaskStateShutdown
		}
	}
	good := true
	for slot := 1; slot <= want; slot++ {
		if !filled[slot] {
			good = e.run(s, slot) && good
		}
	}
	switch {
	case !dirty || s.JobStatus != nil:
	case good:
		s.UpdateStatus = &swarm.UpdateStatus{State: swarm.UpdateStateCompleted, Message: "update completed"}
	default:
		s.UpdateStatus = &swarm.UpdateStatus{
			State:   swarm.UpdateStatePaused,
			Message: "update paused due to failure or early termination of task " + e.tasks[len(e.tasks)-1].ID,
		}
	}
}

// run adds the tasks of one slot as the image wants it, and says whether that is
// a success.
func (e *Engine) run(s *swarm.Service, slot int) bool {
	container := s.Spec.TaskTemplate.ContainerSpec
	name, _, _ := strings.Cut(path.Base(container.Image), ":")
	if name == "app" {
		name = strings.Join(container.Args, "")
	}
	status, times := swarm.TaskStatus{State: swarm.TaskStateRunning}, 1
	code, exits := strings.CutPrefix(name, "exit")
	switch {
	case name == "missing":
		status = swarm.TaskStatus{State: swarm.TaskStateRejected, Err: "No such image: " + container.Image}
	case name == "stuck":
		status.State = swarm.TaskStatePreparing
	case exits && code != "0":
		exit, _ := strconv.Atoi(code)
		status = swarm.TaskStatus{State: swarm.TaskStateFailed, Err: "task: non-zero exit (" + code + ")"}
		status.ContainerStatus, times = &swarm.ContainerStatus{ExitCode: exit}, 3
	case exits, s.JobStatus != nil:
		status.State = swarm.TaskStateComplete
	}
	for range times {
		e.addTask(s, slot, status)
	}
	return status.State == swarm.TaskStateRunning || status.State == swarm.TaskStateComplete
}

func (e *Engine) addTask(s *swarm.Service, slot int, status swarm.TaskStatus) {
	t := &task{endpoint: s.Spec.EndpointSpec, Task: swarm.Task{
		ID: e.newID("task"), ServiceID: s.ID, Slot: slot, NodeID: theNode().ID,
		Spec: s.Spec.TaskTemplate, Status: status, DesiredState: swarm.TaskStateRunning,
	}}
	switch {
	case s.JobStatus != nil:
		iteration := s.JobStatus.JobIteration
		t.JobIteration, t.DesiredState = &iteration, swarm.TaskStateComplete
	case status.State != swarm.TaskStateRunning && status.State != swarm.TaskStatePreparing:
		t.DesiredState = swarm.TaskStateShutdown
	}
	e.tasks = append(e.tasks, t)
}

func (e *Engine) listTasks(r *http.Request) (any, error) {
	f, err := readFilters(r)
	out := []*task{}
	for _, o := range e.objects {
		for _, t := range e.tasks {
			if t.ServiceID != o.id || !f.match(o.about) {
				continue
			}
			if !f.UpToDate["true"] || t.matches(o.service) {
				out = append(out, t)
			}
		}
	}
	return out, err
}
