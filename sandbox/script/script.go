// Package script says what the containers of a sandbox do: it is told by the
// image's name, so that a compose file is a whole test. Any ordinary image simply
// runs, and in a job it ends with success at once.
//
// The names of [Table] mean something else, in the repository "sandbox" (or
// "stackup-test").
package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Table is what containers do, for people.
const Table = `Any ordinary image simply runs; in a job it ends with success at once.

sandbox/slow:TIME       takes this long to pull [10s], then runs
sandbox/start:TIME      takes this long to become healthy [10s], then runs
sandbox/unhealthy:TIME  never becomes healthy, and is given up after this long [1s]
sandbox/sick:TIME       runs for this long [1s], then turns unhealthy
sandbox/exitN:TIME      ends with code N after this long [0s], again and again
                        if its restart policy says so: exit1 is a crash loop
sandbox/crash:TIME      the same as exit1
sandbox/job:TIME        the same as exit0: a job that succeeds
sandbox/job-fails:TIME  the same as exit1: a job that fails
sandbox/stubborn:TIME   takes this long to stop [1m], or its stop_grace_period
sandbox/stuck           is pulled for ever
sandbox/missing         does not exist: the task is rejected
sandbox/private         wants credentials (--with-registry-auth), without which
                        the task is rejected; with them it runs
sandbox/app             does what its command says: nothing or "sleep" to run,
                        "exit N", "fail-after TIME"

TIME is the tag, as in sandbox/slow:30s; where the tag is no duration, such as
1 or latest, the time in brackets holds. A registry in front of the name and a
digest behind it change nothing.
`

// Request is what the task says of its container.
type Request struct {
	Image       string
	Args        []string // the command
	Job         bool
	Credentials bool // for the registry came with the service
}

// Container is what a container does.
type Container struct {
	Pull      time.Duration // how long the image takes to come
	PullError string        // why it does not, in the engine's words; or empty
	Stuck     bool          // it never comes

	Start time.Duration // until it is healthy

	Ends      bool
	Run       time.Duration // how long it runs, if it ends
	Unhealthy bool          // it ends for not being healthy, at once if Run is 0
	ExitCode  int

	Stop time.Duration // how long it takes to stop

	// Greeting and Farewell are the lines that it logs when it starts and when it
	// ends; {task} stands for the task's name.
	Greeting, Farewell string
}

// repositories are where the names mean something.
func special(repository string) bool { return repository == "sandbox" || repository == "stackup-test" }

// Of is what the container of a request does.
func Of(r Request) Container {
	repository, name, tag := split(r.Image)
	c := Container{Greeting: "{task} started from " + r.Image}
	if r.Job {
		c.Ends = true
	}
	if special(repository) {
		c.follow(name, tag, r)
	}
	return c
}

// split takes registry.example.org/sandbox/slow:30s@sha256:… to pieces.
func split(image string) (repository, name, tag string) {
	image, _, _ = strings.Cut(image, "@")
	parts := strings.Split(image, "/")
	name, tag, _ = strings.Cut(parts[len(parts)-1], ":")
	if len(parts) > 1 {
		repository = parts[len(parts)-2]
	}
	return repository, name, tag
}

func (c *Container) follow(name, tag string, r Request) {
	lasts := func(otherwise time.Duration) time.Duration {
		if d, err := time.ParseDuration(tag); err == nil && d >= 0 {
			return d
		}
		return otherwise
	}
	if n, ok := strings.CutPrefix(name, "exit"); ok {
		if code, err := strconv.ParseUint(n, 10, 8); err == nil {
			c.exit(int(code), lasts(0))
		}
		return
	}
	switch name {
	case "slow":
		c.Pull = lasts(10 * time.Second)
	case "start":
		c.Start = lasts(10 * time.Second)
	case "unhealthy":
		c.Start, c.Unhealthy, c.Ends = lasts(time.Second), true, true
	case "sick":
		c.Run, c.Unhealthy, c.Ends = max(lasts(time.Second), 1), true, true
	case "crash", "job-fails":
		c.exit(1, lasts(0))
	case "job":
		c.exit(0, lasts(0))
	case "stubborn":
		c.Stop = lasts(time.Minute)
	case "stuck":
		c.Stuck = true
	case "missing":
		c.PullError = "No such image: " + r.Image
	case "private":
		if !r.Credentials {
			c.PullError = "pull access denied for " + strings.TrimSuffix(strings.SplitN(r.Image, "@", 2)[0], ":"+tag) +
				", repository does not exist or may require 'docker login'"
		}
	case "app":
		c.obey(r.Args)
		c.Greeting, c.Farewell = "app "+tag+" on {task}: "+strings.Join(append(slices.Clone(r.Args), "", "")[:2], " "), ""
	}
}

func (c *Container) exit(code int, after time.Duration) {
	c.Ends, c.ExitCode, c.Run = true, code, after
	c.Farewell = fmt.Sprintf("{task} ends with code %d", code)
}

// usage is the exit code of a program that was called with the wrong arguments.
const usage = 64

// obey does what the test program does with its arguments (e2e/testapp in the
// repository of stackup).
func (c *Container) obey(args []string) {
	args = append(args[:len(args):len(args)], "", "")
	c.Ends = false
	switch args[0] {
	case "", "sleep":
	case "exit":
		code, err := strconv.ParseUint(args[1], 10, 8)
		if err != nil {
			code = usage
		}
		c.exit(int(code), 0)
	case "fail-after":
		d, err := time.ParseDuration(args[1])
		if err != nil {
			c.exit(usage, 0)
			return
		}
		c.exit(1, d)
	default:
		c.exit(usage, 0)
	}
}
