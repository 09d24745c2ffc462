// Package throwaway starts a Docker Swarm on this machine and leaves nothing
// behind. It is for tests, benchmarks and demonstrations.
//
// Every node is a dockerd of its own, in namespaces of its own: the host's
// networks, mounts, firewall rules and containers are not touched, and other
// daemons on the machine are not disturbed. The swarm ends with [Swarm.Stop],
// and also when the process that started it ends in any other way: the daemons
// hang on a pipe that closes then.
//
// It needs Linux, root, dockerd, ip (iproute2), unshare and nsenter
// (util-linux), and the go command to build what the containers run.
package throwaway

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// startLimit is how long the daemons may take until they answer.
const startLimit = time.Minute

//go:embed swarm.sh
var script []byte

// Options of a swarm.
type Options struct {
	// Nodes is the number of engines, 1 if it is less. Three or more make a
	// swarm of three managers and workers; fewer make one manager and workers.
	Nodes int
	// Daemon is more arguments for every dockerd, without spaces in them.
	Daemon []string
	// Log gets a line for each step; nil for silence.
	Log io.Writer
}

// Swarm is a running swarm.
type Swarm struct {
	Host  string   // of the first manager: unix:///…/docker.sock
	Hosts []string // of all nodes, managers first

	dir   string
	say   func(format string, args ...any)
	leash io.Closer // the script ends when this closes
	stop  sync.Once
	ended chan struct{} // closes when the script has ended
	err   error         // how it ended; read after that
	log   *os.File      // what it has to say
}

// Start returns when every node has joined and has the images stackup-test/app:1
// and :2, in which VERSION is "1" and "2" (what they do: see ../testapp). The
// context bounds the start, not the life of the swarm.
func Start(ctx context.Context, o Options) (*Swarm, error) {
	if err := possible(); err != nil {
		return nil, err
	}
	s, err := launch(ctx, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := s.form(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("throwaway swarm: %w\n%s", err, s.lastWords()), s.Stop())
	}
	return s, nil
}

// possible says what this machine lacks.
func possible() error {
	if os.Geteuid() != 0 {
		return errors.New("throwaway swarm: only root can start a dockerd")
	}
	for tool, origin := range map[string]string{
		"dockerd":  "apt-get install docker.io",
		"ip":       "apt-get install iproute2",
		"iptables": "apt-get install iptables",
		"unshare":  "apt-get install util-linux",
		"nsenter":  "apt-get install util-linux",
		"go":       "see https://go.dev/dl",
	} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("throwaway swarm: %s is missing: %s", tool, origin)
		}
	}
	return nil
}

// launch starts the daemons and returns at once.
func launch(ctx context.Context, o Options) (*Swarm, error) {
	dir, err := os.MkdirTemp("", "stackup-swarm-")
	if err != nil {
		return nil, err
	}
	s := &Swarm{dir: dir, ended: make(chan struct{}), say: func(string, ...any) {}}
	if o.Log != nil {
		s.say = func(format string, args ...any) { _, _ = fmt.Fprintf(o.Log, format+"\n", args...) }
	}
	for i := range max(o.Nodes, 1) {
		s.Hosts = append(s.Hosts, fmt.Sprintf("unix://%s/node%d/docker.sock", dir, i+1))
	}
	s.Host = s.Hosts[0]
	if err := s.run(ctx, o.Daemon); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

func (s *Swarm) run(ctx context.Context, daemon []string) (err error) {
	path := filepath.Join(s.dir, "swarm.sh")
	if err := os.WriteFile(path, script, 0o600); err != nil {
		return err
	}
	if s.log, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return err
	}
	// Neither the end of the context nor Ctrl-C may stop the script before it
	// has cleaned up.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "sh", path, s.dir, strconv.Itoa(len(s.Hosts)))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append(os.Environ(), "DAEMON="+strings.Join(daemon, " "))
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if s.leash, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		s.err = cmd.Wait()
		close(s.ended)
	}()
	return nil
}

// form makes a swarm of the daemons and gives each the images.
func (s *Swarm) form(ctx context.Context) error {
	s.say("starting %d dockerd in %s", len(s.Hosts), s.dir)
	var app []byte
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		app, err = buildApp(gctx, s.dir)
		return err
	})
	for i := range s.Hosts {
		g.Go(func() error { return s.waitFor(gctx, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	s.say("forming the swarm, importing the test images")
	g, gctx = errgroup.WithContext(ctx)
	for _, host := range s.Hosts {
		g.Go(func() error { return importApp(gctx, host, app) })
	}
	g.Go(func() error { return join(gctx, s.Hosts) })
	return g.Wait()
}

// waitFor returns when the daemon answers, or cannot any more.
func (s *Swarm) waitFor(ctx context.Context, node int) error {
	err := s.until(ctx, func() (bool, error) {
		if s.is(node, "ended") {
			return false, errors.New("it has ended")
		}
		return call(ctx, s.Hosts[node], "GET", "/_ping", nil, nil) == nil, nil
	})
	if err != nil {
		return fmt.Errorf("dockerd %d does not answer: %w", node+1, err)
	}
	return nil
}

// until waits for a condition.
func (s *Swarm) until(ctx context.Context, ok func() (bool, error)) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if done, err := ok(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-s.ended:
			return errors.New("the daemons have ended")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lastWords is what the script has said, and the end of what the daemons have.
func (s *Swarm) lastWords() string {
	const most = 2000
	text, _ := io.ReadAll(io.NewSectionReader(s.log, 0, most)) // the file may have no name any more
	logs, _ := filepath.Glob(filepath.Join(s.dir, "node*.log"))
	for _, name := range logs {
		b, _ := os.ReadFile(name)
		text = append(text, b[max(0, len(b)-most):]...)
	}
	return string(text)
}

// Stop ends every process, container, mount and network of the swarm and
// removes its files. It may be called more than once, from any goroutine.
func (s *Swarm) Stop() error {
	s.stop.Do(func() {
		s.say("stopping the throwaway swarm")
		_ = s.leash.Close()
	})
	<-s.ended
	if s.err != nil {
		return fmt.Errorf("throwaway swarm: cleaning up: %w", s.err)
	}
	if _, err := os.Stat(s.dir); err == nil {
		return fmt.Errorf("throwaway swarm: %s is left behind", s.dir)
	}
	return nil
}
