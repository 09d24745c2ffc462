package api

import (
	"context"
	"fmt"
	"strings"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

// GetTasks is daemon/cluster/tasks.go, GetTasks.
func (b *backend) GetTasks(o swarmbackend.TaskListOptions) ([]types.Task, error) {
	f := o.Filters
	if err := f.Validate(accept("name", "id", "label", "service", "node", "desired-state", "_up-to-date", "runtime")); err != nil {
		return nil, err
	}
	if err := b.available(); err != nil {
		return nil, err
	}
	request := &swarmapi.ListTasksRequest_Filters{
		NamePrefixes: f.Get("name"), IDPrefixes: f.Get("id"), Labels: keyValues(f.Get("label")),
		UpToDate: len(f.Get("_up-to-date")) != 0, Runtimes: f.Get("runtime"),
	}
	for _, input := range f.Get("service") {
		s, err := b.service(input, false)
		if err != nil {
			return nil, err
		}
		request.ServiceIDs = append(request.ServiceIDs, s.ID)
	}
	for _, input := range f.Get("node") {
		n, err := b.node(input)
		if err != nil {
			return nil, err
		}
		request.NodeIDs = append(request.NodeIDs, n.ID)
	}
	if len(request.Runtimes) == 0 {
		request.Runtimes = []string{"container", ""}
	}
	for _, text := range f.Get("desired-state") {
		state, ok := swarmapi.TaskState_value[strings.ToUpper(text)]
		if !ok && text != "" {
			return nil, fmt.Errorf("Invalid desired-state filter: '%s'", text) //nolint:staticcheck // the daemon's words
		}
		request.DesiredStates = append(request.DesiredStates, swarmapi.TaskState(state))
	}
	r, err := ask(b.swarm.Control().ListTasks, &swarmapi.ListTasksRequest{Filters: request})
	if err != nil {
		return nil, err
	}
	tasks := make([]types.Task, 0, len(r.Tasks))
	for _, t := range r.Tasks {
		converted, err := convert.TaskFromGRPC(*t)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, converted)
	}
	return tasks, nil
}

func (b *backend) task(input string) (*swarmapi.Task, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	control := b.swarm.Control()
	return find("task", input,
		func() (*swarmapi.Task, error) {
			r, err := ask(control.GetTask, &swarmapi.GetTaskRequest{TaskID: input})
			if err != nil {
				return nil, err
			}
			return r.Task, nil
		},
		func(names, prefixes []string) ([]*swarmapi.Task, error) {
			r, err := control.ListTasks(context.Background(), &swarmapi.ListTasksRequest{
				Filters: &swarmapi.ListTasksRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Tasks, nil
		})
}

// GetTask is daemon/cluster/tasks.go, GetTask.
func (b *backend) GetTask(input string) (types.Task, error) {
	t, err := b.task(input)
	if err != nil {
		return types.Task{}, err
	}
	return convert.TaskFromGRPC(*t)
}
