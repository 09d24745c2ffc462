package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/stack"
)

func destroyCommand(p *process) *cobra.Command {
	var (
		at   target
		how  execution
		keep bool
	)
	c := &cobra.Command{
		Use:   "destroy STACK",
		Short: "remove everything a stack owns",
		Long: `Remove the services, networks, configs and secrets of a stack, and wait until
they are gone. It is the plan of an empty stack, shown and confirmed like any
other. Volumes are not touched. The stack's history goes, too.

` + exitCodesHelp,
		Example: `  stackup destroy shop`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := how.check(); err != nil {
				return usageError{c, err}
			}
			if args[0] == "" {
				return usageError{c, fmt.Errorf("the stack's name is empty")}
			}
			return how.run(c.Context(), p, func(v *view) error {
				return carryOut(c.Context(), v, job{at: at, how: how, want: stack.Stack{Name: args[0]}, keepHistory: keep})
			})
		},
	}
	at.addFlags(c)
	how.addFlags(c.Flags())
	c.Flags().BoolVar(&keep, "keep-history", false, "keep the stack's history, so that stackup rollback can bring it back")
	return c
}
