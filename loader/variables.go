package loader

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// checkVariables looks at every variable of the files before compose-go
// replaces them, because only here the line of each is known.
func (p *project) checkVariables() {
	var texts []text
	for _, f := range p.files {
		for _, doc := range f.docs {
			texts = appendTexts(texts, f.name, doc, nil)
		}
	}
	for _, t := range texts {
		if !strings.Contains(t.node.Value, "$") {
			continue
		}
		var err error
		logged := quietly(func() { _, err = template.Substitute(t.node.Value, p.withName(p.env.Resolve)) })
		if err != nil {
			p.fail(t.wrong(err))
		}
		for _, name := range unsetIn(logged) {
			p.warnUnset(t.pos(), name)
		}
	}
}

// warnUnset warns about an unset variable, the first time it is met.
func (p *project) warnUnset(pos stack.Position, name string) {
	m := remark{pos: pos, msg: "variable " + quoted(name) + " is not set, an empty text stands in for it", hint: unsetHint(name)}
	if !slices.ContainsFunc(p.remarks, func(r remark) bool { return r.msg == m.msg }) {
		p.warn(m)
	}
}

// text is a scalar and where it stands.
type text struct {
	file string
	path []string
	node *yaml.Node
}

// appendTexts finds the scalars below a node. Aliases are not
// followed: what they stand for is found where it is written.
func appendTexts(to []text, file string, n *yaml.Node, path []string) []text {
	if n.Kind == yaml.ScalarNode {
		return append(to, text{file, path, n})
	}
	for i, c := range n.Content {
		name := strconv.Itoa(i)
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue // a key
			}
			name = n.Content[i-1].Value
		}
		to = appendTexts(to, file, c, append(path[:len(path):len(path)], name))
	}
	return to
}

func (t text) pos() stack.Position { return stack.Position{File: t.file, Line: t.node.Line} }

func (t text) words() string {
	path := append(t.path, "", "")
	return describe(path[0], path[1], strings.Trim(strings.Join(path[2:], "."), "."))
}

// wrong words compose-go's errors about a variable.
func (t text) wrong(err error) stack.Error {
	e := stack.Error{Pos: t.pos(), Msg: t.words() + ": "}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	switch {
	case errors.As(err, &missing):
		e.Msg += "variable " + quoted(missing.Variable) + " has no value"
		if missing.Reason != "" {
			e.Msg += ": " + missing.Reason
		}
		e.Hint = unsetHint(missing.Variable)
	case errors.As(err, &invalid):
		e.Msg += quoted(invalid.Template) + " has a malformed variable"
		e.Hint = "write $$ where a $ is meant"
	default:
		e.Err = err
	}
	return e
}

// unsetIn finds the variables in compose-go's warnings about unset ones.
func unsetIn(messages []string) []string {
	var names []string
	for _, m := range messages {
		if found := regexp.MustCompile(`^The "(.+)" variable is not set`).FindStringSubmatch(m); found != nil {
			names = append(names, found[1])
		}
	}
	return names
}

func unsetHint(name string) string {
	return "set " + name + " in the environment or in .env, or give a default: ${" + name + ":-default}"
}
