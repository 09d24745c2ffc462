package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// display is the flags that say what is shown of an apply, and in which form.
type display struct {
	md       markdown
	quiet    bool
	json     bool
	jsonInto string
}

func (d *display) addFlags(f *pflag.FlagSet) {
	d.md.addFlags(f)
	f.BoolVarP(&d.quiet, "quiet", "q", false, "show failures only")
	f.BoolVar(&d.json, "json", false, "print events as JSON, one a line, instead of text; the last is the result")
	f.StringVar(&d.jsonInto, "json-into", "", "write the same events into `FILE`, beside the text")
}

func (d *display) check() error {
	switch {
	case d.json && d.quiet:
		return errors.New("--json and --quiet do not go together")
	case d.json && d.md.file == standardOutput:
		return errOneOutput
	}
	return nil
}

// view is where everything about one command goes: to people as text, to
// machines as events, and both.
type view struct {
	p       *process // whose standard output is where the text for people goes
	raw     *process // whose standard output is the command's
	md      markdown
	quiet   bool
	watched bool             // an apply, already
	events  *planfile.Events // nil if nobody wants them
	file    io.Closer        // of the events; may be nil
	report  *stack.Report    // how the apply ended, if there was one
}

func (d *display) open(p *process) (*view, error) {
	v := &view{p: d.md.text(p), raw: p, md: d.md, quiet: d.quiet}
	switch {
	case d.json:
		silent := *p
		silent.stdout = io.Discard
		v.p = &silent
		v.events = planfile.NewEvents(p.stdout, p.now, "stackup "+version())
	case d.jsonInto != "":
		f, err := p.create(d.jsonInto)
		if err != nil {
			return nil, err
		}
		v.events, v.file = planfile.NewEvents(f, p.now, "stackup "+version()), f
	}
	if d.quiet {
		silent := *v.p
		silent.stdout = io.Discard
		v.p = &silent
	}
	return v, nil
}

// show prints the plan, with its warnings apart.
func (v *view) show(plan stack.Plan, id string) error {
	if v.events != nil {
		v.events.Plan(plan, id)
	}
	return show(v.p, plan, id)
}

// watch returns what takes the events of an apply, and what ends that.
func (v *view) watch() (event func(stack.Event), stop func()) {
	w := v.p.stderr
	style := v.p.style(w)
	text, stop := render.Progress(w, style), func() {}
	switch {
	case v.quiet:
		text = render.Quiet(w, style)
	case v.events != nil && v.file == nil:
		text = func(stack.Event) {}
	case v.p.isLive(w):
		text, stop = render.Live(w, style, v.p.size)
	case v.watched: // a second time: the failed apply is taken back
		stop = v.p.block(w, "rollback", "Rollback")
	default:
		stop = v.p.block(w, "apply", "Apply")
	}
	v.watched = true
	if v.events == nil {
		return text, stop
	}
	return func(e stack.Event) {
		v.events.Event(e)
		text(e)
	}, stop
}

// notice is a line about something that belongs to no change.
func (v *view) notice(text string) {
	if v.events != nil {
		v.events.Event(stack.Notice{Text: text})
	}
	if !v.quiet && (v.events == nil || v.file != nil) {
		render.Progress(v.p.stderr, v.p.style(v.p.stderr))(stack.Notice{Text: text})
	}
}

// ended prints how an apply ended.
func (v *view) ended(r stack.Report) error {
	v.report = &r
	v.p.told.ended(r)
	out := v.p.stdout
	if !r.OK() && (v.events == nil || v.file != nil) {
		out = v.p.stderr
	}
	var err error
	if len(r.Outcomes) > 0 {
		end := v.p.block(out, "result", "Result")
		err = render.Report(out, r, v.p.style(out))
		end()
	}
	return errors.Join(err, v.md.report(v.raw, r))
}

// finish is the last word, for machines; people are told by [report].
func (v *view) finish(ctx context.Context, err error) error {
	if v.events == nil {
		return err
	}
	code, cause := outcome(ctx, err)
	v.events.Result(planfile.Result{Status: status(code, v.report), ExitCode: code, Report: v.report, Err: cause})
	failed := v.events.Err()
	if v.file != nil {
		failed = errors.Join(failed, v.file.Close())
	}
	if failed != nil {
		err = errors.Join(err, &stack.Error{Msg: "the events could not all be written", Err: failed})
	}
	return err
}

// isLive says whether a stream can show rows that change in place.
func (p *process) isLive(w io.Writer) bool {
	plain := func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return name == "TERM" && value == "dumb" || name == "CI" && value != "" && value != "false"
	}
	return isTerminal(w) && !slices.ContainsFunc(p.environ, plain)
}

// size is that of the terminal, as it is now; 0 if it is none.
func (p *process) size() (width, height int) {
	if f, ok := p.stderr.(interface{ Fd() uintptr }); ok {
		if w, h, err := term.GetSize(int(f.Fd())); err == nil {
			return w, h
		}
	}
	return 0, 0
}
