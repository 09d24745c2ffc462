package main

import (
	"context"
	"encoding/json"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

func configCommand(p *process) *cobra.Command {
	var (
		src     source
		inSpecs bool
	)
	c := &cobra.Command{
		Use:   "config [STACK] -c FILE",
		Short: "print the compose file as stackup reads it",
		Long: `Print the compose file as stackup reads it: merged, with variables replaced and
relative paths resolved. With --specs print what the engine would be sent
instead, as JSON. No engine is needed. The contents of secrets are never shown;
variables are, as in the file. Commands that contents come from are not run: the
names of such configs and secrets end in "-unread".`,
		Example: `  stackup config shop -c compose.yaml -c production.yaml
  stackup config shop -c compose.yaml --specs`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			o := src.options(p, firstArg(args))
			o.NoCommands = true
			if inSpecs {
				return printSpecs(c.Context(), p, o)
			}
			text, warnings, err := loader.Resolve(c.Context(), o)
			if err != nil {
				return err
			}
			p.warn(warnings)
			_, err = p.stdout.Write(text)
			return err
		},
	}
	src.addFlags(c)
	c.Flags().BoolVar(&inSpecs, "specs", false, "print the engine's specs as JSON")
	return c
}

func printSpecs(ctx context.Context, p *process, o loader.Options) error {
	want, err := loader.Load(ctx, o)
	if err != nil {
		return err
	}
	p.mask(want.Secrets)
	p.warn(want.Warnings)
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(specsOf(want))
}

// specs is what a stack consists of in the engine's terms, by full name. What
// is external is left out: the engine is not sent it.
type specs struct {
	Services map[string]swarm.ServiceSpec     `json:"services"`
	Networks map[string]network.CreateRequest `json:"networks,omitempty"`
	Configs  map[string]swarm.ConfigSpec      `json:"configs,omitempty"`
	Secrets  map[string]swarm.SecretSpec      `json:"secrets,omitempty"`
}

func specsOf(s stack.Stack) specs {
	out := specs{
		Services: map[string]swarm.ServiceSpec{}, Networks: map[string]network.CreateRequest{},
		Configs: map[string]swarm.ConfigSpec{}, Secrets: map[string]swarm.SecretSpec{},
	}
	for _, x := range s.Services {
		out.Services[x.Spec.Name] = x.Spec
	}
	for _, x := range s.Networks {
		if !x.External {
			out.Networks[x.Spec.Name] = x.Spec
		}
	}
	for _, x := range s.Configs {
		if !x.External {
			out.Configs[x.Spec.Name] = x.Spec
		}
	}
	for _, x := range s.Secrets {
		if !x.External {
			out.Secrets[x.Spec.Name] = x.Spec
		}
	}
	return out
}
