package swarm

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/moby/swarmkit/v2/agent/exec"
	"github.com/moby/swarmkit/v2/api"
	"github.com/moby/swarmkit/v2/identity"

	"github.com/stackup-cli/stackup/sandbox/script"
)

// controller is a container that does what its script says; it is what the
// engine's is to the agent (moby daemon/cluster/executor/container/controller.go).
// Operations may be interrupted and begun again: what they wait for are points in
// time, set when they first begin.
type controller struct {
	task   *api.Task
	script script.Container
	logs   *journal
	id     string // of the container

	pulled, started, ended, stopped time.Time
}

func newController(t *api.Task, logs *journal) *controller {
	container := t.Spec.GetContainer()
	if container == nil { // a network attachment, or a plugin: just there
		container = &api.ContainerSpec{}
	}
	return &controller{
		task: t, logs: logs, id: identity.NewID() + identity.NewID(),
		script: script.Of(script.Request{
			Image:       container.Image,
			Args:        container.Args,
			Job:         t.JobIteration != nil,
			Credentials: container.PullOptions != nil && container.PullOptions.RegistryAuth != "",
		}),
	}
}

// until waits for a point in time, which is so much after now if it is not set.
func until(ctx context.Context, point *time.Time, after time.Duration) error {
	if point.IsZero() {
		*point = time.Now().Add(after)
	}
	timer := time.NewTimer(time.Until(*point))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func forever(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (c *controller) Update(context.Context, *api.Task) error { return nil }

// Prepare pulls the image.
func (c *controller) Prepare(ctx context.Context) error {
	if c.script.Stuck {
		return forever(ctx)
	}
	if err := until(ctx, &c.pulled, c.script.Pull); err != nil {
		return err
	}
	if c.script.PullError != "" {
		return errors.New(c.script.PullError)
	}
	return nil
}

// Start waits until the container is healthy.
func (c *controller) Start(ctx context.Context) error {
	if c.started.IsZero() {
		c.say(c.script.Greeting)
	}
	if err := until(ctx, &c.started, c.script.Start); err != nil {
		return err
	}
	if c.script.Unhealthy && c.script.Run == 0 {
		return c.unhealthy()
	}
	return nil
}

// breath is how long a container lives at least, as real ones do that end at once.
// A crash loop without a delay would else keep the whole swarm busy.
const breath = 200 * time.Millisecond

// Wait waits until the container ends.
func (c *controller) Wait(ctx context.Context) error {
	if !c.script.Ends {
		return forever(ctx)
	}
	if err := until(ctx, &c.ended, max(c.script.Run, breath)); err != nil {
		return err
	}
	if c.script.Unhealthy {
		return c.unhealthy()
	}
	c.say(c.script.Farewell)
	if c.script.ExitCode != 0 {
		return &exitError{code: c.script.ExitCode}
	}
	return nil
}

// killed is the exit code of a container that was stopped by force.
const killed = 137

func (c *controller) unhealthy() error {
	return &exitError{code: killed, cause: errors.New("dockerexec: unhealthy container")}
}

// Shutdown stops the container, by force after the grace period.
func (c *controller) Shutdown(ctx context.Context) error {
	grace := 10 * time.Second
	if container := c.task.Spec.GetContainer(); container != nil && container.StopGracePeriod != nil {
		p := container.StopGracePeriod
		grace = time.Duration(p.Seconds)*time.Second + time.Duration(p.Nanos)
	}
	if c.started.IsZero() {
		return nil
	}
	return until(ctx, &c.stopped, min(c.script.Stop, grace))
}

func (c *controller) Terminate(context.Context) error { return nil }
func (c *controller) Remove(context.Context) error    { return nil }
func (c *controller) Close() error                    { return nil }

// ContainerStatus is what docker inspect would say of a task's container.
func (c *controller) ContainerStatus(context.Context) (*api.ContainerStatus, error) {
	if c.started.IsZero() {
		return &api.ContainerStatus{}, nil
	}
	return &api.ContainerStatus{ContainerID: c.id, PID: 4242}, nil
}

func (c *controller) say(line string) {
	if line == "" {
		return
	}
	task := fmt.Sprintf("%s.%d", c.task.ServiceAnnotations.Name, c.task.Slot)
	line = strings.ReplaceAll(line, "{task}", task)
	c.logs.write(c.task, line)
}

// exitError is worded as the engine's.
type exitError struct {
	code  int
	cause error
}

func (e *exitError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("task: non-zero exit (%d): %v", e.code, e.cause)
	}
	return fmt.Sprintf("task: non-zero exit (%d)", e.code)
}

func (e *exitError) ExitCode() int { return e.code }

var (
	_ exec.Controller        = (*controller)(nil)
	_ exec.ContainerStatuser = (*controller)(nil)
	_ exec.ExitCoder         = (*exitError)(nil)
)
