package loader

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// Variables that docker compose gives a meaning.
const (
	envFile           = "COMPOSE_FILE"
	envPathSeparator  = "COMPOSE_PATH_SEPARATOR"
	envProfiles       = "COMPOSE_PROFILES"
	envEnvFiles       = "COMPOSE_ENV_FILES"
	envProjectName    = "COMPOSE_PROJECT_NAME"
	envDisableEnvFile = "COMPOSE_DISABLE_ENV_FILE"
)

// readEnvironment adds the --env-file files, or the .env of a directory, to
// the variables the files may use. What is there already stays.
func (p *project) readEnvironment(o Options, dir string) error {
	files := o.EnvFiles
	if list := p.env[envEnvFiles]; len(files) == 0 && list != "" {
		files = strings.Split(list, ",")
	}
	if len(files) == 0 {
		files = p.defaultEnvFile(dir)
	}
	for _, name := range files {
		if _, err := os.ReadFile(absolute(p.base, name)); err != nil {
			p.fail(unreadable("env file", name, err))
		}
	}
	if err := p.err(); err != nil {
		return err
	}
	return p.parseEnvFiles(files)
}

func (p *project) defaultEnvFile(dir string) []string {
	if off, _ := strconv.ParseBool(p.env[envDisableEnvFile]); off {
		return nil
	}
	path := filepath.Join(dir, ".env")
	if s, err := os.Stat(path); err != nil || s.IsDir() {
		return nil
	}
	return []string{readable(p.base, path)}
}

func (p *project) parseEnvFiles(names []string) error {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = absolute(p.base, name)
	}
	var vars map[string]string
	var err error
	for _, name := range unsetIn(quietly(func() { vars, err = dotenv.GetEnvFromFile(p.env, paths) })) {
		p.warnUnset(stack.Position{File: names[0]}, name)
	}
	p.env.Merge(vars)
	if err == nil {
		return nil
	}
	msg := err.Error()
	for i, path := range paths {
		if rest, ok := strings.CutPrefix(msg, "failed to read "+path+": "); ok {
			msg, line := cutLine(rest)
			return &stack.Error{Pos: stack.Position{File: names[i], Line: line}, Msg: msg}
		}
	}
	return &stack.Error{Msg: msg}
}

// findName settles the stack's name, in docker compose's order of precedence.
func (p *project) findName(given string) error {
	var pos stack.Position
	p.name = given
	if p.name == "" {
		p.name = p.env[envProjectName]
	}
	if p.name == "" {
		p.name, pos = p.nameInFiles()
	}
	switch {
	case p.name == "":
		return &stack.Error{
			Msg:  "the stack has no name",
			Hint: "give it as an argument, or write name: at the top of the compose file",
		}
	case !regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]*$`).MatchString(p.name):
		return &stack.Error{
			Pos: pos, Msg: "stack name " + strconv.Quote(p.name) + " is not possible",
			Hint: "use letters, digits, - and _, starting with a letter or digit",
		}
	}
	return nil
}

// nameInFiles is the last name: of the files, and where it stands.
func (p *project) nameInFiles() (name string, pos stack.Position) {
	for _, f := range p.files {
		for _, doc := range f.docs {
			key, value := lookup(doc, "name")
			if value == nil || value.Kind != yaml.ScalarNode {
				continue
			}
			name = p.substitute(value.Value)
			pos = stack.Position{File: f.name, Line: key.Line}
		}
	}
	return name, pos
}
