package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// action is how an action is written.
type action struct {
	action  stack.Action
	symbol  string
	tone    tone
	planned string // 2 to create
	doing   string
	done    string
}

// actions is every action, in the order in which they are counted.
func actions() []action {
	return []action{
		{stack.Create, "+", green, "to create", "creating", "created"},
		{stack.Update, "~", yellow, "to update", "updating", "updated"},
		{stack.Scale, "*", cyan, "to scale", "scaling", "scaled"},
		{stack.Run, ">", cyan, "to run", "running", "run"},
		{stack.Adopt, "&", yellow, "to adopt", "adopting", "adopted"},
		{stack.Replace, "-/+", red, "to replace", "replacing", "replaced"},
		{stack.Delete, "-", red, "to delete", "deleting", "deleted"},
		{stack.Keep, "=", plain, "unchanged", "waiting", "unchanged"},
	}
}

// wordsFor is how this action is written. An unknown one is not hidden.
func wordsFor(a stack.Action) action {
	all := actions()
	if i := slices.IndexFunc(all, func(x action) bool { return x.action == a }); i >= 0 {
		return all[i]
	}
	return action{a, "?", plain, string(a), string(a), string(a)}
}

func symbol(a stack.Action) (string, tone) {
	words := wordsFor(a)
	return words.symbol, words.tone
}

// group is objects of one kind with one action.
type group struct {
	action stack.Action
	kind   stack.Kind
	names  []string
}

// String is: services "shop_db", "shop_web".
func (g group) String() string {
	noun := string(g.kind)
	if len(g.names) > 1 {
		noun += "s"
	}
	return noun + " " + strings.Join(g.names, ", ")
}

// some is the same with so many names at most.
func (g group) some(most int) string {
	if more := len(g.names) - most; more > 0 {
		return string(g.kind) + "s " + strings.Join(g.names[:most], ", ") + " and " + strconv.Itoa(more) + " more"
	}
	return g.String()
}

// groups is objects by action and kind, in the order in which those came
// first.
type groups []group

func (gs *groups) add(a stack.Action, ref stack.Ref) {
	i := slices.IndexFunc(*gs, func(g group) bool { return g.action == a && g.kind == ref.Kind })
	if i < 0 {
		*gs = append(*gs, group{action: a, kind: ref.Kind})
		i = len(*gs) - 1
	}
	(*gs)[i].names = append((*gs)[i].names, strconv.Quote(ref.Name))
}

// kindOrder puts first what people look for first.
func kindOrder(k stack.Kind) int {
	return slices.Index([]stack.Kind{stack.KindService, stack.KindNetwork, stack.KindConfig, stack.KindSecret}, k)
}

// met says that a condition of depends_on is met, after the service's name.
func met(c stack.Condition) string {
	switch c {
	case stack.Started:
		return "has started"
	case stack.Healthy:
		return "is healthy"
	case stack.Completed:
		return "has completed"
	case stack.Removed:
		return "is gone"
	}
	return "is ready"
}
