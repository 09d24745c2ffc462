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
}

// hazards is every hazard, in the order in which they are counted.
func hazards() []hazard {
	return []hazard{
		{stack.DeletesService, true, "the service ends, with all its tasks"},
		{stack.DeletesNetwork, true, "the network is removed"},
		{stack.ReplacesService, true, "the service is made anew, nothing runs in between"},
		{stack.ReplacesNetwork, true, "the network is made anew, with every service on it"},
		{stack.ScalesToZero, true, "nothing of the service runs any more"},
		{stack.InterruptsUpdate, true, "the engine is still rolling out the last change"},
		{stack.Unschedulable, true, "no node satisfies the placement constraints"},
		{stack.RestartsAllAtOnce, false, "every task stops before a new one runs"},
		{stack.PausesOnFailure, false, "an update that fails stays half-way"},
		{stack.RunsAJob, false, "the job runs, with whatever it does"},
		{stack.AdoptsService, false, "a service that belonged to no stack is taken over"},
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
func (p *page) hazards(c stack.Change) {
	for _, name := range c.Hazards {
		h := hazardWords(name)
		t := yellow
		if h.grave {
			t = red
		}
		p.para(detailIndent+2, span{t, spaces(detailIndent) + "! "}, span{t, because(string(name), h.text)})
	}
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
