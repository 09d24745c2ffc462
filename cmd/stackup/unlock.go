package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/lock"
	"github.com/stackup-cli/stackup/render"
)

func unlockCommand(p *process) *cobra.Command {
	var (
		at  target
		yes bool
	)
	c := &cobra.Command{
		Use:   "unlock STACK",
		Short: "take away the lock of an apply that is no more",
		Long: `Show who holds the lock of a stack and, after a question, take it away. There is
seldom a need: a lock whose holder is silent for a minute is taken over by the
next apply that waits for it (--lock-timeout). An apply that still runs stops
when its lock is taken away.`,
		Example: `  stackup unlock shop`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return unlock(c.Context(), p, at, args[0], yes)
		},
	}
	at.addFlags(c)
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func unlock(ctx context.Context, p *process, at target, name string, yes bool) error {
	client, err := at.open(p)
	if err != nil {
		return err
	}
	holder, found, err := lock.Read(ctx, client, name)
	if err != nil {
		return err
	}
	if !found {
		_, err := fmt.Fprintf(p.stdout, "Stack %q is not locked.\n", name)
		return err
	}
	if err := render.Lock(p.stdout, name, holder, p.style(p.stdout)); err != nil {
		return err
	}
	if !yes {
		if err := confirm(ctx, p, "yes", "Take the lock away? Only yes does it: ", nil); err != nil {
			return err
		}
	}
	if err := lock.Break(ctx, client, name, holder); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "Stack %q is unlocked.\n", name)
	return err
}
