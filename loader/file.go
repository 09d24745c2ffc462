package loader

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stackup-cli/stackup/stack"
)

// stdin is how a user writes "standard input" where a file name is expected.
const stdin = "-"

// file is one compose file, as text and as nodes that know their lines.
type file struct {
	name    string // as the user wrote it
	path    string // absolute; of standard input its name
	content []byte
	docs    []*yaml.Node // the top-level mapping of each document
}

// readFile reads and parses one file. Relative names start at dir.
func readFile(name, dir string, in io.Reader) (file, error) {
	f := file{name: name, path: name}
	var err error
	switch {
	case name != stdin:
		f.path = absolute(dir, name)
		f.content, err = os.ReadFile(f.path)
	case in != nil:
		f.content, err = io.ReadAll(in)
	}
	if err != nil {
		e := unreadable("compose file", name, err)
		return f, &e
	}
	return f, f.parse()
}

// unreadable words the errors of reading a file without the absolute path.
func unreadable(what, name string, err error) stack.Error {
	e := stack.Error{Msg: what + " " + strconv.Quote(name)}
	var pe *os.PathError
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.Msg += " does not exist"
	case errors.As(err, &pe):
		e.Msg += ": " + pe.Err.Error()
	default:
		e.Msg += ": " + err.Error()
	}
	return e
}

func (f *file) parse() error {
	for dec := yaml.NewDecoder(bytes.NewReader(f.content)); ; {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.malformed(err)
		}
		if len(n.Content) == 0 || n.Content[0].ShortTag() == "!!null" {
			continue
		}
		top := n.Content[0]
		if top.Kind != yaml.MappingNode {
			return &stack.Error{
				Pos: stack.Position{File: f.name, Line: top.Line}, Msg: "a compose file is a mapping, this is something else",
				Hint: "the top level has keys such as services: and networks:",
			}
		}
		if n := endless(top, nil); n != nil {
			return &stack.Error{
				Pos: stack.Position{File: f.name, Line: n.Line},
				Msg: "malformed YAML: *" + n.Value + " stands for something it is itself a part of",
			}
		}
		f.docs = append(f.docs, top)
		f.hideVersion(top)
	}
}

// malformed is the error for text that is no YAML.
func (f *file) malformed(err error) error {
	msg, line := cutLine(err.Error())
	return &stack.Error{Pos: stack.Position{File: f.name, Line: line}, Msg: "malformed YAML: " + msg}
}

// cutLine takes the line out of the message of a YAML error. Where several are
// named, as for errors found while decoding, the last is the right one.
func cutLine(msg string) (rest string, line int) {
	at := regexp.MustCompile(`\bline (\d+)(?:, column \d+)?: `)
	if all := at.FindAllStringSubmatchIndex(msg, -1); all != nil {
		last := all[len(all)-1]
		line, _ = strconv.Atoi(msg[last[2]:last[3]])
		msg = msg[last[1]:]
	}
	return strings.TrimPrefix(msg, "yaml: "), line
}

// hiddenVersion is what becomes of the key version.
const hiddenVersion = "x-versn"

// hideVersion renames the obsolete top-level version: in the text to an
// extension key of the same length. compose-go insists on its being a string;
// here it is accepted in any form and ignored, and no line or column moves.
func (f *file) hideVersion(top *yaml.Node) {
	const key = "version"
	for i := 0; i+1 < len(top.Content); i += 2 {
		n := top.Content[i]
		if n.Value != key {
			continue
		}
		at := offset(f.content, n.Line, n.Column)
		if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			at++
		}
		if at >= 0 && bytes.HasPrefix(f.content[min(at, len(f.content)):], []byte(key)) {
			copy(f.content[at:], hiddenVersion)
		}
	}
}

// offset is where a line and column, both from 1, stand in the text; -1 if
// there is no such line.
func offset(text []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	return at + column - 1
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// readable is a path as short as it can be said from dir.
func readable(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
