package loader

import (
	"context"
	"io"

	"github.com/stackup-cli/stackup/stack"
)

// Options says what to load.
type Options struct {
	// Files are the compose files, later ones overriding earlier ones; "-" is
	// Stdin. None means COMPOSE_FILE, else the files that docker compose would
	// find, docker-stack.yml or stack.yml in ProjectDirectory or above it.
	Files []string
	// Name is the stack's name. Empty means COMPOSE_PROJECT_NAME, else the
	// files' own name:.
	Name string
	// EnvFiles hold variables for the files, later ones overriding earlier
	// ones. None means COMPOSE_ENV_FILES, else .env in the project directory, if
	// there is one.
	EnvFiles []string
	// Environ is the caller's environment, NAME=VALUE; it beats EnvFiles. The
	// variables that docker compose gives a meaning may stand in either.
	Environ []string
	// Dir is where relative paths of these options start.
	Dir   string
	Stdin io.Reader
	// Profiles are the active profiles. None means COMPOSE_PROFILES.
	Profiles []string
	// NoCommands leaves the commands alone that contents come from. What they
	// would print is not there then, and the name of such an object ends in
	// "-unread".
	NoCommands bool
	// Strict makes errors of all warnings.
	Strict bool
	// ProjectDirectory is where relative paths inside the files start. Empty
	// means the directory of the first file, or Dir if that is Stdin.
	ProjectDirectory string
}

// Load reads the compose files and says what they want. It may be called from
// many goroutines.
//
// The error is one [*stack.Error], or several joined with [errors.Join] in the
// order of files and lines: everything that is wrong with the files and can be
// known without a swarm.
func Load(ctx context.Context, o Options) (stack.Stack, error) {
	p, err := open(o)
	if err != nil {
		return stack.Stack{}, err
	}
	model, err := p.merge(ctx)
	if err != nil {
		return stack.Stack{}, err
	}
	return p.convert(ctx, model)
}
