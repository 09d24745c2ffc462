package api

import (
	"context"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

func (b *backend) config(input string) (*swarmapi.Config, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	control := b.swarm.Control()
	return find("config", input,
		func() (*swarmapi.Config, error) {
			r, err := ask(control.GetConfig, &swarmapi.GetConfigRequest{ConfigID: input})
			if err != nil {
				return nil, err
			}
			return r.Config, nil
		},
		func(names, prefixes []string) ([]*swarmapi.Config, error) {
			r, err := control.ListConfigs(context.Background(), &swarmapi.ListConfigsRequest{
				Filters: &swarmapi.ListConfigsRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Configs, nil
		})
}

// GetConfig is daemon/cluster/configs.go, GetConfig.
func (b *backend) GetConfig(input string) (types.Config, error) {
	o, err := b.config(input)
	if err != nil {
		return types.Config{}, err
	}
	return convert.ConfigFromGRPC(o), nil
}

// GetConfigs is daemon/cluster/configs.go, GetConfigs.
func (b *backend) GetConfigs(o swarmbackend.ConfigListOptions) ([]types.Config, error) {
	f := o.Filters
	if err := f.Validate(accept("name", "id", "label")); err != nil {
		return nil, err
	}
	if err := b.available(); err != nil {
		return nil, err
	}
	r, err := ask(b.swarm.Control().ListConfigs, &swarmapi.ListConfigsRequest{Filters: &swarmapi.ListConfigsRequest_Filters{
		NamePrefixes: f.Get("name"), IDPrefixes: f.Get("id"), Labels: keyValues(f.Get("label")),
	}})
	if err != nil {
		return nil, err
	}
	configs := make([]types.Config, 0, len(r.Configs))
	for _, o := range r.Configs {
		configs = append(configs, convert.ConfigFromGRPC(o))
	}
	return configs, nil
}

// CreateConfig is daemon/cluster/configs.go, CreateConfig.
func (b *backend) CreateConfig(s types.ConfigSpec) (string, error) {
	if err := b.available(); err != nil {
		return "", err
	}
	spec := convert.ConfigSpecToGRPC(s)
	r, err := ask(b.swarm.Control().CreateConfig, &swarmapi.CreateConfigRequest{Spec: &spec})
	if err != nil {
		return "", err
	}
	return r.Config.ID, nil
}

// UpdateConfig is daemon/cluster/configs.go, UpdateConfig.
func (b *backend) UpdateConfig(input string, version uint64, s types.ConfigSpec) error {
	o, err := b.config(input)
	if err != nil {
		return err
	}
	spec := convert.ConfigSpecToGRPC(s)
	_, err = ask(b.swarm.Control().UpdateConfig, &swarmapi.UpdateConfigRequest{
		ConfigID: o.ID, ConfigVersion: &swarmapi.Version{Index: version}, Spec: &spec,
	})
	return err
}

// RemoveConfig is daemon/cluster/configs.go, RemoveConfig.
func (b *backend) RemoveConfig(input string) error {
	o, err := b.config(input)
	if err != nil {
		return err
	}
	_, err = ask(b.swarm.Control().RemoveConfig, &swarmapi.RemoveConfigRequest{ConfigID: o.ID})
	return err
}
