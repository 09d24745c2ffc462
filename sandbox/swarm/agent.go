package swarm

import (
	"context"
	"sync"

	"github.com/docker/go-events"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/state"
	"github.com/moby/swarmkit/v2/manager/state/store"
)

// agent stands in for the agents of all nodes: it gives every task that was
// assigned to a node a worker, and tells the workers what is new.
type agent struct {
	store *store.MemoryStore
	logs  *journal

	ctx     context.Context // ends with stop
	stop    context.CancelFunc
	events  chan events.Event
	unwatch func()
	working sync.WaitGroup

	mu      sync.Mutex
	workers map[string]*worker // by task
	down    map[string]bool    // by node
}

func newAgent(s *store.MemoryStore) *agent {
	a := &agent{store: s, logs: newJournal(), workers: map[string]*worker{}, down: map[string]bool{}}
	a.ctx, a.stop = context.WithCancel(quiet(context.Background()))
	a.events, a.unwatch = state.Watch(s.WatchQueue(),
		api.EventCreateTask{}, api.EventUpdateTask{}, api.EventDeleteTask{},
		api.EventCreateNode{}, api.EventUpdateNode{}, api.EventDeleteNode{})
	return a
}

// run follows the store until stop is called.
func (a *agent) run() {
	defer a.unwatch()
	var tasks []*api.Task
	var nodes []*api.Node
	a.store.View(func(tx store.ReadTx) {
		tasks, _ = store.FindTasks(tx, store.All)
		nodes, _ = store.FindNodes(tx, store.All)
	})
	for _, n := range nodes {
		a.nodeIs(n)
	}
	for _, t := range tasks {
		a.assign(t)
	}
	for {
		select {
		case e := <-a.events:
			a.see(e)
		case <-a.ctx.Done():
			a.working.Wait()
			return
		}
	}
}

func (a *agent) see(e events.Event) {
	switch e := e.(type) {
	case api.EventCreateTask:
		a.assign(e.Task)
	case api.EventUpdateTask:
		a.assign(e.Task)
	case api.EventDeleteTask:
		a.remove(e.Task.ID)
	case api.EventCreateNode:
		a.nodeIs(e.Node)
	case api.EventUpdateNode:
		a.nodeIs(e.Node)
	case api.EventDeleteNode:
		n := e.Node.Copy()
		n.Status.State = api.NodeStatus_DOWN
		a.nodeIs(n)
	}
}

// assign hands a task to its worker, as the dispatcher would send it to its
// node.
func (a *agent) assign(t *api.Task) {
	if t.NodeID == "" || t.Status.State < api.TaskStateAssigned {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	w := a.workers[t.ID]
	if w == nil {
		if t.Status.State > api.TaskStateRunning {
			return
		}
		w = newWorker(a, t)
		w.frozen = a.down[t.NodeID]
		a.workers[t.ID] = w
		a.working.Go(func() { w.run() })
	}
	w.tell(t.DesiredState)
}

func (a *agent) remove(task string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w := a.workers[task]; w != nil {
		w.cancel()
		delete(a.workers, task)
	}
}

// nodeIs freezes the tasks of a node that is down: they go on where they were
// when the node is back, unless they were told to stop meanwhile.
func (a *agent) nodeIs(n *api.Node) {
	a.mu.Lock()
	defer a.mu.Unlock()
	down := n.Status.State != api.NodeStatus_READY
	if a.down[n.ID] == down {
		return
	}
	a.down[n.ID] = down
	for _, w := range a.workers {
		if w.task.NodeID == n.ID {
			w.freeze(down)
		}
	}
}

// done forgets the worker of a task that has ended.
func (a *agent) done(task string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.workers, task)
}
