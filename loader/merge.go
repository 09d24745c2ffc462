package loader

import (
	"context"
	"fmt"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackup-cli/stackup/stack"
)

// merge has compose-go read, check and merge the files. The result is its
// canonical model: short forms spelled out, relative paths made absolute,
// variables replaced, nothing filled in.
func (p *project) merge(ctx context.Context) (map[string]any, error) {
	p.checkVariables()
	p.checkLists()
	p.checkCommands()
	if err := p.err(); err != nil {
		return nil, err
	}
	var model map[string]any
	var err error
	for _, text := range quietly(func() { model, err = p.composeModel(ctx) }) {
		p.composeWarning(text)
	}
	if err != nil {
		p.composeError(err)
	}
	return model, p.err()
}

// composeModel calls compose-go. It panics on some malformed input, which is
// an error to us as any other.
func (p *project) composeModel(ctx context.Context) (model map[string]any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &stack.Error{
				Pos: p.onlyFile(),
				Msg: fmt.Sprintf("the compose files cannot be read: %v", cause),
			}
		}
	}()
	details := types.ConfigDetails{WorkingDir: p.dir, Environment: p.env.Clone()}
	for _, f := range p.files {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: f.path, Content: f.content})
	}
	commanded := p.commanded()
	details.ConfigFiles = append(details.ConfigFiles, standInFor(commanded)...)
	model, err = loader.LoadModelWithContext(ctx, details, p.composeOptions)
	withoutStandIn(model, commanded)
	return model, err
}

// composeOptions makes compose-go fill in nothing: docker stack deploy sends
// what is written. The project name is a stand-in, since compose-go refuses
// names that docker accepts; [project.substitute] puts the real one in.
func (p *project) composeOptions(o *loader.Options) {
	o.SetProjectName("stack", true)
	o.SkipNormalization = true
	o.SkipDefaultValues = true
	o.MaxNodeVisits = 10_000_000
	o.Interpolate.Substitute = func(text string, vars template.Mapping) (string, error) {
		return template.Substitute(text, p.withName(vars))
	}
}

func (p *project) withName(vars template.Mapping) template.Mapping {
	return func(name string) (string, bool) {
		if name == envProjectName && p.name != "" {
			return p.name, true
		}
		return vars(name)
	}
}

// substitute replaces the variables of a text, as far as that is possible.
func (p *project) substitute(text string) string {
	out, err := template.SubstituteWithOptions(text, p.withName(p.env.Resolve), template.WithoutLogging)
	if err != nil {
		return text
	}
	return out
}
