package render_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestReport(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			golden(t, "report-"+name, func(b *bytes.Buffer, s render.Style) {
				if err := render.Report(b, r, s); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// reports is the samples by the names of their golden files.
func reports() map[string]stack.Report {
	return map[string]stack.Report{
		"done":        {Elapsed: 42 * time.Second, Outcomes: []stack.Outcome{done(stack.KindNetwork, "shop_front"), done(stack.KindService, "shop_db"), done(stack.KindService, "shop_web")}},
		"failed":      failed(),
		"interrupted": interrupted(),
		"timedout":    timedOut(),
		"refused":     refused(),
		"nothing":     {Elapsed: time.Second},
		"kept":        kept(),
		"ended":       ended(),
		"accepted":    accepted(),
		"rolledback":  undone(),
		"half-undone": halfUndone(),
		"causes":      causes(),
	}
}

func done(kind stack.Kind, name string) stack.Outcome {
	return stack.Outcome{Ref: stack.Ref{Kind: kind, Name: name}, Action: stack.Create, State: stack.Done}
}

func failed() stack.Report {
	return stack.Report{
		Elapsed: 92 * time.Second,
		Outcomes: []stack.Outcome{
			done(stack.KindNetwork, "shop_front"),
			done(stack.KindConfig, "shop_nginx-1f3a9c0d2e"),
			{
				Ref: service("shop_api"), Action: stack.Update, State: stack.Failed,
				Err: "the update was paused after 3 tasks failed",
				Failure: &stack.Failure{
					Task: "shop_api.1", Node: "node-2", State: "failed", ExitCode: 137, Tasks: 2, Running: 1,
					Err: "task: non-zero exit (137): dockerexec: unhealthy container",
				},
			},
			{
				Ref: service("shop_web"), Action: stack.Create, State: stack.Failed,
				Err: "the image cannot be pulled",
				Failure: &stack.Failure{
					Task: "shop_web.3", Node: "node-1", State: "rejected", Tasks: 3,
					Err: "No such image: registry.example.com/shop/web:1.29@sha256:0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d",
				},
			},
			{
				Ref: service("shop_worker"), Action: stack.Create, State: stack.Failed,
				Err: "no node can run it",
				Failure: &stack.Failure{
					Task: "shop_worker.1", State: "pending", Tasks: 1,
					Err: "no suitable node (scheduling constraints not satisfied on 2 nodes; insufficient resources on 1 node)",
				},
			},
			{Ref: service("shop_proxy"), Action: stack.Update, State: stack.Blocked, Culprit: service("shop_api")},
			{Ref: service("shop_cron"), Action: stack.Create, State: stack.Blocked, Culprit: service("shop_api")},
			{Ref: service("shop_old"), Action: stack.Delete, State: stack.NotStarted},
			{Ref: stack.Ref{Kind: stack.KindNetwork, Name: "shop_back"}, Action: stack.Delete, State: stack.NotStarted},
		},
	}
}

func interrupted() stack.Report {
	return stack.Report{
		Elapsed: 7300 * time.Millisecond, Interrupted: true,
		Outcomes: []stack.Outcome{
			done(stack.KindNetwork, "shop_front"),
			{Ref: service("shop_db"), Action: stack.Create, State: stack.Unfinished, Err: "interrupted while waiting for its tasks"},
			{Ref: service("shop_web"), Action: stack.Update, State: stack.NotStarted},
		},
	}
}

func timedOut() stack.Report {
	return stack.Report{
		Elapsed: 10 * time.Minute, TimedOut: true,
		Outcomes: []stack.Outcome{{
			Ref: service("shop_db"), Action: stack.Create, State: stack.Unfinished,
			Err:     "not running after 10m",
			Failure: &stack.Failure{Task: "shop_db.1", Node: "node-1", State: "preparing", Tasks: 1},
		}},
	}
}

// refused is a write that the engine turned down: there is no task to tell of.
func refused() stack.Report {
	return stack.Report{
		Elapsed: 300 * time.Millisecond,
		Outcomes: []stack.Outcome{
			{
				Ref: service("shop_web"), Action: stack.Create, State: stack.Failed,
				Err: "refused by the engine: port '80' is already in use by service 'proxy_traefik' (k2l6n3v4c8) as an ingress port",
			},
		},
	}
}

// ended is a task that stopped although nothing was wrong. The sentence quotes
// its error, which need not be told twice.
func ended() stack.Report {
	return stack.Report{
		Elapsed: 12 * time.Second,
		Outcomes: []stack.Outcome{{
			Ref: service("shop_worker"), Action: stack.Update, State: stack.Failed,
			Err:     "its task ended three times: task: finished",
			Failure: &stack.Failure{Task: "shop_worker.1", Node: "node-1", State: "complete", Tasks: 1, Err: "task: finished"},
		}},
	}
}

// kept is a service that was left alone and does not run.
func kept() stack.Report {
	return stack.Report{
		Elapsed: 61 * time.Second,
		Outcomes: []stack.Outcome{{
			Ref: service("shop_cache"), Action: stack.Keep, State: stack.Failed,
			Err:     "its task exited three times in the same way",
			Failure: &stack.Failure{Task: "shop_cache.1", Node: "node-1", State: "failed", ExitCode: 127, Tasks: 1, Err: "task: non-zero exit (127)"},
		}},
	}
}

// accepted is a service of whose tasks nothing is known yet.
func accepted() stack.Report {
	return stack.Report{
		Elapsed: 25 * time.Second, TimedOut: true,
		Outcomes: []stack.Outcome{
			{Ref: service("shop_web"), Action: stack.Update, State: stack.Unfinished, Err: "the swarm has only just accepted it", Failure: &stack.Failure{}},
			{Ref: service("shop_old"), Action: stack.Delete, State: stack.Unfinished, Err: "removed; its tasks have not stopped yet"},
		},
	}
}

// undone is an apply that failed and was taken back: the network and what was
// created are gone, the job stays done.
func undone() stack.Report {
	back := func(ref stack.Ref, a stack.Action) stack.Outcome {
		return stack.Outcome{Ref: ref, Action: a, State: stack.Done}
	}
	front := stack.Ref{Kind: stack.KindNetwork, Name: "shop_front"}
	job := back(service("shop_migrate"), stack.Run)
	return stack.Report{
		Elapsed: 14 * time.Second,
		Outcomes: []stack.Outcome{
			done(stack.KindNetwork, "shop_front"), back(service("shop_db"), stack.Update), job,
			{
				Ref: service("shop_api"), Action: stack.Create, State: stack.Failed, Cause: stack.CauseCrashLoop,
				Err:     "it ends in the same way again and again: task: non-zero exit (1)",
				Failure: &stack.Failure{Task: "shop_api.1", Node: "node-2", State: "failed", ExitCode: 1, Tasks: 2, Running: 1, Err: "task: non-zero exit (1)", Logs: logs()},
			},
			{Ref: service("shop_web"), Action: stack.Update, State: stack.Blocked, Culprit: service("shop_api")},
		},
		Rollback: &stack.Report{
			Elapsed:  9 * time.Second,
			Outcomes: []stack.Outcome{back(service("shop_api"), stack.Delete), back(service("shop_db"), stack.Update), back(front, stack.Delete)},
		},
	}
}

// logs is what a task may write: colours, tabs, long lines, and worse.
func logs() []string {
	return []string{
		"\x1b[32mINFO\x1b[0m  listening on :8080", "", "panic: dial tcp 10.0.3.7:5432: connect: connection refused, after 30 attempts in 60 seconds; giving up",
		"\tgoroutine 1 [running]:\r", "\x1b]0;title\a\x1b[2J that wants to clear the screen of everything that has been on it so far",
	}
}

// halfUndone is a rollback that came only half its way.
func halfUndone() stack.Report {
	r := undone()
	r.Rollback.TimedOut = true
	r.Rollback.Elapsed = 10 * time.Minute
	r.Rollback.Outcomes[1] = stack.Outcome{
		Ref: service("shop_db"), Action: stack.Update, State: stack.Unfinished, Cause: stack.CauseTimeout, Err: "0 of 1 tasks run: preparing",
		Failure: &stack.Failure{Task: "shop_db.1", Node: "node-1", State: "preparing", Tasks: 1},
	}
	r.Rollback.Outcomes[2].State = stack.NotStarted
	return r
}

// causes is failures that differ in what there is to say of them.
func causes() stack.Report {
	bad := func(name string, a stack.Action, c stack.Cause, why string, f *stack.Failure) stack.Outcome {
		return stack.Outcome{Ref: service(name), Action: a, State: stack.Failed, Cause: c, Err: why, Failure: f}
	}
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("line %d", i+1))
	}
	inUse := bad("shop_back", stack.Delete, stack.CauseInUse, "tasks of other services are on it", nil)
	inUse.Ref.Kind = stack.KindNetwork
	return stack.Report{
		Elapsed: 31 * time.Second,
		Outcomes: []stack.Outcome{
			bad("shop_api", stack.Update, stack.CauseRolledBack, "the swarm undid the update", &stack.Failure{
				Task: "shop_api.2", Node: "node-1", State: "failed", ExitCode: 1, Running: 0, Tasks: 2, Err: "task: non-zero exit (1)", LogsErr: "the node does not answer",
			}),
			bad("shop_web", stack.Update, stack.CausePaused, "the swarm paused the update: starting container failed", &stack.Failure{
				Task: "shop_web.1", Node: "node-1", State: "failed", ExitCode: 127, Running: 1, Tasks: 3, Err: "starting container failed", Logs: many,
			}),
			bad("shop_gpu", stack.Create, stack.CauseUnschedulable, "no node can run it", &stack.Failure{
				Task: "shop_gpu.1", State: "pending", Tasks: 1, Err: "no suitable node (insufficient resources on 3 nodes)",
			}),
			bad("shop_mail", stack.Update, stack.CauseStale, "somebody else has changed it since the plan was made", nil),
			inUse,
		},
	}
}
