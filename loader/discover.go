package loader

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// composeFiles are the names that docker compose looks for, in its order
// (compose-go cli/options.go, DefaultFileNames).
func composeFiles() []string {
	return []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
}

// overrideFiles are those that are merged over one of [composeFiles]
// (compose-go cli/options.go, DefaultOverrideFileNames).
func overrideFiles() []string {
	return []string{
		"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	}
}

// stackFiles are names in wide use for files that are only for a swarm.
func stackFiles() []string {
	return []string{"docker-stack.yml", "docker-stack.yaml", "stack.yml", "stack.yaml"}
}

// discover finds the files where none are given: those of COMPOSE_FILE, else
// those of a well-known name in home or the nearest directory above it.
func (p *project) discover(home string) ([]string, error) {
	if list := p.env[envFile]; list != "" {
		return strings.Split(list, cmp.Or(p.env[envPathSeparator], string(filepath.ListSeparator))), nil
	}
	for dir := home; ; dir = filepath.Dir(dir) {
		if names, err := p.filesIn(dir); names != nil || err != nil {
			return names, err
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return nil, &stack.Error{
		Msg: "no compose file is given, and none is found in " + quoted(home) + " or above",
		Hint: "name one with -c, or - for standard input; looked for " +
			strings.Join(append(composeFiles(), stackFiles()...), ", "),
	}
}

// filesIn are the files of well-known names in a directory. Where some are for
// docker compose and some for a swarm, guessing could deploy the wrong ones.
func (p *project) filesIn(dir string) ([]string, error) {
	found, forSwarm := p.existing(dir, composeFiles()), p.existing(dir, stackFiles())
	switch {
	case len(found) > 0 && len(forSwarm) > 0:
		return nil, &stack.Error{
			Msg:  "no compose file is given, and there are both " + quoted(found[0]) + " and " + quoted(forSwarm[0]),
			Hint: "say which with -c",
		}
	case len(forSwarm) > 0:
		return p.first(forSwarm), nil
	case len(found) > 0:
		return append(p.first(found), p.first(p.existing(dir, overrideFiles()))...), nil
	}
	return nil, nil
}

func (p *project) existing(dir string, names []string) []string {
	var out []string
	for _, name := range names {
		path := filepath.Join(dir, name)
		if s, err := os.Stat(path); err == nil && s.Mode().IsRegular() {
			out = append(out, readable(p.base, path))
		}
	}
	return out
}

// first is the first of the names that were found. The others are warned
// about.
func (p *project) first(found []string) []string {
	if len(found) < 2 {
		return found
	}
	p.warn(remark{
		msg:  "several compose files are found: " + quoted(found[0]) + " is used, " + strings.Join(found[1:], ", ") + " not",
		hint: "say which with -c",
	})
	return found[:1]
}
