package loader

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stackup-cli/stackup/stack"
)

// extension is the key under which a file speaks to stackup alone.
const extension = "x-stackup"

// setting is a key below [extension].
type setting struct {
	path string
	form string   // of its value: boolean, duration, count (from 1), number (from 0), paths, words, or choices parted by |
	on   []string // the sections of the objects that may have it; topLevel for all of them
	what string
}

// topLevel stands for x-stackup at the top of a file, which speaks for all
// objects that do not say otherwise.
const topLevel = ""

// settings are all keys below [extension]: the source of what is read, of what
// is refused, and of docs/x-stackup.schema.json.
func settings() []setting {
	const services, networks, configs, secrets = "services", "networks", "configs", "secrets"
	return []setting{
		{
			"ignore", "paths",
			[]string{topLevel, services, networks, configs, secrets},
			"Compose keys below the object, such as deploy.replicas or environment.LOG_LEVEL. What runs stays as it is, whatever the file says.",
		},
		{
			"protect", "boolean",
			[]string{topLevel, services, networks, configs, secrets},
			"true: the object is neither deleted nor replaced.",
		},
		{
			"history", "number",
			[]string{topLevel},
			"How many revisions of the stack are kept in the swarm, 20 unless it is said. 0: none, and no way back.",
		},
		{
			fromExec, "words",
			[]string{configs, secrets},
			"A command and its arguments, without a shell, such as [sops, -d, db.enc]. What it prints is the content, byte for byte; it is kept in memory only. It runs in the project directory, when a plan is made and when a saved one is applied. Everybody who may read configs of the swarm sees that of a config.",
		},
		{
			fromTimeout, "duration",
			[]string{configs, secrets},
			"How long the command may take, 30s unless it is said.",
		},
		{
			"job.run", "changed|always",
			[]string{topLevel, services},
			"When a job runs again: when its service has changed (the default), or at every apply.",
		},
		{
			"job.max_concurrent", "count",
			[]string{services},
			"How many tasks of a replicated job run at a time. deploy.replicas says how many have to complete.",
		},
		{
			"wait.timeout", "duration",
			[]string{topLevel, services},
			"How long an apply waits for the service, such as 5m.",
		},
		{
			"wait.stable", "duration",
			[]string{topLevel, services},
			"How long the tasks must run before they count as running, such as 10s.",
		},
	}
}

// settingsOf are the settings that objects of a section may have, by path.
func settingsOf(section string) map[string]setting {
	out := map[string]setting{}
	for _, s := range settings() {
		if slices.Contains(s.on, section) {
			out[s.path] = s
		}
	}
	return out
}

// settings reads x-stackup of an object. What it leaves open, the top level
// says.
func (c *converter) settings(o object) stack.Settings {
	s := o.settings(c.defaults)
	s.Ignore = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(s.Ignore))), func(path string) bool {
		return !o.project.keys.isKey(o.section, path)
	})
	if o.section != "services" {
		s = stack.Settings{Ignore: s.Ignore, Protect: s.Protect}
	}
	return s
}

// topSettings are those that speak for all objects.
func (p *project) topSettings(model map[string]any) stack.Settings {
	top := object{project: p, data: model, at: p.topPositions(extension)}
	return top.settings(stack.Settings{})
}

// topRevisions is how many revisions the file wants to be kept, as
// [stack.Stack] says it.
func (p *project) topRevisions(model map[string]any) int {
	x := object{project: p, data: model, at: p.topPositions(extension)}.part(extension)
	n := x.count("history")
	switch {
	case n == nil:
		return 0
	case *n == 0:
		return -1
	case *n > maxRevisions:
		x.fail("history", "must be at most "+strconv.Itoa(maxRevisions), "")
	}
	return int(*n)
}

// maxRevisions keeps the history small enough to be read with every plan.
const maxRevisions = 100

func (o object) settings(base stack.Settings) stack.Settings {
	s := base
	s.Ignore = slices.Clone(base.Ignore)
	if !o.has(extension) {
		return s
	}
	if _, ok := o.get(extension).(map[string]any); !ok {
		o.fail(extension, "is not a mapping", "")
	}
	x := o.part(extension)
	x.checkSettings("", x.data, settingsOf(o.section))
	if x.has("protect") {
		s.Protect = x.flag("protect")
	}
	if x.has("job.run") {
		s.RunAlways = x.text("job.run") == "always"
	}
	if x.has("wait.timeout") {
		s.Timeout = x.span("wait.timeout")
	}
	if x.has("wait.stable") {
		s.Stable = x.span("wait.stable")
	}
	s.Ignore = append(s.Ignore, x.texts("ignore")...)
	return s
}

// checkSettings reports unknown keys, and values of a wrong form that reading
// them does not report.
func (o object) checkSettings(path string, data map[string]any, known map[string]setting) {
	for _, name := range sortedKeys(data) {
		at := join(path, name)
		if s, ok := known[at]; ok {
			o.checkSetting(s)
			continue
		}
		next, names := false, []string{}
		for p := range known {
			if rest, ok := strings.CutPrefix(p, path+"."); ok || path == "" {
				if path == "" {
					rest = p
				}
				head, _, _ := strings.Cut(rest, ".")
				names = append(names, head)
				next = next || head == name
			}
		}
		below, ok := data[name].(map[string]any)
		switch {
		case next && ok:
			o.checkSettings(at, below, known)
		case next:
			o.fail(at, "is not a mapping", "")
		default:
			o.unknownSetting(at, name, names)
		}
	}
}

func (o object) unknownSetting(at, name string, names []string) {
	for _, s := range settings() {
		if s.path == at || strings.HasPrefix(s.path, at+".") {
			where := strings.Join(named(s.on), " and ")
			if where == "" {
				where = "the top of the file"
			}
			o.fail(at, "is for "+where+" only", "")
			return
		}
	}
	slices.Sort(names)
	hint := didYouMean(name, names)
	if hint == "" {
		hint = "write " + strings.Join(slices.Compact(names), ", ")
	}
	o.fail(at, "is unknown", hint)
}

func (o object) checkSetting(s setting) {
	switch written := o.text(s.path); s.form {
	case "boolean":
		if _, err := strconv.ParseBool(written); err != nil {
			o.fail(s.path, quoted(written)+" is neither true nor false", "")
		}
	case "duration":
		o.duration(s.path)
	case "count":
		if n := o.count(s.path); n == nil || *n == 0 {
			o.fail(s.path, "must be at least 1", "")
		}
	case "number":
		o.count(s.path)
	case "words":
		if _, isList := o.get(s.path).([]any); !isList || len(o.texts(s.path)) == 0 || o.texts(s.path)[0] == "" {
			o.fail(s.path, "is not a command", "write a list: the program, then its arguments")
		}
	case "paths":
		for i, path := range o.texts(s.path) {
			if !o.project.keys.isKey(o.section, path) {
				o.fail(join(s.path, strconv.Itoa(i)), quoted(path)+" is no key that can stand there", "write a path of compose keys, such as deploy.replicas")
			}
		}
	default:
		o.oneOf(s.path, strings.Split(s.form, "|")...)
	}
}

// isKey says whether a path of compose keys may stand on objects of a section;
// at the top level, on those of any.
func (t *keyTree) isKey(section, path string) bool {
	for _, s := range []string{"services", "networks", "configs", "secrets"} {
		if (s == section || section == topLevel) && t.covers(s+".*."+path) {
			return true
		}
	}
	return false
}
