package main

import (
	"fmt"
	"os"
	"time"

	"github.com/stackup-cli/stackup/sandbox"
)

// keeper saves the state of a sandbox while it changes, and at its end.
type keeper struct {
	s       *sandbox.Sandbox
	path    string
	stop    chan struct{}
	stopped chan struct{}
}

// pause is between one save and the next.
const pause = time.Second

func keep(s *sandbox.Sandbox, path string) *keeper {
	k := &keeper{s: s, path: path, stop: make(chan struct{}), stopped: make(chan struct{})}
	go k.run()
	return k
}

func (k *keeper) run() {
	defer close(k.stopped)
	changed, cancel := k.s.Changes()
	defer cancel()
	for {
		select {
		case <-k.stop:
			return
		case <-changed:
		}
		if err := writeFile(k.path, k.s.Save); err != nil {
			fmt.Fprintln(os.Stderr, "warning: the state was not saved: "+err.Error())
		}
		select {
		case <-k.stop:
			return
		case <-time.After(pause):
		}
	}
}

func (k *keeper) end() error {
	close(k.stop)
	<-k.stopped
	return writeFile(k.path, k.s.Save)
}
