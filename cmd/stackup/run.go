package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/stackup-cli/stackup/render"
)

// process is what a command may touch of the process it runs in.
type process struct {
	name    string // as it was called
	args    []string
	environ []string
	dir     string
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	now     func() time.Time
	told    *told
}

// run is the whole program but for the process itself. It returns the exit
// code.
func run(ctx context.Context, p process) int {
	p.told = new(told)
	root := rootCommand(&p) //nolint:contextcheck // cobra hands the context to the command
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	args, err := commandLine(&p, root)
	var c *cobra.Command
	if err == nil {
		root.SetArgs(args)
		c, err = root.ExecuteContextC(ctx)
	}
	code, cause := outcome(ctx, err)
	render.Error(p.stderr, cause)
	if err := p.tell(c, code, cause); err != nil {
		render.Error(p.stderr, err)
		code = max(code, exitGeneral)
	}
	return code
}

func rootCommand(p *process) *cobra.Command {
	root := &cobra.Command{
		Use:   "stackup",
		Short: "plan and apply compose files on Docker Swarm",
		Long: `stackup deploys compose files to Docker Swarm: it shows exactly what would
change, asks, changes only that, in dependency order, waits until it truly
runs, and says why when it does not.

The file stays a compose file and the stack stays a docker stack: docker stack
ls, ps and rm work on it, and stackup takes over what docker deployed.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{c, err} })
	root.AddCommand(
		planCommand(p), applyCommand(p), showCommand(p), destroyCommand(p), waitCommand(p),
		historyCommand(p), rollbackCommand(p), driftCommand(p), unlockCommand(p), authCommand(p),
		configCommand(p), sandboxCommand(p), versionCommand(p), manCommand(p),
	)
	addCompletions(p, root)
	if p.isPlugin() {
		becomePlugin(p, root)
	}
	return root
}

// style is how to write to w.
func (p *process) style(w io.Writer) render.Style {
	s := render.Style{Color: render.ColorWanted(p.environ, isTerminal(w))}
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			s.Width = width
		}
	}
	return s
}

// isTerminal says whether a stream of the process is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
