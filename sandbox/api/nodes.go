package api

import (
	"context"
	"fmt"
	"strings"

	types "github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/v2/daemon/cluster/convert"
	"github.com/moby/moby/v2/daemon/server/swarmbackend"
	"github.com/moby/moby/v2/errdefs"
	swarmapi "github.com/moby/swarmkit/v2/api"
)

func (b *backend) node(input string) (*swarmapi.Node, error) {
	if err := b.available(); err != nil {
		return nil, err
	}
	control := b.swarm.Control()
	return find("node", input,
		func() (*swarmapi.Node, error) {
			r, err := ask(control.GetNode, &swarmapi.GetNodeRequest{NodeID: input})
			if err != nil {
				return nil, err
			}
			return r.Node, nil
		},
		func(names, prefixes []string) ([]*swarmapi.Node, error) {
			r, err := control.ListNodes(context.Background(), &swarmapi.ListNodesRequest{
				Filters: &swarmapi.ListNodesRequest_Filters{Names: names, IDPrefixes: prefixes},
			})
			if err != nil {
				return nil, err
			}
			return r.Nodes, nil
		})
}

// GetNode is daemon/cluster/nodes.go, GetNode.
func (b *backend) GetNode(input string) (types.Node, error) {
	n, err := b.node(input)
	if err != nil {
		return types.Node{}, err
	}
	return convert.NodeFromGRPC(*n), nil
}

// GetNodes is daemon/cluster/nodes.go, GetNodes.
func (b *backend) GetNodes(o swarmbackend.NodeListOptions) ([]types.Node, error) {
	f := o.Filters
	if err := f.Validate(accept("name", "id", "label", "role", "membership", "node.label")); err != nil {
		return nil, err
	}
	if err := b.available(); err != nil {
		return nil, err
	}
	request := &swarmapi.ListNodesRequest_Filters{
		NamePrefixes: f.Get("name"), IDPrefixes: f.Get("id"),
		Labels: keyValues(f.Get("label")), NodeLabels: keyValues(f.Get("node.label")),
	}
	for _, text := range f.Get("role") {
		role, ok := swarmapi.NodeRole_value[strings.ToUpper(text)]
		if !ok && text != "" {
			return nil, fmt.Errorf("Invalid role filter: '%s'", text) //nolint:staticcheck // the daemon's words
		}
		request.Roles = append(request.Roles, swarmapi.NodeRole(role))
	}
	for _, text := range f.Get("membership") {
		m, ok := swarmapi.NodeSpec_Membership_value[strings.ToUpper(text)]
		if !ok && text != "" {
			return nil, fmt.Errorf("Invalid membership filter: '%s'", text) //nolint:staticcheck // the daemon's words
		}
		request.Memberships = append(request.Memberships, swarmapi.NodeSpec_Membership(m))
	}
	r, err := ask(b.swarm.Control().ListNodes, &swarmapi.ListNodesRequest{Filters: request})
	if err != nil {
		return nil, err
	}
	nodes := make([]types.Node, 0, len(r.Nodes))
	for _, n := range r.Nodes {
		nodes = append(nodes, convert.NodeFromGRPC(*n))
	}
	return nodes, nil
}

// UpdateNode is daemon/cluster/nodes.go, UpdateNode.
func (b *backend) UpdateNode(input string, version uint64, spec types.NodeSpec) error {
	converted, err := convert.NodeSpecToGRPC(spec)
	if err != nil {
		return errdefs.InvalidParameter(err)
	}
	n, err := b.node(input)
	if err != nil {
		return err
	}
	return worded(b.swarm.UpdateNode(n.ID, version, &converted))
}

// RemoveNode is daemon/cluster/nodes.go, RemoveNode.
func (b *backend) RemoveNode(input string, force bool) error {
	n, err := b.node(input)
	if err != nil {
		return err
	}
	_, err = ask(b.swarm.Control().RemoveNode, &swarmapi.RemoveNodeRequest{NodeID: n.ID, Force: force})
	return err
}
