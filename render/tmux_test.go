package render_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/term"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

// inTmux tells the test binary that it is the program in the terminal.
const inTmux = "STACKUP_TEST_IN_TMUX"

// TestLiveInTmux shows what a real terminal makes of the live view: with a
// hundred services, with lines that scroll away above, with wide characters,
// when the window becomes narrower, and in the end.
func TestLiveInTmux(t *testing.T) {
	if os.Getenv(inTmux) != "" {
		liveProgram(t)
		return
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed (apt-get install tmux)")
	}
	m := startTmux(t, 72, 24)
	var shots strings.Builder
	for i, step := range liveSteps() {
		if i > 0 {
			if step.columns > 0 {
				m.do("resize-window", "-x", fmt.Sprint(step.columns), "-y", "24")
			}
			m.do("send-keys", "Enter")
		}
		m.waitFor(step.name)
		fmt.Fprintf(&shots, "-- %s --\n%s", step.name, m.do("capture-pane", "-p"))
	}
	fmt.Fprintf(&shots, "-- all of it --\n%s\n", strings.TrimRight(m.do("capture-pane", "-p", "-S", "-"), "\n"))
	goldenFile(t, "live-tmux.txt", shots.String())
}

// liveStep is some events of an apply. The window may have another width then.
type liveStep struct {
	name    string
	columns int
	events  []stack.Event
}

func liveSteps() []liveStep {
	all := hundred()
	var ended []stack.Event
	for i := range 12 {
		ended = append(ended, stack.ChangeEnded{
			Outcome: stack.Outcome{Ref: service(fmt.Sprintf("shop_worker-%02d", 31+i)), Action: stack.Create, State: stack.Done}, Elapsed: 67 * time.Second,
		})
	}
	failed := stack.ChangeEnded{
		Outcome: stack.Outcome{Ref: service("shop_worker-17"), Action: stack.Create, State: stack.Failed, Err: "starting container failed: port 80 is taken by another service"},
		Elapsed: 67 * time.Second,
	}
	wide := wait(68, progress(service("shop_worker-57"), 0, 1, "漢字 ✅ e\u0301 in a reason that is too long for the width of the terminal"), progress(service("shop_漢字"), 1, 3, "starting"))
	return []liveStep{
		{"a hundred services", 0, all[:len(all)-1]},
		{"some have ended", 0, append(append(ended, failed), all[len(all)-1])},
		{"narrower", 50, nil},
		{"wide characters", 0, []stack.Event{wide}},
		{"afterwards", 0, []stack.Event{stack.Notice{Text: "the view has ended"}}},
	}
}

// liveProgram takes one step after the other, each when a line comes in, and
// says in the title of the terminal which it has taken. Its clock stands still
// while it waits for the line.
func liveProgram(t *testing.T) {
	t.Helper()
	time.AfterFunc(time.Minute, func() { os.Exit(1) }) // nobody is there any more
	in := bufio.NewScanner(os.Stdin)
	synctest.Test(t, func(t *testing.T) {
		event, stop := render.Live(os.Stdout, render.Style{Color: true}, func() (int, int) {
			columns, height, _ := term.GetSize(int(os.Stdout.Fd()))
			return columns, height
		})
		begun := time.Now()
		for _, step := range liveSteps() {
			if step.name == "afterwards" {
				stop()
			}
			for _, e := range step.events {
				if w, ok := e.(stack.Waiting); ok {
					time.Sleep(w.Elapsed - time.Since(begun))
				}
				event(e)
			}
			time.Sleep(300 * time.Millisecond) // of that clock: for the view to be drawn
			synctest.Wait()
			fmt.Print("\x1b]2;" + step.name + "\a")
			in.Scan()
		}
	})
}

// tmuxServer is a tmux of our own with one window, in which the test binary
// runs.
type tmuxServer struct {
	*testing.T
	socket string
}

func startTmux(t *testing.T, columns, height int) tmuxServer {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "tmux.conf")
	if err := os.WriteFile(config, []byte("set -g status off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := tmuxServer{t, filepath.Join(dir, "s")}
	t.Cleanup(func() { _ = m.command(context.Background(), "kill-server").Run() })
	m.do("-f", config, "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(height),
		"stty -echo; exec env "+inTmux+"=1 '"+binary+"' -test.run='^TestLiveInTmux$'")
	return m
}

func (m tmuxServer) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", m.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TMUX=")
	return cmd
}

// do returns what a command of tmux says.
func (m tmuxServer) do(args ...string) string {
	m.Helper()
	out, err := m.command(m.Context(), args...).CombinedOutput()
	if err != nil {
		m.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// waitFor asks for the title until the program has taken this step.
func (m tmuxServer) waitFor(step string) {
	m.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if strings.TrimSpace(m.do("display-message", "-p", "#{pane_title}")) == step {
			return
		}
	}
	m.Fatalf("the step %q is not taken; there is\n%s", step, m.do("capture-pane", "-p"))
}
