package swarm

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/moby/swarmkit/v2/agent/exec"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/manager/state/store"
	"github.com/moby/swarmkit/v2/protobuf/ptypes"
)

// worker drives one task through SwarmKit's own state machine, as the agent of
// its node would (swarmkit agent/task.go).
type worker struct {
	agent      *agent
	task       *api.Task // its own copy; the state in it is the one on the node
	controller *controller
	cancel     context.CancelFunc // ends the worker
	ended      context.Context

	news chan struct{} // something below has changed

	mu      sync.Mutex
	desired api.TaskState
	frozen  bool
	stop    context.CancelFunc // ends the operation that is going on
}

func newWorker(a *agent, t *api.Task) *worker {
	w := &worker{agent: a, task: t.Copy(), desired: t.DesiredState, news: make(chan struct{}, 1)}
	w.controller = newController(w.task, a.logs)
	w.ended, w.cancel = context.WithCancel(a.ctx)
	return w
}

// tell says what state the task is to be in.
func (w *worker) tell(desired api.TaskState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if desired != w.desired {
		w.desired = desired
		w.interrupt()
	}
}

func (w *worker) freeze(frozen bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = frozen
	w.interrupt()
}

// interrupt wants the lock.
func (w *worker) interrupt() {
	if w.stop != nil {
		w.stop()
	}
	select {
	case w.news <- struct{}{}:
	default:
	}
}

func (w *worker) run() {
	defer w.agent.done(w.task.ID)
	defer w.cancel()
	for w.ended.Err() == nil {
		status, err := w.step()
		switch {
		case errors.Is(err, exec.ErrTaskNoop):
			if w.task.Status.State > api.TaskStateRunning {
				return
			}
			w.wait(nil)
		case errors.Is(err, exec.ErrTaskRetry):
			w.wait(time.After(retry))
		case err == nil:
			w.task.Status = *status
			w.agent.report(w.task)
		}
	}
}

// retry is how long after an interruption the next operation starts.
const retry = 10 * time.Millisecond

func (w *worker) wait(limit <-chan time.Time) {
	select {
	case <-w.news:
	case <-limit:
	case <-w.ended.Done():
	}
}

// step takes the task one state further.
func (w *worker) step() (*api.TaskStatus, error) {
	w.mu.Lock()
	if w.frozen {
		w.mu.Unlock()
		return nil, exec.ErrTaskNoop
	}
	ctx, stop := context.WithCancel(w.ended)
	defer stop()
	w.stop = stop
	w.task.DesiredState = w.desired
	w.mu.Unlock()

	status, err := exec.Do(ctx, w.task, w.controller)

	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = nil
	return status, err
}

// report writes the state of a task back, as the dispatcher does for the nodes
// (manager/dispatcher/dispatcher.go, processUpdates): states never run backwards.
func (a *agent) report(t *api.Task) {
	_ = a.store.Update(func(tx store.Tx) error {
		now := store.GetTask(tx, t.ID)
		if now == nil || now.Status.State > t.Status.State {
			return nil
		}
		now.Status = *t.Status.Copy()
		now.Status.AppliedBy = t.NodeID
		now.Status.AppliedAt = ptypes.MustTimestampProto(time.Now())
		return store.UpdateTask(tx, now)
	})
}
