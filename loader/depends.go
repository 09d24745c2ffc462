package loader

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// dependencies are what a service waits for. One that is optional and whose
// profile is not active is left out.
func (c *converter) dependencies(o object) []stack.Dependency {
	var out []stack.Dependency
	for _, key := range o.names("depends_on") {
		d := o.entry("depends_on", key)
		dep := stack.Dependency{
			Key:       key,
			Condition: stack.Condition(cmp.Or(d.text("condition"), string(stack.Started))),
			Optional:  d.text("required") == "false",
		}
		if slices.ContainsFunc(c.services, func(s object) bool { return s.key == key }) {
			out = append(out, dep)
		} else if !dep.Optional {
			c.undefinedDependency(d, key)
		}
	}
	return out
}

func (c *converter) undefinedDependency(d object, key string) {
	if len(c.layers["services"][key]) > 0 {
		d.wrong("", "depends on service "+quoted(key)+", whose profile is not active", "activate it with --profile, or write required: false")
		return
	}
	names := make([]string, len(c.services))
	for i, s := range c.services {
		names[i] = s.key
	}
	d.wrong("", "depends on service "+quoted(key)+", which is not defined", didYouMean(key, names))
}

// checkCycle reports services that wait for each other in a circle.
func (c *converter) checkCycle(services []stack.Service) {
	byKey := map[string]stack.Service{}
	for _, s := range services {
		byKey[s.Key] = s
	}
	done := map[string]bool{}
	var path []string
	var visit func(key string) bool
	visit = func(key string) bool {
		if i := slices.Index(path, key); i >= 0 {
			c.reportCycle(byKey[key], path[i:])
			return true
		}
		if done[key] {
			return false
		}
		done[key] = true
		path = append(path, key)
		for _, d := range byKey[key].DependsOn {
			if visit(d.Key) {
				return true
			}
		}
		path = path[:len(path)-1]
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		if visit(key) {
			return
		}
	}
}

func (c *converter) reportCycle(first stack.Service, cycle []string) {
	next := first.Key
	if len(cycle) > 1 {
		next = cycle[1]
	}
	c.fail(stack.Error{
		Pos:  first.Positions.At("depends_on." + next),
		Msg:  "service " + quoted(first.Key) + ": depends_on goes in a circle: " + strings.Join(cycle, " -> ") + " -> " + first.Key,
		Hint: "remove one of these dependencies",
	})
}

func compareRefs(a, b stack.Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}
