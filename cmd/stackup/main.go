// Command stackup deploys compose files to Docker Swarm: it shows exactly what
// would change, applies it in dependency order, and waits until it runs.
//
// Here the parts meet: flags become calls, what comes back goes to a view, and
// errors become exit codes. Nothing is decided here about stacks or swarms.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
)

// module is where the program comes from.
const module = "github.com/stackup-cli/stackup"

func main() {
	os.Exit(realMain())
}

// collectRarely is the growth of the heap, in percent, that a collection waits
// for: the process is short and small, and most of its time goes into reading
// files, which makes garbage faster than it is worth collecting.
const collectRarely = 400

// realMain turns the first signal into a cancelled context; the second ends
// the process at once.
func realMain() int {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectRarely)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		first, ok := (<-signals).(syscall.Signal)
		if !ok {
			first = syscall.SIGINT
		}
		cancel(interrupted{first})
		<-signals
		os.Exit(interrupted{first}.code())
	}()
	p := process{
		name: os.Args[0], args: os.Args[1:], environ: os.Environ(), dir: workingDir(),
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now,
	}
	if p.isPlugin() {
		go hangUp(ctx, p.getenv(pluginSocket), signals)
	}
	return run(ctx, p)
}

func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}
