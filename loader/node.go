package loader

import (
	"iter"
	"slices"

	"go.yaml.in/yaml/v4"
)

// pairs are the keys and values of a mapping, those merged in with << before
// its own, which override them. Of anything else there are none.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(k, v *yaml.Node) bool) {
		budget := maxNodes
		visitPairs(n, &budget, yield)
	}
}

// maxNodes bounds how many nodes one walk visits: with aliases of aliases a few
// lines can stand for more nodes than there is time, or for endless ones.
const maxNodes = 100_000

func visitPairs(n *yaml.Node, budget *int, yield func(k, v *yaml.Node) bool) bool {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return true
	}
	if *budget -= len(n.Content) + 1; *budget < 0 {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) && !visitMerged(n.Content[i+1], budget, yield) {
			return false
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) && !yield(n.Content[i], target(n.Content[i+1])) {
			return false
		}
	}
	return true
}

func visitMerged(n *yaml.Node, budget *int, yield func(k, v *yaml.Node) bool) bool {
	if merged := items(n); merged != nil {
		for i := len(merged) - 1; i >= 0; i-- { // the first of several wins
			if !visitPairs(merged[i], budget, yield) {
				return false
			}
		}
		return true
	}
	return visitPairs(n, budget, yield)
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.Value == "<<" }

// items are the elements of a sequence. Of anything else there are none.
func items(n *yaml.Node) []*yaml.Node {
	n = target(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	out := make([]*yaml.Node, len(n.Content))
	for i, e := range n.Content {
		out[i] = target(e)
	}
	return out
}

// target is what an alias stands for, and any other node itself.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// lookup is the last pair of a mapping with this key; nil if there is none.
func lookup(n *yaml.Node, name string) (key, value *yaml.Node) {
	for k, v := range pairs(n) {
		if k.Value == name {
			key, value = k, v
		}
	}
	return key, value
}

// endless finds an alias below a node that stands for one of the nodes around
// it; nil if there is none. compose-go does not come to an end with these.
func endless(n *yaml.Node, around []*yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && slices.Contains(around, n.Alias) {
		return n
	}
	around = append(around, n)
	for _, c := range n.Content {
		if found := endless(c, around); found != nil {
			return found
		}
	}
	return nil
}
