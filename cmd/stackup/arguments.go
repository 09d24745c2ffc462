package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/shlex"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// argsVariable is the variable with words for every command, of which each takes
// the flags that it has. With the command's name behind it, as in
// STACKUP_ARGS_PLAN, it is for that command alone.
const argsVariable = "STACKUP_ARGS"

// commandLine is the words that cobra is to read: those of the process, after
// those of its environment, so that the former win.
func commandLine(p *process, root *cobra.Command) ([]string, error) {
	args := p.args
	if p.isPlugin() {
		var err error
		if args, err = fromDocker(p, root); err != nil {
			return args, err
		}
	}
	c, path, err := find(root, args)
	if err != nil || len(path) == 0 || c.Hidden {
		return args, nil //nolint:nilerr // cobra says it better
	}
	shared, err := words(p, c, argsVariable, root.Commands())
	if err != nil {
		return args, err
	}
	own, err := words(p, c, argsVariable+"_"+strings.ToUpper(strings.Join(path, "_")), nil)
	return insert(root, args, slices.Concat(shared, own)), err
}

// words is what a variable has for a command. Flags of the others are left out.
func words(p *process, c *cobra.Command, variable string, others []*cobra.Command) ([]string, error) {
	text, err := shlex.Split(p.getenv(variable))
	flags := pflag.NewFlagSet(c.Name(), pflag.ContinueOnError)
	flags.AddFlagSet(c.Flags())
	for _, other := range others {
		other.Flags().VisitAll(func(f *pflag.Flag) {
			if flags.Lookup(f.Name) == nil {
				theirs := *f
				if flags.ShorthandLookup(f.Shorthand) != nil {
					theirs.Shorthand = ""
				}
				flags.AddFlag(&theirs)
			}
		})
	}
	var out []string
	if err == nil {
		err = flags.ParseAll(text, func(f *pflag.Flag, value string) error {
			if c.Flags().Lookup(f.Name) != nil {
				out = append(out, "--"+f.Name+"="+value)
			}
			return nil
		})
	}
	if err != nil {
		return nil, usageError{c, fmt.Errorf("%s: %w", variable, err)}
	}
	return append(out, flags.Args()...), nil
}

// insert puts words between a command and what follows it.
func insert(root *cobra.Command, args, words []string) []string {
	_, path, err := find(root, args)
	if err != nil || len(words) == 0 {
		return args
	}
	lead := args[:completing(args)]
	_, rest, _ := root.Find(args[len(lead):])
	return slices.Concat(lead, path, words, rest)
}

// find is the command that a command line calls or completes, and the words that
// name it.
func find(root *cobra.Command, args []string) (c *cobra.Command, path []string, err error) {
	c, _, err = root.Find(args[completing(args):])
	for at := c; err == nil && at != root; at = at.Parent() {
		path = append([]string{at.Name()}, path...)
	}
	return c, path, err
}

// completing is how many words stand before a command line that a shell wants
// completed.
func completing(args []string) int {
	if len(args) > 0 && isCompletion(args[0]) {
		return 1
	}
	return 0
}

func isCompletion(word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd
}

// getenv is a variable of the process, the last of equal names; empty if there
// is none.
func (p *process) getenv(name string) string {
	for _, entry := range slices.Backward(p.environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}
