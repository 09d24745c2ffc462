package render_test

import (
	"bytes"
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
