package planner

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// engineOwned is the parts of a spec whose change is no change of what a user
// wants, each with its reason.
func engineOwned() map[string]string {
	const mount = "TaskTemplate.ContainerSpec.Mounts."
	return map[string]string{
		"TaskTemplate.ForceUpdate":                   "counts forced updates; no file says it",
		mount + "Consistency":                        "the engine does not store it",
		mount + "BindOptions.CreateMountpoint":       "the engine does not store it",
		mount + "BindOptions.ReadOnlyNonRecursive":   "the engine does not store it",
		mount + "BindOptions.ReadOnlyForceRecursive": "the engine does not store it",
		mount + "ImageOptions.Subpath":               "the engine has no image mounts",
	}
}

// TestEveryFieldIsTold changes every field of a spec, one after another. Each
// change must show in the plan under a name, or be named as the engine's own.
func TestEveryFieldIsTold(t *testing.T) {
	paths := map[string]bool{}
	leaves(reflect.TypeFor[swarm.ServiceSpec](), "", func(path string) { paths[path] = true })
	if len(paths) < 100 {
		t.Fatalf("only %d fields found", len(paths))
	}
	owned := engineOwned()
	for path := range paths {
		if strings.HasPrefix(path, "Mode.") && !strings.HasPrefix(path, "Mode.Replicated.") {
			continue // another kind of service: refused, or tested as such
		}
		var before, after swarm.ServiceSpec
		fill(reflect.ValueOf(&before).Elem(), "", path, 1)
		fill(reflect.ValueOf(&after).Elem(), "", path, 2)
		m := newMaker(stack.Stack{}, stack.Snapshot{})
		live, want := stack.Normal(before), stack.Normal(after)
		fields := m.fields(live, want)
		told := len(fields) > 0
		if reason := owned[path]; told == (reason != "") {
			t.Errorf("%s (the engine's own: %q) shows as %+v", path, reason, fields)
		}
		for _, f := range fields {
			if f.Path == "" || f.Path[0] >= 'A' && f.Path[0] <= 'Z' {
				t.Errorf("%s shows as %q, which is no word of the compose file", path, f.Path)
			}
			if f.Old == f.New {
				t.Errorf("%s shows as %s: %q -> %q: both look the same", path, f.Path, f.Old, f.New)
			}
		}
	}
}

// leaves calls f with the path of every field that holds a value.
func leaves(typ reflect.Type, path string, f func(path string)) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		leaves(typ.Elem(), path, f)
	case reflect.Struct:
		if typ == reflect.TypeFor[netip.Addr]() {
			f(path)
			return
		}
		for i := range typ.NumField() {
			leaves(typ.Field(i).Type, strings.TrimPrefix(path+"."+typ.Field(i).Name, "."), f)
		}
		if typ.NumField() == 0 && path != "" {
			f(path)
		}
	default:
		f(path)
	}
}

// fill sets every field that leads to the one at target, and that to the nth
// value of its type. What identifies an element of a list stays the same.
func fill(v reflect.Value, path, target string, n int) {
	if path != target && !strings.HasPrefix(target, path) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if e := v.Type().Elem(); e.Kind() == reflect.Struct && e.NumField() == 0 && n == 1 {
			return // all it can say is that it is there
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), path, target, n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), path, target, n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf(text(n)))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[netip.Addr]() {
			v.Set(reflect.ValueOf(netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})))
			return
		}
		for i := range v.NumField() {
			name := strings.TrimPrefix(path+"."+v.Type().Field(i).Name, ".")
			if name == target || strings.HasPrefix(target, name+".") {
				fill(v.Field(i), name, target, n)
			}
		}
	case reflect.String:
		v.SetString(text(n))
	case reflect.Bool:
		v.SetBool(n == 2)
	case reflect.Int64, reflect.Int:
		v.SetInt(int64(n) << 30)
	case reflect.Uint64, reflect.Uint32, reflect.Uint8:
		v.SetUint(uint64(n) + 2)
	case reflect.Float32:
		v.SetFloat(float64(n) / 4)
	default:
		panic("a kind of field this test does not know: " + v.Kind().String())
	}
}

func text(n int) string { return []string{"", "one", "two"}[n] }
