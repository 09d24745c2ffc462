package loader

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// composeWarning takes over what compose-go warned about while merging.
func (p *project) composeWarning(msg string) {
	if names := unsetIn([]string{msg}); names != nil {
		p.warnUnset(stack.Position{}, names[0])
		return
	}
	if path, ok := strings.CutSuffix(msg, ": external.name is deprecated. Please set name and external: true"); ok {
		pos, _ := p.place(path + ".external")
		_, words := p.place(path)
		p.warn(remark{pos: pos, who: words, msg: "external.name is deprecated", hint: "write name: and external: true"})
		return
	}
	if strings.Contains(msg, "the attribute `version` is obsolete") {
		return // of an included file
	}
	p.warn(remark{msg: msg})
}

// composeError words an error of compose-go as ours, with the line where that
// can be found out. compose-go gives no positions, but most of its messages
// name the path, in one of these forms.
func (p *project) composeError(err error) {
	var own *stack.Error
	if errors.As(err, &own) {
		p.fail(*own)
		return
	}
	for _, msg := range splitJoined(err.Error()) {
		p.fail(p.complaint(msg))
	}
	if strings.HasPrefix(err.Error(), "validating ") {
		p.checkSchema()
	}
}

// splitJoined parts the errors that compose-go's interpolation joins.
func splitJoined(msg string) []string {
	const start = "error while interpolating "
	if !strings.HasPrefix(msg, start) {
		return []string{msg}
	}
	parts := strings.Split(msg, "\n"+start)
	for i := range parts[1:] {
		parts[i+1] = start + parts[i+1]
	}
	return parts
}

func (p *project) complaint(msg string) stack.Error {
	if m := find(`(?s)^failed to parse (.+?): (.*)$`, msg); m != nil {
		text, line := cutLine(m[2])
		return stack.Error{Pos: stack.Position{File: p.display(m[1]), Line: line}, Msg: yamlWords(text)}
	}
	if m := find(`(?s)^validating (.+?): (.*)$`, msg); m != nil {
		return p.schemaError(m[2])
	}
	if m := find(`(?s)^error while interpolating (\S+): (?:failed to cast to expected type: )?(.*)$`, msg); m != nil {
		pos, words := p.place(m[1])
		return stack.Error{Pos: pos, Msg: words + ": " + castWords(m[2])}
	}
	if m := find(`(?s)^((?:services|networks|volumes|configs|secrets)\.\S+?):? (.*)$`, msg); m != nil {
		pos, words := p.place(m[1])
		return stack.Error{Pos: pos, Msg: words + ": " + p.shortened(m[2])}
	}
	if m := find(`^non-string key in (\S+): (.*)$`, msg); m != nil {
		pos, words := p.place(m[1])
		return stack.Error{Pos: pos, Msg: words + ": the key " + strings.ReplaceAll(m[2], "<nil>", "null") + " is not a text", Hint: "put it in quotes"}
	}
	if m := find(`^(?:stat|open|read) (.+): no such file or directory$`, msg); m != nil {
		e := unreadable("file", p.display(absolute(p.dir, m[1])), os.ErrNotExist)
		e.Pos = p.mention(m[1])
		return e
	}
	if m := find(`\bservice "([^"]+)"`, msg); m != nil {
		pos, _ := p.place("services." + m[1] + ".extends")
		return stack.Error{Pos: pos, Msg: p.shortened(msg)}
	}
	return stack.Error{Pos: p.onlyFile(), Msg: p.shortened(msg)}
}

// onlyFile is the file, if there is only one; else nobody knows which.
func (p *project) onlyFile() stack.Position {
	if len(p.files) > 1 {
		return stack.Position{}
	}
	return stack.Position{File: p.files[0].name}
}

// mention is the line on which a path is written.
func (p *project) mention(path string) stack.Position {
	for _, f := range p.files {
		for _, doc := range f.docs {
			for _, t := range appendTexts(nil, f.name, doc, nil) {
				if absolute(p.dir, p.substitute(t.node.Value)) == absolute(p.dir, path) {
					return t.pos()
				}
			}
		}
	}
	return p.onlyFile()
}

// schemaError words a violation of the Compose Specification's JSON schema, for
// which compose-go says the path and what is wrong. Keys may contain spaces.
func (p *project) schemaError(violation string) stack.Error {
	path, msg, _ := strings.Cut(violation, " ")
	if m := find(`(?s)^(.*?) (false schema$|additional properties .*|must .*)`, violation); m != nil {
		path, msg = m[1], m[2]
	}
	parent, unknown := path, ""
	if m := find(`^additional properties '([^']+)'`, msg); m != nil {
		unknown = m[1]
	} else if msg == "false schema" {
		parent, unknown = cutLast(path)
	}
	if unknown == "" {
		pos, words := p.place(path)
		msg = strings.ReplaceAll(msg, "a integer", "an integer")
		return stack.Error{Pos: pos, Msg: strings.TrimSpace(words + " " + msg), Hint: p.emptyHint(path, msg)}
	}
	pos, _ := p.place(join(parent, unknown))
	e := stack.Error{Pos: pos, Msg: "unknown key " + strconv.Quote(unknown)}
	e.Hint = didYouMean(unknown, p.keys.known(parent))
	if t := p.keys.at(join(parent, unknown)); t != nil && t.key != nil {
		e.Msg, e.Hint = strconv.Quote(unknown)+" is not possible: "+t.key.note, ""
	}
	if parent != "" {
		_, words := p.place(parent)
		e.Msg = words + ": " + e.Msg
	}
	return e
}

// place finds a path of the merged model in the files. Keys may contain dots,
// so the object's key is the longest that fits.
func (p *project) place(path string) (stack.Position, string) {
	section, rest, _ := strings.Cut(path, ".")
	key := ""
	for k := range p.layers[section] {
		if (rest == k || strings.HasPrefix(rest, k+".")) && len(k) > len(key) {
			key = k
		}
	}
	if key == "" {
		return p.topLevel(section), describe(section, "", rest)
	}
	below := strings.TrimPrefix(strings.TrimPrefix(rest, key), ".")
	below = strings.ReplaceAll(below, ".[]", "") // an entry, nobody knows which
	return p.positions(section, key).At(below), describe(section, key, below)
}

// emptyHint explains the most common violation: a key whose entries are all
// commented out.
func (p *project) emptyHint(path, msg string) string {
	section, rest, _ := strings.Cut(path, ".")
	if !strings.HasPrefix(msg, "must be a ") {
		return ""
	}
	for key, ls := range p.layers[section] {
		for _, l := range ls {
			if below, ok := strings.CutPrefix(rest+".", key+"."); ok && isEmpty(l.value, strings.TrimSuffix(below, ".")) {
				return "it is empty: give it a value or remove the key"
			}
		}
	}
	return ""
}

func isEmpty(n *yaml.Node, path string) bool {
	for path != "" && n != nil {
		key, rest, _ := strings.Cut(path, ".")
		_, n = lookup(n, key)
		path = rest
	}
	return n != nil && n.ShortTag() == "!!null"
}

func (p *project) topLevel(key string) stack.Position {
	for _, f := range p.files {
		for _, doc := range f.docs {
			if k, _ := lookup(doc, key); k != nil {
				return stack.Position{File: f.name, Line: k.Line}
			}
		}
	}
	return p.onlyFile()
}

// shortened puts a message on one line and takes absolute paths out of it.
func (p *project) shortened(msg string) string {
	msg = oneLine(msg)
	for _, f := range p.files {
		msg = strings.ReplaceAll(msg, f.path, f.name)
	}
	msg = strings.ReplaceAll(msg, p.base+string(filepath.Separator), "")
	if first, _ := utf8.DecodeRuneInString(msg); unicode.IsUpper(first) {
		msg = strings.ToLower(msg[:1]) + msg[1:]
	}
	return msg
}

func find(pattern, text string) []string { return regexp.MustCompile(pattern).FindStringSubmatch(text) }

// castWords words the errors of strconv and of compose-go's booleans.
func castWords(msg string) string {
	if m := find(`^strconv\.\w+: parsing ("(?:[^"\\]|\\.)*"): `, msg); m != nil {
		return m[1] + " is not a number"
	}
	if b, ok := strings.CutPrefix(msg, "invalid boolean: "); ok {
		return strconv.Quote(b) + " is neither true nor false"
	}
	return msg
}

func yamlWords(msg string) string {
	if m := find(`^mapping key ("(?:[^"\\]|\\.)*") already defined at line (\d+)$`, msg); m != nil {
		return "key " + m[1] + " is set twice, first in line " + m[2]
	}
	return "malformed YAML: " + msg
}
