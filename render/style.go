package render

import "strings"

// Style is how text is laid out. The zero value is plain text, 80 columns wide.
type Style struct {
	Color bool // use ANSI colours; see [ColorWanted]
	Width int  // in columns; 0 stands for 80, anything under 24 for 24
}

const (
	defaultWidth = 80
	minWidth     = 24 // the deepest indent and what [excerpts] needs
)

func (s Style) columns() int {
	if s.Width == 0 {
		return defaultWidth
	}
	return max(s.Width, minWidth)
}

// ColorWanted says whether to use colours, from the environment (as of
// os.Environ) and whether the output is a terminal. NO_COLOR, if set to
// anything, forbids them (no-color.org); else FORCE_COLOR demands them, or
// forbids them with 0 or false; else a terminal gets them, except in CI and
// when TERM is dumb. Variables that are set to nothing count as not set.
func ColorWanted(environ []string, isTerminal bool) bool {
	env := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		env[k] = v
	}
	switch {
	case env["NO_COLOR"] != "":
		return false
	case env["FORCE_COLOR"] != "":
		return !off(env["FORCE_COLOR"])
	case env["CI"] != "" && !off(env["CI"]):
		return false
	}
	return isTerminal && env["TERM"] != "dumb"
}

func off(v string) bool { return v == "0" || strings.EqualFold(v, "false") }

// tone is the parameter of an SGR sequence (ECMA-48, 8.3.117); empty for plain
// text. Only the basic colours are used: terminals map them to their theme.
type tone string

const (
	plain  tone = ""
	bold   tone = "1"
	dim    tone = "2"
	red    tone = "31"
	green  tone = "32"
	yellow tone = "33"
	cyan   tone = "36"
)

func (t tone) paint(s string) string {
	if t == plain || s == "" {
		return s
	}
	return "\x1b[" + string(t) + "m" + s + "\x1b[0m"
}
