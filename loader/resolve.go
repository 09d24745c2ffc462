package loader

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// Resolve reads the compose files as [Load] does and gives back what they come
// to: one compose file, with everything merged, variables replaced, env files
// read, paths absolute, and services of inactive profiles left out. Loading it
// gives the same stack. The contents of secrets are not in it.
func Resolve(ctx context.Context, o Options) ([]byte, []stack.Warning, error) {
	p, err := open(o)
	if err != nil {
		return nil, nil, err
	}
	model, err := p.merge(ctx)
	if err != nil {
		return nil, nil, err
	}
	s, err := p.convert(ctx, model)
	if err != nil {
		return nil, nil, err
	}
	text, err := p.resolved(model, s)
	return text, s.Warnings, err
}

// resolvedFile is a compose file in the order in which people read one.
type resolvedFile struct {
	Name     string                    `yaml:"name"`
	Services map[string]map[string]any `yaml:"services"`
	Networks map[string]map[string]any `yaml:"networks,omitempty"`
	Volumes  any                       `yaml:"volumes,omitempty"`
	Configs  map[string]map[string]any `yaml:"configs,omitempty"`
	Secrets  map[string]map[string]any `yaml:"secrets,omitempty"`
	Others   map[string]any            `yaml:",inline"`
}

// resolved is the text of the model, with what the stack knows better.
func (p *project) resolved(model map[string]any, s stack.Stack) ([]byte, error) {
	model, _ = escaped(model).(map[string]any)
	f := resolvedFile{Name: s.Name, Others: model, Volumes: model["volumes"]}
	services := pick(model, "services", s.Services, func(o stack.Service) string { return o.Key })
	for _, o := range s.Services {
		p.resolveService(services[o.Key], o)
	}
	configs := pick(model, "configs", s.Configs, func(o stack.Config) string { return o.Key })
	secrets := pick(model, "secrets", s.Secrets, func(o stack.Secret) string { return o.Key })
	for _, o := range configs {
		withoutContent(o)
	}
	for _, o := range secrets {
		withoutContent(o)
	}
	f.Services, f.Configs, f.Secrets = services, configs, secrets
	f.Networks = pick(model, "networks", s.Networks, func(o stack.Network) string { return o.Key })
	for _, key := range []string{"name", "services", "networks", "volumes", "configs", "secrets", hiddenVersion} {
		delete(model, key)
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	err := enc.Encode(f)
	return out.Bytes(), err
}

// pick is the part of a section that the stack uses.
func pick[T any](model map[string]any, section string, used []T, key func(T) string) map[string]map[string]any {
	all, _ := model[section].(map[string]any)
	out := map[string]map[string]any{}
	for _, o := range used {
		if data, ok := all[key(o)]; ok {
			out[key(o)], _ = data.(map[string]any)
		}
	}
	return out
}

func (p *project) resolveService(data map[string]any, o stack.Service) {
	container := o.Spec.TaskTemplate.ContainerSpec
	for _, key := range []string{"env_file", "environment", "label_file", "profiles"} {
		delete(data, key)
	}
	if len(container.Env) > 0 {
		data["environment"] = environmentOf(container.Env)
	}
	labels := maps.Clone(container.Labels)
	if delete(labels, stack.LabelNamespace); len(labels) > 0 {
		data["labels"] = escapedAll(labels)
	}
	volumes, _ := data["volumes"].([]any)
	for i, v := range volumes {
		v.(map[string]any)["target"] = escaped(container.Mounts[i].Target)
	}
	options, _ := data["security_opt"].([]any)
	for i, v := range options {
		if path, ok := strings.CutPrefix(scalar(v), "seccomp="); ok && container.Privileges.Seccomp.Mode == swarm.SeccompModeCustom {
			options[i] = "seccomp=" + absolute(p.dir, path)
		}
	}
}

// withoutContent takes out what compose-go has put beside the name of a
// variable.
func withoutContent(m map[string]any) {
	delete(m, secretValue)
	if m["environment"] != nil {
		delete(m, "content")
	}
}

func environmentOf(env []string) map[string]any {
	out := map[string]any{}
	for _, e := range env {
		if name, value, ok := strings.Cut(e, "="); ok {
			out[name] = escaped(value)
		} else {
			out[name] = nil
		}
	}
	return out
}

func escapedAll(table map[string]string) map[string]any {
	out := map[string]any{}
	for name, value := range table {
		out[name] = escaped(value)
	}
	return out
}

// escaped is a copy of a value in which no text has a variable left.
func escaped(value any) any {
	switch v := value.(type) {
	case string:
		return strings.ReplaceAll(v, "$", "$$")
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = escaped(e)
		}
		return out
	case []any:
		out := slices.Clone(v)
		for i := range out {
			out[i] = escaped(out[i])
		}
		return out
	}
	return value
}
