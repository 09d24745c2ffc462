package loader

import (
	"bufio"
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stackup-cli/stackup/stack"
)

// environment is what a container gets: env_file in order, then environment:,
// a name without a value taking the caller's. One that nobody has stays
// without "=", which removes the image's. The result is sorted.
func (c *converter) environment(o object) []string {
	vars := map[string]*string{}
	for _, f := range o.parts("env_file") {
		maps.Copy(vars, c.envFile(f))
	}
	var own types.MappingWithEquals
	if v := o.get("environment"); v != nil {
		if err := own.DecodeMapstructure(v); err != nil {
			o.fail("environment", "is malformed: "+err.Error(), "")
		}
	}
	if _, ok := own[""]; ok {
		o.fail("environment", "has an entry without a name", "")
	}
	maps.Copy(vars, own)
	var out []string
	for name, value := range vars {
		if value == nil {
			if known, ok := c.env[name]; ok {
				value = &known
			}
		}
		if value != nil {
			name += "=" + *value
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// envFile reads one entry of env_file. Without format: it means what docker
// stack deploy takes it to mean, the text after "=" as it stands; compose's
// reading, with quotes and variables, is format: .env.
func (c *converter) envFile(f object) map[string]*string {
	path := f.text("path")
	content, err := os.ReadFile(path)
	if err != nil {
		if f.text("required") != "false" || !os.IsNotExist(err) {
			e := unreadable("env file", readable(c.base, path), err)
			f.wrong("", e.Msg, "")
		}
		return nil
	}
	raw, rawErr := rawEnv(content, c.env)
	cooked, unset, err := c.cookedEnv(content)
	switch format := f.oneOf("format", "raw", dotenv.DotEnv); {
	case format == dotenv.DotEnv || format == "" && rawErr != nil:
		if err != nil {
			c.malformedEnv(f, path, err.Error())
		}
		for _, name := range unset {
			c.warnUnset(stack.Position{File: readable(c.base, path)}, name)
		}
		return cooked
	case rawErr != nil:
		c.malformedEnv(f, path, rawErr.Error())
	case format == "":
		c.compareEnv(f, path, raw, cooked)
	}
	return raw
}

func (c *converter) malformedEnv(f object, path, msg string) {
	msg, line := cutLine(msg)
	pos := stack.Position{File: readable(c.base, path), Line: line}
	c.fail(stack.Error{Pos: pos, Msg: describe(f.section, f.key, "") + ": env file: " + msg})
}

// compareEnv warns where the two readings of an env file differ.
func (c *converter) compareEnv(f object, path string, raw, cooked map[string]*string) {
	for _, name := range sortedKeys(raw) {
		if r, k := raw[name], cooked[name]; r == nil || k != nil && *r == *k {
			continue
		}
		c.warn(remark{
			pos: f.pos(""),
			who: describe(f.section, f.key, ""),
			msg: quoted(name) + " in " + quoted(readable(c.base, path)) +
				" is taken as it stands, with its quotes, comments and $, as docker stack deploy does",
			hint: "write format: .env beside path: for docker compose's reading, format: raw to keep this one",
		})
	}
}

// rawEnv reads NAME=VALUE lines as docker/cli does (pkg/kvfile).
func rawEnv(content []byte, env types.Mapping) (map[string]*string, error) {
	out := map[string]*string{}
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(content, []byte("\uFEFF"))))
	lines.Buffer(nil, len(content)+1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimLeftFunc(lines.Text(), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name == "" || strings.ContainsAny(name, " \t") {
			return nil, &stack.Error{Msg: "line " + strconv.Itoa(n) + ": " + quoted(name) + " is not a variable name"}
		}
		if !ok {
			if value, ok = env[name]; !ok {
				continue
			}
		}
		out[name] = &value
	}
	return out, lines.Err()
}

// cookedEnv reads an env file as docker compose does, and names the variables
// in it that are not set.
func (c *converter) cookedEnv(content []byte) (vars map[string]*string, unset []string, err error) {
	var read map[string]string
	logged := quietly(func() { read, err = dotenv.ParseWithLookup(bytes.NewReader(content), c.env.Resolve) })
	if _, ok := read[""]; ok {
		err = errors.New("there is a value without a name")
	}
	return types.Mapping(read).ToMappingWithEquals(), unsetIn(logged), err
}

// containerLabels are label_file in order, then labels:, and the stack's.
func (c *converter) containerLabels(o object) map[string]string {
	out := map[string]string{}
	for i, path := range o.texts("label_file") {
		content, err := os.ReadFile(path)
		if err != nil {
			e := unreadable("label file", readable(c.base, path), err)
			o.wrong("label_file."+strconv.Itoa(i), e.Msg, "")
			continue
		}
		vars, _, err := c.cookedEnv(content)
		if err != nil {
			c.malformedEnv(o, path, err.Error())
		}
		for name, value := range vars {
			out[name] = *value
		}
	}
	maps.Copy(out, c.labels(o, "labels"))
	return out
}
