package swarm

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/moby/swarmkit/v2/log"
	"github.com/moby/swarmkit/v2/manager/allocator"
	"github.com/moby/swarmkit/v2/manager/controlapi"
	"github.com/moby/swarmkit/v2/manager/orchestrator/constraintenforcer"
	"github.com/moby/swarmkit/v2/manager/orchestrator/global"
	"github.com/moby/swarmkit/v2/manager/orchestrator/jobs"
	"github.com/moby/swarmkit/v2/manager/orchestrator/replicated"
	"github.com/moby/swarmkit/v2/manager/orchestrator/taskreaper"
	"github.com/moby/swarmkit/v2/manager/scheduler"
	"github.com/moby/swarmkit/v2/manager/state/store"
	"github.com/sirupsen/logrus"
)

// EngineVersion is what the nodes say they run: the release of moby and SwarmKit
// that the swarm is made of.
const EngineVersion = "2.0.0-beta.24-sandbox"

// Swarm is a running swarm. It may be used by many goroutines at once.
type Swarm struct {
	store    *store.MemoryStore
	proposer *proposer
	control  *controlapi.Server
	networks *networks
	agent    *agent
	loops    []loop
	running  sync.WaitGroup
}

// loop is one of SwarmKit's workers. Stop waits for Run to end.
type loop interface {
	Run(ctx context.Context) error
	Stop()
}

// plain makes a loop of a worker whose Run cannot fail.
type plain struct {
	run  func()
	stop func()
}

func (p plain) Run(context.Context) error { p.run(); return nil }
func (p plain) Stop()                     { p.stop() }

// New starts a swarm; Close ends it. With a saved state (see [Swarm.Save]) it
// goes on from there, and the cluster is not looked at.
func New(c Cluster, saved io.Reader) (*Swarm, error) {
	s := &Swarm{proposer: &proposer{}, networks: newNetworks()}
	s.store = store.NewMemoryStore(s.proposer)
	s.control = controlapi.NewServer(s.store, nil, nil, s.networks, nil)
	var err error
	if saved != nil {
		err = s.restore(saved)
	} else {
		err = s.seed(c)
	}
	if err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	s.start()
	return s, nil
}

// quiet keeps SwarmKit from logging: it reports each failed task as an error.
func quiet(ctx context.Context) context.Context {
	logger := logrus.New()
	logger.SetOutput(io.Discard)
	return log.WithLogger(ctx, logrus.NewEntry(logger))
}

func (s *Swarm) start() {
	ctx := quiet(context.Background())
	enforcer, reaper, jobber := constraintenforcer.New(s.store), taskreaper.New(s.store), jobs.NewOrchestrator(s.store)
	allocating := allocator.New(s.store, s.networks)
	s.loops = []loop{
		allocating,
		scheduler.New(s.store),
		plain{enforcer.Run, enforcer.Stop},
		plain{func() { reaper.Run(ctx) }, reaper.Stop},
		replicated.NewReplicatedOrchestrator(s.store),
		plain{func() { jobber.Run(ctx) }, jobber.Stop},
		global.NewGlobalOrchestrator(s.store),
	}
	s.agent = newAgent(s.store)
	s.running.Go(s.agent.run)
	for _, l := range s.loops {
		s.running.Go(func() { _ = l.Run(ctx) })
	}
}

// Close ends the swarm and waits until all of it has ended.
func (s *Swarm) Close() error {
	for _, l := range s.loops {
		l.Stop()
	}
	s.agent.stop()
	s.running.Wait()
	return s.store.Close()
}
