package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// completionTime is how long a person who has pressed Tab may have to wait for
// an engine. What it does not say by then is not offered.
const completionTime = time.Second

// addCompletions says what a shell may offer for arguments and flags of a command
// and of those below it.
func addCompletions(p *process, c *cobra.Command) {
	switch {
	case c.Name() == "apply":
		c.ValidArgsFunction = stacksOrPlans(p)
	case c.Name() == "wait":
		c.ValidArgsFunction = services(p)
	case c.Name() == "rollback":
		c.ValidArgsFunction = revisions(p)
	case c.Name() == "show":
		c.ValidArgsFunction = cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveFilterFileExt)
	case strings.Contains(c.Use, "STACK"):
		c.ValidArgsFunction = stacks(p)
	}
	for name, f := range flagCompletions(p) {
		if c.Flags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, f) // fails only if there is no such flag
		}
	}
	for _, sub := range c.Commands() {
		addCompletions(p, sub)
	}
}

// flagCompletions is what may be offered for the flags of these names.
func flagCompletions(p *process) map[string]cobra.CompletionFunc {
	none := cobra.ShellCompDirectiveNoFileComp
	compose := cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt)
	return map[string]cobra.CompletionFunc{
		"allow":             cobra.FixedCompletions(hazardChoices(), none),
		"auto-approve":      cobra.FixedCompletions([]string{approveAll, approveSafe}, none),
		"compose-file":      compose,
		"context":           contexts(p),
		"file":              compose,
		"host":              cobra.NoFileCompletions,
		"on-failure":        cobra.FixedCompletions([]string{onFailureContinue, onFailureStop, onFailureRollback}, none),
		"out":               cobra.FixedCompletions([]string{"json"}, cobra.ShellCompDirectiveFilterFileExt),
		"profile":           cobra.NoFileCompletions,
		"project-directory": cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
}

func hazardChoices() []string {
	var out []string
	for _, h := range dangers() {
		out = append(out, cobra.CompletionWithDesc(string(h), render.Hazard(h)))
	}
	return out
}

// stacks offers the stacks that run, as the only argument.
func stacks(p *process) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return ask(p, c, (*engine.Client).Stacks), cobra.ShellCompDirectiveNoFileComp
	}
}

// stacksOrPlans offers saved plans as well.
func stacksOrPlans(p *process) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if strings.ContainsAny(begun, `./\`) { // no stack's name has one
			return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
		}
		names := ask(p, c, (*engine.Client).Stacks)
		files, _ := filepath.Glob(filepath.Join(p.dir, "*.json"))
		for _, file := range files {
			names = append(names, cobra.CompletionWithDesc(filepath.Base(file), "saved plan"))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// services offers those of the stack that is the argument before, each once.
func services(p *process) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return stacks(p)(c, args, begun)
		}
		names := ask(p, c, func(client *engine.Client, ctx context.Context) ([]string, error) {
			return client.ServicesOf(ctx, args[0])
		})
		return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(args[1:], n) }), cobra.ShellCompDirectiveNoFileComp
	}
}

// contexts offers docker's.
func contexts(p *process) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return engine.Contexts(p.environ), cobra.ShellCompDirectiveNoFileComp
	}
}

// revisions offers those of the stack that is the argument before.
func revisions(p *process) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) != 1 {
			return stacks(p)(c, args, begun)
		}
		return ask(p, c, func(client *engine.Client, ctx context.Context) ([]string, error) {
			have, err := observe(ctx, client, stack.Stack{Name: args[0]})
			var out []string
			for _, e := range have.Last.Entries() {
				out = append(out, cobra.CompletionWithDesc(fmt.Sprint(e.Number), e.At.Format(time.DateTime)+" by "+e.By+": "+e.Summary))
			}
			return out, err
		}), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// ask is what the engine says that the command line names, or nothing.
func ask(p *process, c *cobra.Command, question func(*engine.Client, context.Context) ([]string, error)) []string {
	ctx, cancel := context.WithTimeout(c.Context(), completionTime)
	defer cancel()
	at := targetOf(c)
	client, err := at.open(p)
	if err != nil {
		return nil
	}
	answer, err := question(client, ctx)
	if err != nil {
		return nil
	}
	return answer
}

// targetOf is the target as the flags of any command name it; the local one, if
// it has no such flags.
func targetOf(c *cobra.Command) (at target) {
	var same cobra.Command
	at.addFlags(&same)
	c.Flags().Visit(func(f *pflag.Flag) {
		if same.Flags().Lookup(f.Name) != nil {
			_ = same.Flags().Set(f.Name, f.Value.String())
		}
	})
	return at
}
