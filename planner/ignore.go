package planner

import (
	"reflect"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// ignored is a wanted spec in which the parts that the user leaves to others
// are as they are live.
func (m *maker) ignored(s stack.Service, want, live swarm.ServiceSpec) swarm.ServiceSpec {
	paths := s.Settings.Ignore
	if m.KeepReplicas {
		paths = append(slices.Clone(paths), "deploy.replicas")
	}
	for _, path := range paths {
		want = asLive(want, live, path)
	}
	return want
}

// asLive is the wanted spec with the live value at one compose path.
func asLive(want, live swarm.ServiceSpec, path string) swarm.ServiceSpec {
	for _, w := range words() {
		if w.compose == "" {
			continue
		}
		if w.compose == path {
			return replaceAt(reflect.ValueOf(want), reflect.ValueOf(live), strings.Split(w.spec, ".")).Interface().(swarm.ServiceSpec)
		}
	}
	return asLiveBelow(want, live, path)
}

// asLiveBelow is asLive for one variable or label, or for a part that is called
// the same in both worlds.
func asLiveBelow(want, live swarm.ServiceSpec, path string) swarm.ServiceSpec {
	for _, w := range words() {
		rest, below := strings.CutPrefix(path, w.compose+".")
		if w.compose == "" {
			rest, below = path, true
		}
		if !below {
			continue
		}
		steps := append(strings.Split(w.spec, "."), strings.Split(rest, ".")...)
		got := replaceAt(reflect.ValueOf(want), reflect.ValueOf(live), steps).Interface().(swarm.ServiceSpec)
		if !reflect.DeepEqual(got, want) {
			return got
		}
	}
	return want
}

// replaceAt is a copy of want with the value of live at the end of the steps.
// A step names a struct field, in either spelling, a key of a map, or a
// variable of a list NAME=VALUE. Steps that lead nowhere change nothing.
func replaceAt(want, live reflect.Value, steps []string) reflect.Value {
	if len(steps) == 0 {
		return live
	}
	out := reflect.New(want.Type()).Elem()
	out.Set(want)
	switch kind := want.Kind(); {
	case kind == reflect.Pointer && (want.IsNil() || live.IsNil()):
		return live
	case kind == reflect.Pointer:
		p := reflect.New(want.Type().Elem())
		p.Elem().Set(replaceAt(want.Elem(), live.Elem(), steps))
		out.Set(p)
	case kind == reflect.Struct:
		for i := range want.NumField() {
			if name := want.Type().Field(i).Name; name == steps[0] || composeWord(name) == steps[0] {
				out.Field(i).Set(replaceAt(want.Field(i), live.Field(i), steps[1:]))
			}
		}
	case kind == reflect.Map:
		out.Set(replaceKey(want, live, strings.Join(steps, ".")))
	case want.Type() == reflect.TypeFor[[]string]():
		list, other := want.Interface().([]string), live.Interface().([]string)
		out.Set(reflect.ValueOf(replaceVariable(list, other, strings.Join(steps, "."))))
	}
	return out
}

func replaceKey(want, live reflect.Value, key string) reflect.Value {
	out := reflect.MakeMap(want.Type())
	for it := want.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), it.Value())
	}
	k := reflect.ValueOf(key)
	out.SetMapIndex(k, live.MapIndex(k)) // the zero Value removes the key
	return out
}

func replaceVariable(want, live []string, name string) []string {
	is := func(e string) bool { n, _, _ := strings.Cut(e, "="); return n == name }
	out := slices.DeleteFunc(slices.Clone(want), is)
	if i := slices.IndexFunc(live, is); i >= 0 {
		out = append(out, live[i])
	}
	slices.Sort(out)
	return out
}
