package main

import (
	"net/http"
	"strings"

	"github.com/spf13/cobra"
)

const faultLong = `Replace the faults of a sandbox. Each is one argument: what happens, to which
requests, and when. Without any, the faults there are are shown.

  delay=2s GET /tasks          the answer takes this long
  status=503 POST              it is this error, and nothing is done
  drop                         the connection is closed, and nothing is done
  drop-answer POST             it is done, and the connection is closed
  out-of-sequence after=2      the third update meets a version that has moved
  no-leader for=10s            the swarm has lost its leader
  read-only                    everything but GET and HEAD is forbidden

In a path * stands for one part or, at the end, for the rest. after=N lets the
first N requests pass, times=N stops after N more, for=TIME after this long.
message=TEXT, up to the end, is what an error says.`

func faultCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "fault [FAULT…]", Short: "Make the sandbox misbehave", Long: faultLong}
	socket := socketFlag(cmd)
	clearing := cmd.Flags().Bool("clear", false, "take all faults away")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path, err := reach(cmd.Context(), *socket)
		if err != nil {
			return err
		}
		if len(args) == 0 && !*clearing {
			text, err := request(cmd.Context(), path, http.MethodGet, "/sandbox/faults", nil)
			if err == nil {
				_, err = cmd.OutOrStdout().Write(text)
			}
			return err
		}
		_, err = request(cmd.Context(), path, http.MethodPut, "/sandbox/faults", []byte(strings.Join(args, "\n")))
		return err
	}
	return cmd
}
