package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func planCommand(p *process) *cobra.Command {
	var (
		src      source
		at       target
		scope    scope
		out      planOutput
		detailed bool
		md       markdown
	)
	c := &cobra.Command{
		Use:   "plan [STACK] -c FILE",
		Short: "show what apply would change, and change nothing",
		Long: `Show what apply would change in the swarm, field by field, and what each
change causes. Nothing is written.

STACK is the stack's name; without it the file's name: is taken.

` + exitCodesHelp,
		Example: `  stackup plan shop -c compose.yaml
  stackup plan shop -c compose.yaml -c production.yaml --detailed-exitcode
  stackup plan shop -c compose.yaml --out plan.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := errors.Join(out.check(md), scope.check()); err != nil {
				return usageError{c, err}
			}
			want, err := src.load(c.Context(), p, firstArg(args))
			if err != nil {
				return err
			}
			client, err := at.open(p)
			if err != nil {
				return err
			}
			plan, _, err := look(c.Context(), client, want, scope)
			if err != nil {
				return err
			}
			if err := errors.Join(out.write(md.text(p), plan), md.plan(p, plan)); err != nil {
				return err
			}
			if detailed && !plan.Empty() {
				return exitError{code: exitChanges}
			}
			return nil
		},
	}
	src.addFlags(c)
	at.addFlags(c)
	at.addLoginFlag(c.Flags())
	scope.addFlags(c)
	scope.addImageFlags(c.Flags())
	out.addFlags(c.Flags())
	md.addFlags(c.Flags())
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 when there is something to do")
	return c
}
