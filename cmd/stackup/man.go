package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand is for those who make packages. The pages are made of what --help
// says, so that there is nothing else to keep true.
func manCommand(p *process) *cobra.Command {
	return &cobra.Command{
		Use:    "man DIRECTORY",
		Short:  "write the manual pages",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := args[0]
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(p.dir, dir)
			}
			if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // pages are for everybody
				return err
			}
			return writePages(dir, c.Root())
		},
	}
}

func writePages(dir string, c *cobra.Command) error {
	name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(manPage(c)), 0o644); err != nil { //nolint:gosec // pages are for everybody
		return err
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" && sub.Name() != "completion" {
			if err := writePages(dir, sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// roff is text that man reads, in its macros (groff_man(7)).
type roff struct{ strings.Builder }

// macro writes a line .NAME "argument" ….
func (r *roff) macro(name string, args ...string) {
	r.WriteString("." + name)
	for _, a := range args {
		r.WriteString(` "` + strings.ReplaceAll(literal(a), `"`, `\(dq`) + `"`)
	}
	r.WriteString("\n")
}

// text writes lines. None of them is a macro.
func (r *roff) text(s string) {
	for line := range strings.Lines(literal(strings.TrimSpace(s)) + "\n") {
		if line == "\n" {
			line = ".PP\n"
		} else if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		r.WriteString(line)
	}
}

// verbatim writes lines as they are.
func (r *roff) verbatim(s string) {
	r.macro("EX")
	r.text(regexp.MustCompile(`(?m)^  `).ReplaceAllString(strings.Trim(s, "\n"), ""))
	r.macro("EE")
}

// literal is a text in which no character means something else, or becomes
// another in print.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
}

func manPage(c *cobra.Command) string {
	var r roff
	r.macro("TH", strings.ToUpper(strings.ReplaceAll(c.CommandPath(), " ", "-")), "1", "", "stackup "+version(), "User Commands")
	r.macro("SH", "NAME")
	r.text(strings.ReplaceAll(c.CommandPath(), " ", "-") + " - " + c.Short)
	r.macro("SH", "SYNOPSIS")
	r.text(c.UseLine())
	r.macro("SH", "DESCRIPTION")
	long := c.Long
	if long == "" {
		long = c.Short
	}
	r.text(long)
	if c.HasAvailableLocalFlags() {
		r.macro("SH", "OPTIONS")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { r.flag(f) })
	}
	if c.Example != "" {
		r.macro("SH", "EXAMPLES")
		r.verbatim(c.Example)
	}
	r.macro("SH", "SEE ALSO")
	r.text(strings.Join(related(c), ", "))
	return r.String()
}

func (r *roff) flag(f *pflag.Flag) {
	value, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if value != "" {
		name += " " + value
	}
	r.macro("TP")
	r.macro("B", name)
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
		usage += fmt.Sprintf(" (default %s)", f.DefValue)
	}
	r.text(usage)
}

// related is the pages of the commands above and below.
func related(c *cobra.Command) []string {
	var out []string
	if c.HasParent() {
		out = append(out, c.Parent().CommandPath()+"(1)")
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" && sub.Name() != "completion" {
			out = append(out, strings.ReplaceAll(sub.CommandPath(), " ", "-")+"(1)")
		}
	}
	return append(out, "docker-stack(1)")
}
