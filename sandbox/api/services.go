package api

import (
	"context"
	"errors"
	"fmt"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	"github.com/moby/moby/v2/errdefs"
	swarmapi "github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/identity"
)

func (b *backend) service(input string, insertDefaults bool) (*swarmapi.Service, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	control := b.swarm.Control()
	get := func(id string) (*swarmapi.Service, error) {
		r, err := ask(control.GetService, &swarmapi.GetServiceRequest{ServiceID: id, InsertDefaults: insertDefaults})
		if err != nil {
			return nil, err
		}
		return r.Service, nil
	}
	s, err := find("service", input,
		func() (*swarmapi.Service, error) { return get(input) },
		func(names, prefixes []string) ([]*swarmapi.Service, error) {
			r, err := control.ListServices(context.Background(), &swarmapi.ListServicesRequest{
				Filters: &swarmapi.ListServicesRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Services, nil
		})
	if err != nil || !insertDefaults {
		return s, err
	}
	return get(s.ID)
}

// GetService is daemon/cluster/services.go, GetService.
func (b *backend) GetService(input string, insertDefaults bool) (types.Service, error) {
	s, err := b.service(input, insertDefaults)
	if err != nil {
		return types.Service{}, err
	}
	return convert.ServiceFromGRPC(*s)
}

// GetServices is daemon/cluster/services.go, GetServices.
func (b *backend) GetServices(o swarmbackend.ServiceListOptions) ([]types.Service, error) {
	f := o.Filters
	if err := f.Validate(accept("name", "id", "label", "mode", "runtime")); err != nil {
		return nil, err
	}
	if err := b.available(); err != nil {
		return nil, err
	}
	if len(f.Get("runtime")) == 0 {
		f.Add("runtime", string(types.RuntimeContainer))
	}
	r, err := ask(b.swarm.Control().ListServices, &swarmapi.ListServicesRequest{Filters: &swarmapi.ListServicesRequest_Filters{
		NamePrefixes: f.Get("name"), IDPrefixes: f.Get("id"), Labels: keyValues(f.Get("label")), Runtimes: f.Get("runtime"),
	}})
	if err != nil {
		return nil, err
	}
	services := make([]types.Service, 0, len(r.Services))
	for _, s := range r.Services {
		if f.Contains("mode") && !f.ExactMatch("mode", modeOf(s)) {
			continue
		}
		converted, err := convert.ServiceFromGRPC(*s)
		if err != nil {
			return nil, err
		}
		services = append(services, converted)
	}
	if o.Status {
		err = b.addStatus(services)
	}
	return services, err
}

func modeOf(s *swarmapi.Service) string {
	switch s.Spec.GetMode().(type) {
	case *swarmapi.ServiceSpec_Global:
		return "global"
	case *swarmapi.ServiceSpec_ReplicatedJob:
		return "replicated-job"
	case *swarmapi.ServiceSpec_GlobalJob:
		return "global-job"
	}
	return "replicated"
}

func (b *backend) addStatus(services []types.Service) error {
	ids := make([]string, len(services))
	for i, s := range services {
		ids[i] = s.ID
	}
	r, err := ask(b.swarm.Control().ListServiceStatuses, &swarmapi.ListServiceStatusesRequest{Services: ids})
	if err != nil {
		return err
	}
	byID := map[string]*types.ServiceStatus{}
	for _, s := range r.Statuses {
		byID[s.ServiceID] = &types.ServiceStatus{
			RunningTasks: s.RunningTasks, DesiredTasks: s.DesiredTasks, CompletedTasks: s.CompletedTasks,
		}
	}
	for i := range services {
		services[i].ServiceStatus = byID[services[i].ID]
	}
	return nil
}

// prepare checks and converts a spec as both CreateService and UpdateService do.
func (b *backend) prepare(spec types.ServiceSpec) (swarmapi.ServiceSpec, *swarmapi.ContainerSpec, error) {
	none := swarmapi.ServiceSpec{}
	if err := b.available(); err != nil {
		return none, nil, err
	}
	for i, n := range spec.TaskTemplate.Networks {
		found, err := b.network(n.Target)
		if err != nil {
			return none, nil, err
		}
		spec.TaskTemplate.Networks[i].Target = found.ID
	}
	if spec.Name == "" { // the daemon makes up names such as "eager_hopper"
		spec.Name = "service-" + identity.NewID()[:8]
	}
	converted, err := toGRPC(spec)
	if err != nil {
		return none, nil, errdefs.InvalidParameter(err)
	}
	switch converted.Task.Runtime.(type) {
	case *swarmapi.TaskSpec_Attachment:
		return none, nil, fmt.Errorf("invalid task spec: spec type %q not supported", types.RuntimeNetworkAttachment)
	case *swarmapi.TaskSpec_Generic:
		return none, nil, fmt.Errorf("runtime type %q only supported in experimental", types.RuntimePlugin)
	case *swarmapi.TaskSpec_Container:
		if c := converted.Task.GetContainer(); c != nil {
			return converted, c, nil
		}
		return none, nil, errors.New("service does not use container tasks")
	}
	return converted, &swarmapi.ContainerSpec{}, nil
}

// toGRPC does not fail over null in a list, as the daemon's own does.
func toGRPC(spec types.ServiceSpec) (converted swarmapi.ServiceSpec, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the spec has an empty entry in a list")
		}
	}()
	return convert.ServiceSpecToGRPC(spec)
}

// CreateService is daemon/cluster/services.go, CreateService.
func (b *backend) CreateService(spec types.ServiceSpec, auth string, _ bool) (*types.ServiceCreateResponse, error) {
	converted, container, err := b.prepare(spec)
	if err != nil {
		return nil, err
	}
	if auth != "" {
		container.PullOptions = &swarmapi.ContainerSpec_PullOptions{RegistryAuth: auth}
	}
	r, err := ask(b.swarm.Control().CreateService, &swarmapi.CreateServiceRequest{Spec: &converted})
	if err != nil {
		return nil, err
	}
	return &types.ServiceCreateResponse{ID: r.Service.ID}, nil
}

// UpdateService is daemon/cluster/services.go, UpdateService.
func (b *backend) UpdateService(input string, version uint64, spec types.ServiceSpec, o swarmbackend.ServiceUpdateOptions, _ bool) (*types.ServiceUpdateResponse, error) {
	converted, container, err := b.prepare(spec)
	if err != nil {
		return nil, err
	}
	current, err := b.service(input, false)
	if err != nil {
		return nil, err
	}
	if container.PullOptions, err = credentials(current, o); err != nil {
		return nil, err
	}
	rollbacks := map[string]swarmapi.UpdateServiceRequest_Rollback{
		"": swarmapi.UpdateServiceRequest_NONE, "none": swarmapi.UpdateServiceRequest_NONE,
		"previous": swarmapi.UpdateServiceRequest_PREVIOUS,
	}
	rollback, ok := rollbacks[o.Rollback]
	if !ok {
		return nil, fmt.Errorf("unrecognized rollback option %s", o.Rollback)
	}
	_, err = ask(b.swarm.Control().UpdateService, &swarmapi.UpdateServiceRequest{
		ServiceID: current.ID, Spec: &converted, ServiceVersion: &swarmapi.Version{Index: version}, Rollback: rollback,
	})
	if err != nil {
		return nil, err
	}
	return &types.ServiceUpdateResponse{}, nil
}

// credentials for the registry are kept from an update to the next, unless new
// ones come with it.
func credentials(current *swarmapi.Service, o swarmbackend.ServiceUpdateOptions) (*swarmapi.ContainerSpec_PullOptions, error) {
	if o.EncodedRegistryAuth != "" {
		return &swarmapi.ContainerSpec_PullOptions{RegistryAuth: o.EncodedRegistryAuth}, nil
	}
	from := current.Spec
	if o.RegistryAuthFrom == types.RegistryAuthFromPreviousSpec {
		if current.PreviousSpec == nil {
			return nil, errors.New("service does not have a previous spec")
		}
		from = *current.PreviousSpec
	}
	container := from.Task.GetContainer()
	if container == nil {
		return nil, errors.New("service does not use container tasks")
	}
	return container.PullOptions, nil
}

// RemoveService is daemon/cluster/services.go, RemoveService.
func (b *backend) RemoveService(input string) error {
	s, err := b.service(input, false)
	if err != nil {
		return err
	}
	_, err = ask(b.swarm.Control().RemoveService, &swarmapi.RemoveServiceRequest{ServiceID: s.ID})
	return err
}
