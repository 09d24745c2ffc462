package loader

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// describe names a place in a compose file, the object first:
// service "web": deploy.replicas. Positions in lists are left out, they are
// where the line is for.
func describe(section, key, path string) string {
	kind := singular(section)
	if kind == "" || key == "" {
		return oneLine(strings.Join(named([]string{section, key, path}), "."))
	}
	who := kind + " " + strconv.Quote(key)
	if path = withoutIndexes(path); path != "" {
		return who + ": " + oneLine(path)
	}
	return who
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func withoutIndexes(path string) string {
	return strings.Join(named(strings.Split(path, ".")), ".")
}

// named leaves out what is no name: nothing, numbers and [].
func named(parts []string) []string {
	return slices.DeleteFunc(parts, func(s string) bool {
		_, err := strconv.Atoi(s)
		return s == "" || s == "[]" || err == nil
	})
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

func quoted(s string) string { return strconv.Quote(s) }

// didYouMean suggests the name that is nearest to a wrong one; empty if none
// is near.
func didYouMean(wrong string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if d := distance(wrong, name); d < least && d < len(wrong) {
			best, least = name, d
		}
	}
	for _, name := range names { // such as the first words of it
		if best == "" && len(wrong) > 4 && strings.HasPrefix(name, wrong) {
			best = name
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// hintUndefined says what to do about a name that a section does not have.
func hintUndefined[V any](name, section string, known map[string]V) string {
	if hint := didYouMean(name, sortedKeys(known)); hint != "" {
		return hint
	}
	return "define it under " + section + ":"
}

// distance is the number of letters to insert, delete, replace or swap that
// makes one word of the other.
func distance(a, b string) int {
	before, last := []int{}, make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			same := 0
			if a[i] != b[j] {
				same = 1
			}
			row[j+1] = min(last[j]+same, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// cutLast parts a path before its last key.
func cutLast(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}
