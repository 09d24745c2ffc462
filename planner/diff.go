package planner

import (
	"cmp"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"unicode"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// fields says in the words of the compose file which parts of two specs
// differ. Both are normal forms with IDs in place of names.
func (m *maker) fields(live, want swarm.ServiceSpec) []stack.FieldChange {
	fields, _ := m.compared(live, want)
	return fields
}

// compared is fields, and how many others have a value that is the same.
func (m *maker) compared(live, want swarm.ServiceSpec) (fields []stack.FieldChange, same int) {
	found, same := m.report(m.named(live), m.named(want), views())
	if len(found) == 0 {
		// Alike to people, and not to the engine: an object made anew under
		// its old name has another ID, say.
		found, _ = m.report(live, want, plain())
	}
	out := slices.DeleteFunc(found, func(f stack.FieldChange) bool {
		// The label follows the image: one line is enough.
		return f.Path == "deploy.labels."+stack.LabelImage && slices.ContainsFunc(found, isImage)
	})
	slices.SortStableFunc(out, func(a, b stack.FieldChange) int { return cmp.Compare(rank(a.Path), rank(b.Path)) })
	return out, same
}

func (m *maker) report(live, want swarm.ServiceSpec, o gocmp.Options) (found []stack.FieldChange, same int) {
	r := &reporter{words: words(), mask: m.mask}
	gocmp.Equal(live, want, o, gocmp.Reporter(r))
	return r.found, r.same
}

func isImage(f stack.FieldChange) bool { return f.Path == "image" }

// rank puts the image first and deploy last; the rest is in the order of the
// engine's spec, by name within maps.
func rank(path string) int {
	switch {
	case path == "image":
		return 0
	case strings.HasPrefix(path, "deploy."):
		return 2
	}
	return 1
}

// named is a spec in which networks are called by name, as people know them.
func (m *maker) named(s swarm.ServiceSpec) swarm.ServiceSpec {
	byID := map[string]string{}
	for ref, id := range m.names.ids {
		if ref.Kind == stack.KindNetwork {
			byID[id] = ref.Name
		}
	}
	nets := slices.Clone(s.TaskTemplate.Networks)
	for i, n := range nets {
		if name, ok := byID[n.Target]; ok {
			nets[i].Target = name
		}
		nets[i].Target = strings.TrimPrefix(nets[i].Target, "new ")
	}
	s.TaskTemplate.Networks = nets
	return s
}

// views makes lists comparable by what identifies their elements, and optional
// structs comparable field by field.
func views() gocmp.Options {
	return gocmp.Options{
		plain(),
		keyed("Env", envEntry),
		keyed("Mounts", func(v mount.Mount) (string, mount.Mount) { return v.Target, v }),
		keyed("Networks", func(v swarm.NetworkAttachmentConfig) (string, swarm.NetworkAttachmentConfig) { return v.Target, v }),
		keyed("Ulimits", func(v *container.Ulimit) (string, string) { return v.Name, showUlimit(v) }),
		keyed("Secrets", func(v *swarm.SecretReference) (string, string) { return secretKey(v), showSecret(v) }),
		keyed("Configs", func(v *swarm.ConfigReference) (string, string) { return configKey(v), showConfig(v) }),
		listed("Ports", showPort), listed("Preferences", showPreference),
		listed("GenericResources", showGeneric), listed("Platforms", showPlatform),
		listed("Nameservers", netip.Addr.String),
		gocmp.FilterPath(func(p gocmp.Path) bool { return field(p) != "Env" },
			gocmp.Transformer("words", showWords)),
	}
}

// plain compares specs as they are.
func plain() gocmp.Options {
	return gocmp.Options{
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}),
		gocmp.FilterValues(func(a, b map[string]string) bool { return (a == nil) != (b == nil) },
			gocmp.Transformer("empty", func(m map[string]string) map[string]string { return maps.Collect(maps.All(m)) })),
		optional[swarm.Driver](), optional[swarm.CredentialSpec](), optional[swarm.SELinuxContext](),
		optional[swarm.SeccompOpts](), optional[swarm.AppArmorOpts](),
		optional[mount.BindOptions](), optional[mount.VolumeOptions](), optional[mount.TmpfsOptions](), optional[mount.Driver](),
	}
}

// optional compares what pointers to a struct point to, nil being the zero
// struct.
func optional[T any]() gocmp.Option {
	return gocmp.Transformer("optional", func(p *T) T {
		if p == nil {
			var zero T
			return zero
		}
		return *p
	})
}

// keyed compares the list in this field as a map.
func keyed[T, V any](name string, key func(T) (string, V)) gocmp.Option {
	return at(name, gocmp.Transformer("keyed", func(list []T) map[string]V {
		out := make(map[string]V, len(list))
		for _, v := range list {
			k, value := key(v)
			out[k] = value
		}
		return out
	}))
}

// listed compares the list in this field as one text.
func listed[T any](name string, show func(T) string) gocmp.Option {
	return at(name, gocmp.Transformer("listed", func(list []T) string {
		out := make([]string, len(list))
		for i, v := range list {
			out[i] = show(v)
		}
		return strings.Join(out, ", ")
	}))
}

func at(name string, o gocmp.Option) gocmp.Option {
	return gocmp.FilterPath(func(p gocmp.Path) bool { return field(p) == name }, o)
}

// field is the name of the struct field whose value a path ends in, as it is
// or seen through a view; "" for an element of a map or list.
func field(p gocmp.Path) string {
	for i := len(p) - 1; i >= 0; i-- {
		switch s := p[i].(type) {
		case gocmp.StructField:
			return s.Name()
		case gocmp.MapIndex, gocmp.SliceIndex:
			return ""
		}
	}
	return ""
}

// reporter gathers the leaves that differ, and counts those that have a value
// and do not.
type reporter struct {
	words []word
	mask  *mask
	path  gocmp.Path
	found []stack.FieldChange
	same  int
}

func (r *reporter) PushStep(s gocmp.PathStep) { r.path = append(r.path, s) }
func (r *reporter) PopStep()                  { r.path = r.path[:len(r.path)-1] }

func (r *reporter) Report(res gocmp.Result) {
	if res.Equal() {
		if old, _ := r.path.Last().Values(); old.IsValid() && !old.IsZero() {
			r.same++
		}
		return
	}
	old, now := r.path.Last().Values()
	path, effect := r.name()
	leaf := field(r.path)
	f := stack.FieldChange{Path: path, Old: showLeaf(leaf, old), New: showLeaf(leaf, now), Effect: effect}
	f.Old, f.New = r.mask.hide(f.Path, f.Old), r.mask.hide(f.Path, f.New)
	r.found = append(r.found, f)
}

// name is the compose word for the path the reporter stands at.
func (r *reporter) name() (string, stack.Effect) {
	var steps []string
	for _, s := range r.path {
		switch s := s.(type) {
		case gocmp.StructField:
			steps = append(steps, s.Name())
		case gocmp.MapIndex:
			steps = append(steps, "="+s.Key().String())
		}
	}
	for n := len(steps); n > 0; n-- {
		prefix := strings.Join(steps[:n], ".")
		i := slices.IndexFunc(r.words, func(w word) bool { return w.spec == prefix })
		if i < 0 {
			continue
		}
		parts := []string{}
		if r.words[i].compose != "" {
			parts = append(parts, r.words[i].compose)
		}
		for _, s := range steps[n:] {
			parts = append(parts, composeWord(s))
		}
		return strings.Join(parts, "."), r.words[i].effect
	}
	return strings.Join(steps, "."), stack.InPlace
}

// composeWord is a field name as compose spells it, or a map key as it is.
func composeWord(step string) string {
	if key, ok := strings.CutPrefix(step, "="); ok {
		return key
	}
	var b strings.Builder
	for i, c := range step {
		if unicode.IsUpper(c) && i > 0 && !unicode.IsUpper(rune(step[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

func envEntry(e string) (name, value string) {
	name, value, ok := strings.Cut(e, "=")
	if !ok {
		return name, "(removed)" // takes the image's variable away
	}
	if value == "" {
		value = `""`
	}
	return name, value
}

// showLeaf is a value as people write it; nothing at all where there is none.
func showLeaf(name string, v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	return show(name, v)
}
