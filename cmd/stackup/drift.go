package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/render"
)

func driftCommand(p *process) *cobra.Command {
	var (
		at     target
		asJSON bool
		md     markdown
	)
	c := &cobra.Command{
		Use:   "drift STACK",
		Short: "show what was changed since the last apply without stackup",
		Long: `Compare what runs with what the last apply left running, and show what somebody
has changed, removed or added since. No file is read, and nothing is written to the
swarm.

Exit codes: 0 nothing has changed, 2 something has, 1 error.`,
		Example: `  stackup drift shop`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if asJSON && md.file == standardOutput {
				return usageError{c, errOneOutput}
			}
			client, err := at.open(p)
			if err != nil {
				return err
			}
			have, err := recorded(c.Context(), client, args[0])
			if err != nil {
				return err
			}
			drift := planner.Drift(have)
			since, unfinished := have.Last.Entry, planner.Unfinished(have)
			if asJSON {
				text, failed := planfile.MarshalDrift(args[0], drift, since, unfinished)
				err = printBytes(p, text, failed)
			} else {
				err = render.Drift(md.text(p).stdout, drift, since, unfinished, p.style(p.stdout))
			}
			if err == nil {
				err = md.write(p, func(w io.Writer) error { return render.DriftMarkdown(w, drift, since, unfinished) })
			}
			if err == nil && len(drift) > 0 {
				err = exitError{code: exitChanges}
			}
			return err
		},
	}
	at.addFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	md.addFile(c.Flags())
	return c
}
