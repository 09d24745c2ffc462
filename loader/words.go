package loader

import (
	"strconv"
	"strings"
)

// describe names a place in a compose file, the object first:
// service "web": deploy.replicas.
func describe(path []string) string {
	kind := singular(path[0])
	if kind == "" || len(path) == 1 {
		return strings.Join(path, ".")
	}
	s := kind + " " + strconv.Quote(path[1])
	if len(path) > 2 {
		s += ": " + strings.Join(path[2:], ".")
	}
	return s
}

// singular is what one entry of a section is called; empty for a key that is
// no section.
func singular(section string) string {
	switch section {
	case "services", "networks", "volumes", "configs", "secrets", "jobs", "models":
		return strings.TrimSuffix(section, "s")
	}
	return ""
}
