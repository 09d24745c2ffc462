package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func socketFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("socket", "", "where the sandbox listens; else DOCKER_HOST if it is a sandbox, else that of up")
}

func downCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "down", Short: "End the sandbox that stays", Args: cobra.NoArgs}
	socket := socketFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		path := *socket
		if path == "" {
			path = standing()
		}
		d, err := ask(cmd.Context(), path)
		if err != nil {
			return fmt.Errorf("no sandbox is up: %w", err)
		}
		if _, err := request(cmd.Context(), path, http.MethodDelete, "/sandbox", nil); err != nil {
			return err
		}
		// The socket goes last, when the state is saved.
		for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
			if !answers(cmd.Context(), path) {
				return nil
			}
		}
		return fmt.Errorf("the sandbox (process %d) did not end in %v", d.Pid, patience)
	}
	return cmd
}

func statusCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "status", Short: "Say whether a sandbox is there, and how to reach it", Args: cobra.NoArgs}
	socket := socketFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		path, err := reach(cmd.Context(), *socket)
		if err != nil {
			return err
		}
		d, err := ask(cmd.Context(), path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "process %d, %s\nexport DOCKER_HOST=unix://%s\n", d.Pid, d.Version, path)
		return err
	}
	return cmd
}
