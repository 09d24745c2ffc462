package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func historyCommand(p *process) *cobra.Command {
	var (
		at     target
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "history STACK",
		Short: "list what was applied to a stack, newest first",
		Long: `List the revisions of a stack: each apply that changed something and came to a
good end has left one, in the swarm itself. The last 20 are kept, or as many as
x-stackup: {history: N} in the file says. stackup rollback goes back to one.`,
		Example: `  stackup history shop`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			client, err := at.open(p)
			if err != nil {
				return err
			}
			have, err := observe(c.Context(), client, stack.Stack{Name: args[0]})
			if err != nil {
				return err
			}
			entries := have.Last.Entries()
			if asJSON {
				text, err := planfile.MarshalHistory(entries)
				return printBytes(p, text, err)
			}
			return render.History(p.stdout, entries, p.style(p.stdout))
		},
	}
	at.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the list as JSON")
	return c
}

// printBytes prints one of the forms for machines.
func printBytes(p *process, text []byte, err error) error {
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(text)
	return err
}

// recorded is a stack of which there is a history. That there is none is an
// error.
func recorded(ctx context.Context, c *engine.Client, name string) (stack.Snapshot, error) {
	have, err := observe(ctx, c, stack.Stack{Name: name})
	if err == nil && have.Last == nil {
		err = &stack.Error{
			Msg:  fmt.Sprintf("stack %q: the swarm has no history of it", name),
			Hint: "each stackup apply that changes something leaves a revision",
		}
	}
	return have, err
}
