package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/moby/moby/api/types/swarm"
	"github.com/spf13/cobra"
)

func nodeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:       "node down|up|drain|pause|active NODE",
		Short:     "Take a node away, bring it back, or change its availability",
		ValidArgs: []string{"down", "up", "drain", "pause", "active"},
		Args:      cobra.ExactArgs(2),
	}
	socket := socketFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path, err := reach(cmd.Context(), *socket)
		if err != nil {
			return err
		}
		n, err := findNode(cmd.Context(), path, args[1])
		if err != nil {
			return err
		}
		switch args[0] {
		case "down", "up":
			_, err = request(cmd.Context(), path, http.MethodPost, "/sandbox/nodes/"+n.ID+"/"+args[0], nil)
		case "drain", "pause", "active":
			n.Spec.Availability = swarm.NodeAvailability(args[0])
			err = updateNode(cmd.Context(), path, n)
		default:
			err = failure{fmt.Errorf("a node can be set down, up, drain, pause or active, not %q", args[0]), exitUsage}
		}
		return err
	}
	return cmd
}

func findNode(ctx context.Context, socket, name string) (n swarm.Node, err error) {
	text, err := request(ctx, socket, http.MethodGet, "/nodes/"+name, nil)
	if err != nil {
		return n, err
	}
	return n, json.Unmarshal(text, &n)
}

func updateNode(ctx context.Context, socket string, n swarm.Node) error {
	spec, err := json.Marshal(n.Spec)
	if err != nil {
		return err
	}
	_, err = request(ctx, socket, http.MethodPost, fmt.Sprintf("/nodes/%s/update?version=%d", n.ID, n.Version.Index), spec)
	return err
}
