package api

import (
	"context"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

func (b *backend) secret(input string) (*swarmapi.Secret, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	control := b.swarm.Control()
	return find("secret", input,
		func() (*swarmapi.Secret, error) {
			r, err := ask(control.GetSecret, &swarmapi.GetSecretRequest{SecretID: input})
			if err != nil {
				return nil, err
			}
			return r.Secret, nil
		},
		func(names, prefixes []string) ([]*swarmapi.Secret, error) {
			r, err := control.ListSecrets(context.Background(), &swarmapi.ListSecretsRequest{
				Filters: &swarmapi.ListSecretsRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Secrets, nil
		})
}

// GetSecret is daemon/cluster/secrets.go, GetSecret.
func (b *backend) GetSecret(input string) (types.Secret, error) {
	o, err := b.secret(input)
	if err != nil {
		return types.Secret{}, err
	}
	return convert.SecretFromGRPC(o), nil
}

// GetSecrets is daemon/cluster/secrets.go, GetSecrets.
func (b *backend) GetSecrets(o swarmbackend.SecretListOptions) ([]types.Secret, error) {
	f := o.Filters
	if err := f.Validate(accept("names", "name", "id", "label")); err != nil {
		return nil, err
	}
	if err := b.available(); err != nil {
		return nil, err
	}
	r, err := ask(b.swarm.Control().ListSecrets, &swarmapi.ListSecretsRequest{Filters: &swarmapi.ListSecretsRequest_Filters{
		Names: f.Get("names"), NamePrefixes: f.Get("name"), IDPrefixes: f.Get("id"), Labels: keyValues(f.Get("label")),
	}})
	if err != nil {
		return nil, err
	}
	secrets := make([]types.Secret, 0, len(r.Secrets))
	for _, o := range r.Secrets {
		secrets = append(secrets, convert.SecretFromGRPC(o))
	}
	return secrets, nil
}

// CreateSecret is daemon/cluster/secrets.go, CreateSecret.
func (b *backend) CreateSecret(s types.SecretSpec) (string, error) {
	if err := b.available(); err != nil {
		return "", err
	}
	spec := convert.SecretSpecToGRPC(s)
	r, err := ask(b.swarm.Control().CreateSecret, &swarmapi.CreateSecretRequest{Spec: &spec})
	if err != nil {
		return "", err
	}
	return r.Secret.ID, nil
}

// UpdateSecret is daemon/cluster/secrets.go, UpdateSecret.
func (b *backend) UpdateSecret(input string, version uint64, s types.SecretSpec) error {
	o, err := b.secret(input)
	if err != nil {
		return err
	}
	spec := convert.SecretSpecToGRPC(s)
	_, err = ask(b.swarm.Control().UpdateSecret, &swarmapi.UpdateSecretRequest{
		SecretID: o.ID, SecretVersion: &swarmapi.Version{Index: version}, Spec: &spec,
	})
	return err
}

// RemoveSecret is daemon/cluster/secrets.go, RemoveSecret.
func (b *backend) RemoveSecret(input string) error {
	o, err := b.secret(input)
	if err != nil {
		return err
	}
	_, err = ask(b.swarm.Control().RemoveSecret, &swarmapi.RemoveSecretRequest{SecretID: o.ID})
	return err
}
