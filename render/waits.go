package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// inTrouble says that the swarm reports an error of a task and goes on trying.
// The engine's own names of states are single words.
func inTrouble(p stack.Progress) bool {
	return p.Running < p.Tasks && strings.Contains(p.Reason, " ")
}

// isUp says that everything that is wanted runs, though it may have to prove
// itself.
func isUp(p stack.Progress) bool { return p.Tasks > 0 && p.Running >= p.Tasks }

// rank puts first what people have to see.
func rank(p stack.Progress) int {
	switch {
	case inTrouble(p):
		return 0
	case isUp(p):
		return 2
	}
	return 1
}

// stateOf is what a service is doing, in one word.
func stateOf(p stack.Progress) string {
	switch {
	case inTrouble(p):
		return "failing"
	case p.Reason != "" && !strings.Contains(p.Reason, " "):
		return p.Reason
	case isUp(p):
		return "running"
	case p.Running > p.Tasks:
		return "stopping"
	}
	return "waiting"
}

// frequencies is: 70 running, 13 preparing; the most frequent first.
func frequencies(words []string) string {
	counts := map[string]int{}
	var found []string
	for _, word := range words {
		if counts[word]++; counts[word] == 1 {
			found = append(found, word)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return counts[b] - counts[a] })
	for i, word := range found {
		found[i] = strconv.Itoa(counts[word]) + " " + word
	}
	return strings.Join(found, ", ")
}
