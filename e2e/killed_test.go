package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stackup-cli/stackup/stack"
)

// stage is an application of the voting example with a name and ports of its
// own, made quick, through a proxy.
type stage struct {
	stack   string
	dir     string
	environ []string
	file    []string
	plan    string // where it is saved; empty if it is not
	proxy   *proxy
}

func newStage(t *testing.T, name string, port int) stage {
	t.Helper()
	dir, environ := voting(port)
	quick := write(t, "quick.yaml", `
x-stackup: {wait: {stable: 200ms}}
services:
  redis: {healthcheck: {interval: 500ms}}
  db: {healthcheck: {interval: 500ms}}
`)
	return stage{
		stack: name, dir: dir, environ: environ, proxy: newProxy(t),
		file: []string{name, "-c", "compose.yaml", "-c", filepath.Join(quick, "quick.yaml")},
	}
}

// apply starts an apply through the proxy: of the saved plan if there is one.
func (s stage) apply(t *testing.T, flags ...string) *started {
	t.Helper()
	args := append([]string{"apply", "-y"}, s.file...)
	if s.plan != "" {
		args = []string{"apply", s.plan}
	}
	return start(t, s.dir, append(slices.Clone(s.environ), "DOCKER_HOST="+s.proxy.host), append(args, flags...)...)
}

// whole demands that the stack is as an apply leaves it, and nothing beside it.
// Who was killed between the last service and the history has left no revision,
// and an apply that finds nothing to do makes none.
func (s stage) whole(t *testing.T) {
	t.Helper()
	settled(t, s.dir, s.environ, s.file...)
	names := slices.Sorted(slices.Values(left(t, s.stack)))
	var want []string
	for _, name := range []string{"back", "db", "front", "redis", "result", "vote", "worker"} {
		want = append(want, s.stack+"_"+name)
	}
	if !slices.Equal(names, want) {
		t.Errorf("the swarm has %v, want %v", names, want)
	}
	if kept := ours(t, s.stack); len(kept) > 1 || len(kept) == 1 && kept[0] != stack.LatestName(s.stack, 1) {
		t.Errorf("stackup remembers %v, want the first revision at most", kept)
	}
}

// TestKilled kills stackup right after each of its writes in turn, as many times
// as an apply has writes: at that moment the swarm has done what was asked, and
// stackup does not know. The next apply goes on from there, and so does the next
// of the same saved plan.
//
// The dead one's lock is taken away by hand, and once by waiting for a minute.
func TestKilled(t *testing.T) {
	t.Parallel()
	first := newStage(t, "killed", 15100)
	destroyAfter(t, "killed")
	first.apply(t).ends(t, 0)
	first.whole(t)
	writes := slices.DeleteFunc(first.proxy.sent(), func(w sent) bool { return isSignOfLife(w.what) })
	for i, w := range writes {
		t.Logf("write %d: %s", i+1, w.what)
	}
	if len(writes) < 7+3 { // the objects, the lock and its end, the history
		t.Fatal("too few")
	}
	want(t, 0, first.dir, nil, "destroy", "killed", "-y")
	gone(t, "killed")

	for n := 1; n <= len(writes); n++ {
		t.Run(fmt.Sprint("write ", n), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, fmt.Sprint("killed", n), 15100+10*n)
			destroyAfter(t, s.stack)
			if n%2 == 0 {
				s.plan = filepath.Join(t.TempDir(), "plan.json")
				through := append(slices.Clone(s.environ), "DOCKER_HOST="+s.proxy.host) // a plan is for one engine
				want(t, 0, s.dir, through, append([]string{"plan", "--out", s.plan}, s.file...)...)
			}
			s.killedAt(t, n)
			if n == 5 {
				s.apply(t, "--lock-timeout", "5m", "--timeout", "5m").ends(t, 0)
			} else {
				want(t, 0, s.dir, nil, "unlock", s.stack, "-y")
				s.apply(t, "--timeout", "5m").ends(t, 0)
			}
			s.whole(t)
			want(t, 0, s.dir, nil, "destroy", s.stack, "-y")
			gone(t, s.stack)
		})
	}
}

// killedAt kills an apply at its nth write. How often the lock shows a sign of
// life depends on the time and does not count.
func (s stage) killedAt(t *testing.T, n int) {
	t.Helper()
	reached, killed := make(chan string), make(chan struct{})
	var count atomic.Int64
	s.proxy.after = func(_ int, what string) {
		if !isSignOfLife(what) && int(count.Add(1)) == n {
			reached <- what
			<-killed
		}
	}
	r := s.apply(t)
	select {
	case <-r.done:
		r.ends(t, -1)
	case what := <-reached:
		t.Log("killed at ", what)
	}
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-r.done
	close(killed)
}

// isSignOfLife tells what keeps a lock.
func isSignOfLife(what string) bool {
	return strings.HasPrefix(what, "POST /configs/") && strings.HasSuffix(what, "/update")
}
