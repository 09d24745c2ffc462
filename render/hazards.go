package render

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// hazard is how a hazard is written.
type hazard struct {
	name  stack.Hazard
	grave bool // something goes, breaks off or cannot run: worth a banner
	text  string
	path  string // of the key in the compose file that causes it, if one does
}

// hazards is every hazard, in the order in which they are counted.
func hazards() []hazard {
	return []hazard{
		{stack.DeletesService, true, "the service ends, with all its tasks", ""},
		{stack.DeletesNetwork, true, "the network is removed", ""},
		{stack.ReplacesService, true, "the service is made anew, nothing runs in between", ""},
		{stack.ReplacesNetwork, true, "the network is made anew, with every service on it", ""},
		{stack.ScalesToZero, true, "nothing of the service runs any more", "deploy.replicas"},
		{stack.InterruptsUpdate, true, "the engine is still rolling out the last change", ""},
		{stack.Unschedulable, true, "no node satisfies the placement constraints", "deploy.placement.constraints"},
		{stack.RestartsAllAtOnce, false, "every task stops before a new one runs", "deploy.update_config"},
		{stack.PausesOnFailure, false, "an update that fails stays half-way", "deploy.update_config"},
		{stack.RunsAJob, false, "the job runs, with whatever it does", ""},
		{stack.UnpinnedImage, false, "without a digest, nodes may run different images", "image"},
		{stack.AdoptsService, false, "a service that belonged to no stack is taken over", ""},
	}
}

// hazardWords is how this hazard is written. An unknown one is not hidden.
func hazardWords(name stack.Hazard) hazard {
	all := hazards()
	if i := slices.IndexFunc(all, func(h hazard) bool { return h.name == name }); i >= 0 {
		return all[i]
	}
	return hazard{name: name}
}

// Hazard is what a hazard means, as a clause: "the network is removed".
func Hazard(h stack.Hazard) string { return hazardWords(h).text }

// hazards names what may go wrong with a change.
func (p *page) hazards(b block) {
	for _, name := range b.change.Hazards {
		t := yellow
		if hazardWords(name).grave {
			t = red
		}
		p.para(detailIndent+2, span{t, spaces(detailIndent) + "! "}, span{t, hazardText(b, name)})
	}
}

// hazardText is what a hazard means, and where in the file it comes from if that
// is but one place.
func hazardText(b block, name stack.Hazard) string {
	h := hazardWords(name)
	text := because(string(name), h.text)
	s, ok := b.change.Want.(stack.Service)
	if !ok || h.path == "" || len(b.same) > 0 {
		return text
	}
	if at := s.Positions.At(h.path).String(); at != "" {
		text += " (" + at + ")"
	}
	return text
}

// hazardOrder is the plan's hazards in the order of the table, unknown ones
// last.
func hazardOrder(found map[stack.Hazard][]stack.Ref) []stack.Hazard {
	rank := map[stack.Hazard]int{}
	for i, h := range hazards() {
		rank[h.name] = i - len(hazards())
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b stack.Hazard) int {
		if rank[a] != rank[b] {
			return rank[a] - rank[b]
		}
		return strings.Compare(string(a), string(b))
	})
}

// hazardCounts is: deletes-service 2, restarts-all-at-once 1.
func hazardCounts(p stack.Plan) []string {
	found := p.Hazards()
	var counts []string
	for _, name := range hazardOrder(found) {
		counts = append(counts, string(name)+" "+strconv.Itoa(len(found[name])))
	}
	return counts
}
