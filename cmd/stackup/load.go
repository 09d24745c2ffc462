package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/planner"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// source is the flags that say what to deploy.
type source struct {
	files    []string
	envFiles []string
	profiles []string
	dir      string
	strict   bool
}

func (s *source) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&s.files, "compose-file", "c", nil, "compose `FILE`; several are merged in order, \"-\" is standard input")
	f.StringArrayVarP(&s.files, "file", "f", nil, "the same as --compose-file")
	f.StringArrayVar(&s.envFiles, "env-file", nil, "read variables from `FILE` instead of .env; several are read in order")
	f.StringArrayVar(&s.profiles, "profile", nil, "activate the services of this `PROFILE`")
	f.BoolVar(&s.strict, "strict", false, "treat warnings about the files as errors")
	f.StringVar(&s.dir, "project-directory", "", "directory that relative paths start from (default: that of the first file)")
}

// options is the flags as the loader takes them.
func (s *source) options(p *process, name string) loader.Options {
	return loader.Options{
		Files: s.files, Name: name, EnvFiles: s.envFiles, Profiles: s.profiles, ProjectDirectory: s.dir, Strict: s.strict,
		Environ: p.environ, Dir: p.dir, Stdin: p.stdin,
	}
}

// load reads the wanted stack.
func (s *source) load(ctx context.Context, p *process, name string) (stack.Stack, error) {
	want, err := loader.Load(ctx, s.options(p, name))
	p.mask(want.Secrets)
	return want, err
}

// target is the flags that say where to deploy.
type target struct {
	context, host string
	logins        bool // send them with what is written
	debug         bool
}

func (t *target) addFlags(c *cobra.Command) {
	c.Flags().StringVar(&t.context, "context", "", "docker context `NAME` of the engine (default: DOCKER_HOST, else DOCKER_CONTEXT, else the current one)")
	c.Flags().StringVarP(&t.host, "host", "H", "", "`ADDRESS` of the engine: unix://, tcp:// or ssh://")
	c.Flags().BoolVar(&t.debug, "debug", false, "say on standard error what is asked of the engine, and how it answers")
}

func (t *target) open(p *process) (*engine.Client, error) {
	o := engine.Options{Context: t.context, Host: t.host, Logins: t.logins, Environ: p.environ, UserAgent: "stackup/" + version()}
	if t.debug {
		o.Trace = p.trace()
	}
	return engine.Open(o)
}

// trace writes lines with the time since now in front.
func (p *process) trace() func(string) {
	var mu sync.Mutex
	begun := p.now()
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = fmt.Fprintf(p.stderr, "debug: %6.3fs %s\n", p.now().Sub(begun).Seconds(), line)
	}
}

// look observes the swarm and makes the plan. A plan that this swarm cannot
// take is an error with every reason in it.
func look(ctx context.Context, c *engine.Client, want stack.Stack, o scope) (stack.Plan, stack.Snapshot, error) {
	have, err := o.gather(ctx, c, want)
	if err != nil {
		return stack.Plan{}, have, err
	}
	plan, err := planner.Plan(want, have, o.Options)
	if err != nil {
		return plan, have, exitError{exitRefused, err}
	}
	plan.Warnings = append(plan.Warnings, c.LoginWarnings(planner.Written(plan))...)
	return plan, have, nil
}

// show prints the plan, with its warnings apart, and what it is called by.
func show(p *process, plan stack.Plan, id string) error {
	p.told.planned(plan, id)
	p.warn(plan.Warnings)
	defer p.block(p.stdout, "plan", "Plan for "+plan.Stack)()
	if err := render.Plan(p.stdout, plan, p.style(p.stdout)); err != nil || plan.Empty() {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "Plan ID: %s\n", id[:planfile.ShortID])
	return err
}

func firstArg(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
