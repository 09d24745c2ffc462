package loader

import (
	"errors"
	"regexp"
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
	unset := map[string]bool{}
	for _, t := range texts {
		var err error
		logged := quietly(func() { _, err = template.Substitute(t.node.Value, p.withName(p.env.Resolve)) })
		if err != nil {
			p.fail(t.wrong(err))
		}
		for _, name := range unsetIn(logged) {
			if !unset[name] {
				p.warn(stack.Warning{Pos: t.pos(), Msg: unsetMessage(name), Hint: unsetHint(name)})
			}
			unset[name] = true
		}
	}
}

// text is a scalar that has variables in it.
type text struct {
	file string
	path []string
	node *yaml.Node
}

// appendTexts finds the scalars with a $ below a node. Aliases are not
// followed: what they stand for is found where it is written.
func appendTexts(to []text, file string, n *yaml.Node, path []string) []text {
	switch n.Kind {
	case yaml.ScalarNode:
		if strings.Contains(n.Value, "$") {
			to = append(to, text{file, path, n})
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			to = appendTexts(to, file, n.Content[i+1], append(path[:len(path):len(path)], n.Content[i].Value))
		}
	case yaml.SequenceNode:
		for i, e := range n.Content {
			to = appendTexts(to, file, e, append(path[:len(path):len(path)], strconv.Itoa(i)))
		}
	}
	return to
}

func (t text) pos() stack.Position { return stack.Position{File: t.file, Line: t.node.Line} }

// wrong words compose-go's errors about a variable.
func (t text) wrong(err error) stack.Error {
	e := stack.Error{Pos: t.pos(), Msg: describe(t.path) + ": "}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	switch {
	case errors.As(err, &missing):
		e.Msg += "variable " + strconv.Quote(missing.Variable) + " has no value"
		if missing.Reason != "" {
			e.Msg += ": " + missing.Reason
		}
		e.Hint = unsetHint(missing.Variable)
	case errors.As(err, &invalid):
		e.Msg += strconv.Quote(invalid.Template) + " is not a variable"
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

func unsetMessage(name string) string {
	return "variable " + strconv.Quote(name) + " is not set, an empty text stands in for it"
}

func unsetHint(name string) string {
	return "set " + name + " in the environment or in .env, or give a default: ${" + name + ":-default}"
}
