package loader

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// ErrSecretChanged is the error of [ReadSecret] when it finds other bytes.
var ErrSecretChanged = errors.New("its content has changed since the plan was made")

// ReadSecret reads the bytes of a secret again from where [Load] had them from:
// the file, the command, which runs in environ, or the variable in environ
// (NAME=VALUE, the last of equal names counts). It is [ErrSecretChanged] when they are no longer those that were
// loaded. A secret that has no bytes here, because it is external or comes from
// a driver, has none.
func ReadSecret(ctx context.Context, stackName string, s stack.Secret, environ []string) (stack.Sensitive, error) {
	if s.External || s.Spec.Driver != nil {
		return nil, nil
	}
	content, err := readSource(ctx, s.Source, environ)
	if err != nil {
		return nil, &stack.Error{Msg: s.Ref().String(), Err: err}
	}
	driver := ""
	if s.Spec.Templating != nil {
		driver = s.Spec.Templating.Name
	}
	digest, err := secretDigest(ctx, stackName, s.Key, distinct(content, driver))
	if err != nil {
		return nil, err
	}
	if digest != s.Source.Digest {
		return nil, &stack.Error{Msg: s.Ref().String(), Err: ErrSecretChanged, Hint: "plan again"}
	}
	return content, nil
}

func readSource(ctx context.Context, from stack.SecretSource, environ []string) ([]byte, error) {
	if !from.Exec.IsZero() {
		return runCommand(ctx, from.Exec, environ)
	}
	if from.File != "" {
		content, err := os.ReadFile(from.File)
		var path *fs.PathError
		if errors.As(err, &path) {
			return nil, &stack.Error{Msg: "file " + quoted(from.File) + " cannot be read", Err: path.Err}
		}
		return content, err
	}
	value, set := "", false
	for _, e := range environ {
		if name, v, ok := strings.Cut(e, "="); ok && name == from.Env {
			value, set = v, true
		}
	}
	if !set {
		return nil, &stack.Error{
			Msg:  "variable " + quoted(from.Env) + " is not set",
			Hint: "it has to stand in the environment; .env files are read when a plan is made, not when a saved one is applied",
		}
	}
	return []byte(value), nil
}
