package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stackup-cli/stackup/stack"
)

// The keys below [extension] that name a command whose output is a content.
const (
	fromExec    = "from.exec"
	fromTimeout = "from.timeout"
)

// commandTimeout is how long a command may take unless the file says.
const commandTimeout = 30 * time.Second

// commandsAtOnce is how many commands run at a time: most of them wait for a
// server, and some servers count who asks.
const commandsAtOnce = 4

// commandOf is the command that an object's content comes from; it has no words
// if it comes from elsewhere.
func (p *project) commandOf(o object) stack.Command {
	x := o.part(extension)
	if list, _ := x.get(fromExec).([]any); len(list) == 0 || scalar(list[0]) == "" {
		return stack.Command{} // no command; settings tells if something else is written
	}
	c := stack.Command{Words: x.texts(fromExec), Dir: p.dir, Timeout: commandTimeout}
	if x.has(fromTimeout) {
		c.Timeout = x.span(fromTimeout)
	}
	return c
}

// output is what a command has left.
type output struct {
	content []byte
	err     error
}

// runCommands runs the commands of the objects, equal ones once, and keeps what
// they print in memory.
func (c *converter) runCommands(ctx context.Context, objects []object) {
	var group errgroup.Group
	group.SetLimit(commandsAtOnce)
	for _, o := range objects {
		command := c.commandOf(o)
		id := strings.Join(command.Words, "\x00")
		if command.IsZero() || c.noCommands || c.outputs[id] != nil || !c.mayRun(o) {
			continue
		}
		out := new(output)
		c.outputs[id] = out
		group.Go(func() error {
			out.content, out.err = runCommand(ctx, command, c.environ)
			return nil
		})
	}
	_ = group.Wait()
}

// mayRun reports a command that is not to be run.
func (c *converter) mayRun(o object) bool {
	x := o.part(extension)
	for _, key := range []string{"file", "environment", "content", "driver", "external"} {
		if o.has(key) {
			x.fail(fromExec, "does not go with "+key, "a content comes from one place")
			return false
		}
	}
	return true
}

// checkCommands refuses commands in files that the user has not named: what is
// included may come from elsewhere.
func (p *project) checkCommands() {
	for _, section := range []string{"configs", "secrets"} {
		for key, layers := range p.layers[section] {
			for _, l := range layers {
				named := slices.ContainsFunc(p.files, func(f file) bool { return f.name == l.file })
				if named || !hasPath(l.value, extension, "from", "exec") {
					continue
				}
				p.fail(stack.Error{
					Pos:  l.pos(),
					Msg:  describe(section, key, join(extension, fromExec)) + " stands in a file that another one includes, so it is not run",
					Hint: "name that file with -c",
				})
			}
		}
	}
}

// printed is what the command of an object has printed.
func (c *converter) printed(o object, command stack.Command) (content []byte, ok bool) {
	out := c.outputs[strings.Join(command.Words, "\x00")]
	if out == nil {
		return nil, false
	}
	if out.err != nil {
		o.wrong(join(extension, fromExec), out.err.Error(), "")
	}
	return out.content, out.err == nil
}

// runCommand is what a command prints, byte for byte. Nothing of it is in the
// error, which has what the command said on its standard error.
func runCommand(ctx context.Context, c stack.Command, environ []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Words[0], c.Words[1:]...) //nolint:gosec // the user's file says so
	var out, said bounded
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, environ, &out, &said
	cmd.WaitDelay = time.Second // for what it has started and left behind
	err := cmd.Run()
	name := "command " + quoted(c.Words[0])
	var exit *exec.ExitError
	switch {
	case out.full:
		return nil, errors.New(name + " prints more than a config or a secret may have")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("%s has not ended within %s", name, c.Timeout)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &exit):
		err = fmt.Errorf("%s has ended with exit code %d", name, exit.ExitCode())
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New(name + " is not there: no such program in PATH")
	case err != nil:
		return nil, fmt.Errorf("%s cannot be run: %w", name, errors.Unwrap(err))
	}
	if err == nil {
		return out.Bytes(), nil
	}
	if words := lastWords(said.String(), out.Bytes()); words != "" {
		err = fmt.Errorf("%w: %s", err, words)
	}
	return nil, err
}

// lastWords is the end of what a command has said, without what it has printed.
func lastWords(said string, printed []byte) string {
	const most = 1000
	said = strings.TrimSpace(said)
	for line := range strings.Lines(string(printed)) {
		if line = strings.TrimSpace(line); len(line) >= 4 {
			said = strings.ReplaceAll(said, line, "(sensitive)")
		}
	}
	if len(said) > most {
		said = "… " + strings.ToValidUTF8(said[len(said)-most:], "")
	}
	return said
}

// bounded is a buffer that takes as much as the greatest config, and forgets the
// rest.
type bounded struct {
	bytes.Buffer
	full bool
}

// Write implements [io.Writer]. It never fails for the size, so that the command
// ends as it would.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxConfigSize {
		b.full = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}

// ReadFrom hides that of the buffer, which knows no bound.
func (b *bounded) ReadFrom(r io.Reader) (int64, error) { return io.Copy(onlyWriter{b}, r) }

type onlyWriter struct{ io.Writer }
