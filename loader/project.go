package loader

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackup-cli/stackup/stack"
)

// project is one load: the files, what surrounds them, and what has been found
// out about them so far.
type project struct {
	report
	keys     *keyTree // what becomes of every key
	name     string   // of the stack
	base     string   // where relative names of files start; absolute
	dir      string   // where relative paths inside the files start; absolute
	env      types.Mapping
	profiles []string
	files    []file // as given
	layers   layers

	environ    []string // of commands
	noCommands bool
}

// open reads the files and what they depend on, without interpreting them.
func open(o Options) (*project, error) {
	base, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, &stack.Error{Err: err}
	}
	p := &project{base: base, keys: newKeyTree(keys()), report: report{strict: o.Strict}, env: types.NewMapping(o.Environ)}
	p.environ, p.noCommands = o.Environ, o.NoCommands
	if len(o.Files) == 0 {
		home := absolute(base, o.ProjectDirectory)
		if err := p.readEnvironment(o, home); err != nil {
			return nil, err
		}
		if o.Files, err = p.discover(home); err != nil {
			return nil, err
		}
	}
	if err := p.readFiles(o); err != nil {
		return nil, err
	}
	p.findDirectory(o)
	if err := p.readEnvironment(o, p.dir); err != nil {
		return nil, err
	}
	p.profiles = o.Profiles
	if len(p.profiles) == 0 {
		p.profiles = strings.FieldsFunc(p.env[envProfiles], func(r rune) bool { return r == ',' || r == ' ' })
	}
	if err := p.findName(o.Name); err != nil {
		return nil, err
	}
	p.stratify()
	return p, nil
}

func (p *project) readFiles(o Options) error {
	for _, name := range o.Files {
		p.order = append(p.order, name)
		f, err := readFile(name, p.base, o.Stdin)
		var e *stack.Error
		if errors.As(err, &e) {
			p.fail(*e)
			continue
		}
		p.files = append(p.files, f)
	}
	return p.err()
}

// findDirectory settles where relative paths inside the files start.
func (p *project) findDirectory(o Options) {
	switch {
	case o.ProjectDirectory != "":
		p.dir = absolute(p.base, o.ProjectDirectory)
	case p.files[0].path == stdin:
		p.dir = p.base
	default:
		p.dir = filepath.Dir(p.files[0].path)
	}
}

// display is a path as the user wrote it, or as short as it can be said.
func (p *project) display(path string) string {
	if i := slices.IndexFunc(p.files, func(f file) bool { return f.path == path }); i >= 0 {
		return p.files[i].name
	}
	return readable(p.base, path)
}
