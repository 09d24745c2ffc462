package main

import (
	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/sandbox/script"
)

func imagesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "images",
		Short: "What containers do, by the names of their images",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write([]byte(script.Table))
			return err
		},
	}
}
