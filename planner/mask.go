package planner

import (
	"fmt"
	"regexp"
	"strings"
)

// mask hides values that may be credentials. Each distinct value gets a number
// of its own, so that it shows which are equal, and nothing else: not even a
// length.
type mask struct {
	name, value *regexp.Regexp
	seen        map[string]int
}

func newMask() *mask {
	return &mask{
		// Names of variables, labels and options whose values nobody wants in a
		// log. A name that ends in _FILE leads to a path.
		name: regexp.MustCompile(`(?i)^(environment|labels|deploy\.labels|logging\.options)\..*(pass(word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credential|basicauth|dsn|auth)`),
		// Credentials inside other values: the password of a URL, and the value
		// of a flag such as --password.
		value: regexp.MustCompile(`(?i)(://[^/\s:@]*:|(?:password|passwd|secret|token|api[-_]?key)[= :]\s*)([^\s@"',]+)`),
		seen:  map[string]int{},
	}
}

func (m *mask) hide(path, value string) string {
	if value == "" {
		return ""
	}
	if m.name.MatchString(path) && !strings.HasSuffix(strings.ToUpper(path), "_FILE") {
		return m.number(value)
	}
	return m.value.ReplaceAllStringFunc(value, func(found string) string {
		parts := m.value.FindStringSubmatch(found)
		return parts[1] + m.number(parts[2])
	})
}

func (m *mask) number(value string) string {
	n, ok := m.seen[value]
	if !ok {
		n = len(m.seen) + 1
		m.seen[value] = n
	}
	return fmt.Sprintf("(sensitive #%d)", n)
}
