package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// A CI system reads commands to itself from the log of a job. They are written
// only where the log is, and not into files that a job writes: among them are
// the secrets to be masked.

func (p *process) onGitHub() bool { return p.getenv("GITHUB_ACTIONS") == "true" }
func (p *process) onGitLab() bool { return p.getenv("GITLAB_CI") == "true" }

// isLog says whether a stream may be the log of a job.
func (p *process) isLog(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && !info.Mode().IsRegular()
}

// inRepository is a file's name as the repository of the job has it.
func (p *process) inRepository(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(p.dir, file)
	}
	if name, err := filepath.Rel(p.getenv("GITHUB_WORKSPACE"), file); err == nil && filepath.IsLocal(name) {
		return filepath.ToSlash(name)
	}
	return file
}

// warn prints warnings about the files, for people and for GitHub.
func (p *process) warn(ws []stack.Warning) {
	render.Warnings(p.stderr, ws, p.style(p.stderr))
	if p.onGitHub() && p.isLog(p.stderr) {
		render.WarningAnnotations(p.stderr, ws, p.inRepository)
	}
}

// mask tells GitHub the secrets that it has to hide in everything that follows,
// whoever writes it: each line, as the runner knows lines only. What is shorter
// than 4 bytes would hide half the log.
func (p *process) mask(secrets []stack.Secret) {
	if !p.onGitHub() || !p.isLog(p.stderr) {
		return
	}
	for _, s := range secrets {
		for line := range strings.Lines(string(s.Data)) {
			if line = strings.TrimSpace(line); len(line) >= 4 {
				_, _ = fmt.Fprintf(p.stderr, "::add-mask::%s\n", strings.NewReplacer("%", "%25", "\r", "%0D").Replace(line))
			}
		}
	}
}

// block sets apart what is written to w until its end is called. In GitLab it
// is a section that can be folded. In GitHub nothing in it is a command, as what
// a task has logged might be.
func (p *process) block(w io.Writer, name, title string) (end func()) {
	switch {
	case !p.isLog(w):
	case p.onGitLab():
		name = "stackup_" + name
		_, _ = fmt.Fprintf(w, "\x1b[0Ksection_start:%d:%s\r\x1b[0K%s\n", p.now().Unix(), name, title)
		return func() { _, _ = fmt.Fprintf(w, "\x1b[0Ksection_end:%d:%s\r\x1b[0K\n", p.now().Unix(), name) }
	case p.onGitHub():
		token := rand.Text()
		_, _ = fmt.Fprintf(w, "::stop-commands::%s\n", token)
		return func() { _, _ = fmt.Fprintf(w, "::%s::\n", token) }
	}
	return func() {}
}
