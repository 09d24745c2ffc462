package sandbox

import "github.com/moby/swarmkit/v2/manager/state"

// Changes tells when the swarm has changed, until cancel is called. One signal
// may stand for many changes.
func (s *Sandbox) Changes() (changed <-chan struct{}, cancel func()) {
	commits, unwatch := s.swarm.Watch(commit{})
	signal, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		for {
			select {
			case <-commits:
				select {
				case signal <- struct{}{}:
				default:
				}
			case <-done:
				return
			}
		}
	}()
	return signal, func() { unwatch(); close(done) }
}

// commit is the end of each write.
type commit = state.EventCommit
