package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// standardOutput is the name of a file that stands for standard output.
const standardOutput = "-"

// errOneOutput is the mistake of asking for two forms in one place.
var errOneOutput = errors.New("--json and --md - do not go together: both write to standard output")

// markdown is the flag that asks for a second form, to be posted on a pull
// request.
type markdown struct {
	file   string
	dotenv string // read by [process.tell]
}

func (m *markdown) addFlags(f *pflag.FlagSet) {
	m.addFile(f)
	f.StringVar(&m.dotenv, "dotenv", "", "write the outcome as lines STACKUP_NAME=VALUE into `FILE`, for the steps behind")
}

// addFile adds the flag for the second form alone.
func (m *markdown) addFile(f *pflag.FlagSet) {
	f.StringVar(&m.file, "md", "", "also write the outcome as markdown to `FILE`; \"-\" is standard output, the text then goes to standard error")
}

// text is the process as the views for people are to see it: with standard
// output left alone if markdown goes there.
func (m *markdown) text(p *process) *process {
	if m.file != standardOutput {
		return p
	}
	view := *p
	view.stdout = p.stderr
	return &view
}

// plan writes the plan, if that was asked for.
func (m *markdown) plan(p *process, plan stack.Plan) error {
	return m.write(p, func(w io.Writer) error {
		return render.Markdown(w, plan, planfile.ID(plan)[:planfile.ShortID])
	})
}

// report writes how an apply ended, if that was asked for.
func (m *markdown) report(p *process, report stack.Report) error {
	return m.write(p, func(w io.Writer) error { return render.ReportMarkdown(w, report) })
}

// failure writes why there is neither.
func (m *markdown) failure(p *process, cause error) error {
	return m.write(p, func(w io.Writer) error { return render.ErrorMarkdown(w, cause) })
}

// write writes a form to where it was asked for, and to GitHub's summary of the
// job's step.
func (m *markdown) write(p *process, view func(io.Writer) error) error {
	if file := p.getenv("GITHUB_STEP_SUMMARY"); file != "" {
		var text strings.Builder
		if err := errors.Join(view(&text), appendFile(file, text.String())); err != nil {
			return err
		}
	}
	switch m.file {
	case "":
		return nil
	case standardOutput:
		return view(p.stdout)
	}
	f, err := p.create(m.file)
	if err != nil {
		return err
	}
	if err := view(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// create makes a file, below the working directory of the process.
func (p *process) create(name string) (*os.File, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(p.dir, name)
	}
	return os.Create(name)
}
