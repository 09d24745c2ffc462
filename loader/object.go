package loader

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackup-cli/stackup/stack"
)

// object is one entry of the merged model, or a part of one: what is written
// there, and where. Reading a value of the wrong form is reported and yields
// nothing, so that all mistakes come out at once.
type object struct {
	project *project
	section string // services
	key     string // web
	prefix  string // of the part: ports.0
	data    map[string]any
	at      stack.Positions
}

// objects are the entries of a section, by key.
func (p *project) objects(model map[string]any, section string) []object {
	entries, _ := model[section].(map[string]any)
	out := make([]object, 0, len(entries))
	for _, key := range sortedKeys(entries) {
		data, _ := entries[key].(map[string]any)
		out = append(out, object{project: p, section: section, key: key, data: data, at: p.positions(section, key)})
	}
	return out
}

func (o object) pos(path string) stack.Position { return o.at.At(join(o.prefix, path)) }

func (o object) words(path string) string { return describe(o.section, o.key, join(o.prefix, path)) }

// fail reports what is wrong with the value at path.
func (o object) fail(path, msg, hint string) {
	o.project.fail(stack.Error{Pos: o.pos(path), Msg: o.words(path) + " " + msg, Hint: hint})
}

// wrong reports something about the whole object, at the place of path.
func (o object) wrong(path, msg, hint string) {
	o.project.fail(stack.Error{Pos: o.pos(path), Msg: describe(o.section, o.key, "") + ": " + msg, Hint: hint})
}

// warn says what becomes of the value at path.
func (o object) warn(path, msg, hint string) {
	m := remark{pos: o.pos(path), msg: msg, hint: hint}
	if full := withoutIndexes(join(o.prefix, path)); full != "" {
		m.who, m.msg = describe(o.section, o.key, ""), full+" "+msg
	} else {
		m.msg = o.words(path) + " " + msg
	}
	o.project.warn(m)
}

// get is the value at a path of fixed names; nil if there is none.
func (o object) get(path string) any {
	var v any = o.data
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

func (o object) has(path string) bool { return o.get(path) != nil }

// written says whether the files say it, rather than compose-go.
func (o object) written(path string) bool {
	_, ok := o.at[join(o.prefix, path)]
	return ok
}

// part is the mapping at path as an object of its own.
func (o object) part(path string) object {
	o.data, _ = o.get(path).(map[string]any)
	o.prefix = join(o.prefix, path)
	return o
}

// entry is the entry of this name in the mapping at path; names may have dots.
func (o object) entry(path, name string) object {
	m, _ := o.get(path).(map[string]any)
	o.data, _ = m[name].(map[string]any)
	o.prefix = join(join(o.prefix, path), name)
	return o
}

// parts are the mappings in the list at path.
func (o object) parts(path string) []object {
	list, _ := o.get(path).([]any)
	out := make([]object, len(list))
	for i, e := range list {
		out[i] = o
		out[i].data, _ = e.(map[string]any)
		out[i].prefix = join(join(o.prefix, path), strconv.Itoa(i))
	}
	return out
}

// names are the keys of the mapping at path, sorted.
func (o object) names(path string) []string {
	m, _ := o.get(path).(map[string]any)
	return sortedKeys(m)
}

// text is the value at path as it would be printed.
func (o object) text(path string) string { return scalar(o.get(path)) }

func scalar(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (o object) flag(path string) bool {
	b, _ := strconv.ParseBool(o.text(path))
	return b
}

// texts is a list of scalars, or a single one.
func (o object) texts(path string) []string {
	switch v := o.get(path).(type) {
	case nil:
		return nil
	case []any:
		var out []string
		for _, e := range v {
			out = append(out, scalar(e))
		}
		return out
	default:
		return []string{scalar(v)}
	}
}

// table is a mapping of scalars, or a list of NAME=VALUE.
func (o object) table(path string) map[string]string {
	var out types.Mapping
	if v := o.get(path); v != nil {
		if err := out.DecodeMapstructure(v); err != nil {
			o.fail(path, "is neither a mapping nor a list of name=value", "")
		}
	}
	if _, ok := out[""]; ok {
		o.fail(path, "has an entry without a name", "")
	}
	return out
}

// duration is nil where nothing is written.
func (o object) duration(path string) *time.Duration {
	v := o.get(path)
	if v == nil {
		return nil
	}
	var d types.Duration
	if err := d.DecodeMapstructure(v); err != nil {
		o.fail(path, quoted(scalar(v))+" is not a duration", "write it with units, such as 1m30s")
		d = 0
	}
	if d < 0 {
		o.fail(path, "must not be negative", "")
	}
	t := time.Duration(d)
	return &t
}

// span is a duration where nothing written means zero.
func (o object) span(path string) time.Duration {
	if d := o.duration(path); d != nil {
		return *d
	}
	return 0
}

// size is a number of bytes, 0 where nothing is written.
func (o object) size(path string) int64 {
	var n types.UnitBytes
	if v := o.get(path); v != nil {
		if err := n.DecodeMapstructure(v); err != nil {
			o.fail(path, quoted(scalar(v))+" is not a size", "write a number of bytes, or one with a unit, such as 64M")
			return 0
		}
	}
	return int64(n)
}

// integer is 0 where nothing is written.
func (o object) integer(path string) int64 {
	v := o.get(path)
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(scalar(v), 10, 64)
	if err != nil {
		o.fail(path, quoted(scalar(v))+" is not an integer", "")
	}
	return n
}

// count is an integer that is not negative; nil where nothing is written.
func (o object) count(path string) *uint64 {
	if !o.has(path) {
		return nil
	}
	n := o.integer(path)
	if n < 0 {
		o.fail(path, "must not be negative", "")
	}
	u := uint64(max(n, 0))
	return &u
}

// oneOf is a text that must be one of these, where one is written.
func (o object) oneOf(path string, allowed ...string) string {
	s := o.text(path)
	if s != "" && !slices.Contains(allowed, s) {
		o.fail(path, quoted(s)+" is unknown", "write "+strings.Join(allowed, ", "))
	}
	return s
}
