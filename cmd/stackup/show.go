package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/stack"
)

func showCommand(p *process) *cobra.Command {
	var (
		at     target
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "show PLAN.json",
		Short: "print a saved plan, and whether it can still be applied",
		Long: `Print a plan that was saved with plan --out, then hold it against the swarm: it is
stale when something that it touches has changed since. Nothing is written. The
plan is printed in any case, also when no engine can be reached.`,
		Example: `  stackup show plan.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			doc, err := planfile.Read(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				if !doc.Masked {
					doc = planfile.Masked(doc, planner.Hide())
				}
				return printJSON(p, doc)
			}
			if err := show(p, doc.Plan, doc.ID); err != nil {
				return err
			}
			_, err = fmt.Fprintf(p.stdout, "Made at %s by %s.\n%s\n", doc.MadeAt.Format(time.RFC3339), doc.MadeBy, standing(c.Context(), p, at, doc))
			return err
		},
	}
	at.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the plan as JSON, with credentials masked")
	return c
}

// standing says how a saved plan stands to the swarm.
func standing(ctx context.Context, p *process, at target, doc planfile.Document) string {
	if doc.Masked {
		return "For reading only: credentials in it are masked."
	}
	now, err := refresh(ctx, p, at, doc, false)
	var exit exitError
	switch {
	case errors.As(err, &exit) && exit.code == exitStale:
		return "Stale, it cannot be applied:\n  " + strings.ReplaceAll(err.Error(), "\n", "\n  ")
	case err != nil:
		return "Not compared with the swarm: " + err.Error()
	}
	planned, left := toDo(doc.Plan), toDo(now.plan)
	if left < planned {
		return fmt.Sprintf("Fresh: %d of %d changes are done already, the others can be applied.", planned-left, planned)
	}
	return "Fresh: nothing that it touches has changed."
}

func toDo(p stack.Plan) int { return len(p.Changes) - p.Count(stack.Keep) }
