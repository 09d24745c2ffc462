package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// patience is how long a sandbox may take to start or to end.
const patience = 30 * time.Second

func upCommand() *cobra.Command {
	var o options
	var foreground bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start a sandbox that stays",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.socket == "" {
				o.socket = standing()
			}
			if foreground {
				return run(cmd.Context(), o, nil)
			}
			return up(cmd.Context(), o)
		},
	}
	o.bind(cmd.Flags())
	cmd.Flags().BoolVar(&foreground, "foreground", false, "stay in the foreground")
	return cmd
}

// up starts this program again, in a session of its own, and waits until it
// answers. What it has to say goes to a file beside the socket.
func up(ctx context.Context, o options) error {
	if d, err := ask(ctx, o.socket); err == nil {
		return fmt.Errorf("a sandbox is up already (process %d): stackup-sandbox down", d.Pid)
	}
	if _, saved, err := o.sandbox(); err != nil { // say what is wrong here and now
		return err
	} else if saved != nil {
		_ = saved.Close()
	}
	if err := os.MkdirAll(filepath.Dir(o.socket), 0o700); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(o.socket+".log", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, append([]string{"up", "--foreground", "--socket", o.socket}, o.rest()...)...) //nolint:gosec // itself
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := awaitAnswer(ctx, o.socket, ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%w\n%s", err, said)
	}
	fmt.Printf("export DOCKER_HOST=unix://%s\n", o.socket) //nolint:forbidigo // this is what the command is for
	return nil
}

// rest is the options for the process in the background.
func (o *options) rest() []string {
	args := []string{"--nodes", fmt.Sprint(o.nodes)}
	for _, f := range o.faults {
		args = append(args, "--fault", f)
	}
	for flag, value := range map[string]string{"--cluster": o.cluster, "--state": o.state, "--api-version": o.version} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	return args
}

func awaitAnswer(ctx context.Context, socket string, ended <-chan error) error {
	limit := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if _, err := ask(ctx, socket); err == nil {
				return nil
			}
		case err := <-ended:
			return fmt.Errorf("the sandbox did not start: %w", errors.Join(err))
		case <-limit:
			return fmt.Errorf("the sandbox did not start in %v", patience)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
