package render_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestProgress(t *testing.T) {
	golden(t, "progress", func(b *bytes.Buffer, s render.Style) {
		watch := render.Progress(b, s)
		for _, e := range events() {
			watch(e)
		}
	})
}

// events are those of an apply in which one service fails.
func events() []stack.Event {
	front := stack.Ref{Kind: stack.KindNetwork, Name: "shop_front"}
	db, web, api, proxy := service("shop_db"), service("shop_web"), service("shop_api"), service("shop_proxy")
	old := service("shop_old")
	ended := func(ref stack.Ref, a stack.Action, s stack.State, after time.Duration) stack.ChangeEnded {
		return stack.ChangeEnded{Outcome: stack.Outcome{Ref: ref, Action: a, State: s}, Elapsed: after}
	}
	failed := ended(api, stack.Update, stack.Failed, 31*time.Second)
	failed.Outcome.Err = "the update was paused: task shop_api.1 exited three times with code 1"
	blocked := ended(proxy, stack.Scale, stack.Blocked, 0)
	blocked.Outcome.Culprit = api
	return []stack.Event{
		stack.ChangeStarted{Ref: front, Action: stack.Create},
		ended(front, stack.Create, stack.Done, 52*time.Millisecond),
		stack.ChangeStarted{Ref: db, Action: stack.Create},
		stack.ChangeWritten{Ref: db, Action: stack.Create},
		stack.ChangeStarted{Ref: web, Action: stack.Update},
		stack.Notice{Text: "image postgres:17 could not be accessed on a registry to record its digest"},
		wait(1, progress(db, 0, 1, "assigned"), progress(web, 0, 2, "")),
		wait(2, progress(db, 0, 1, "preparing"), progress(web, 0, 2, "assigned")),
		wait(5, progress(db, 0, 1, "preparing"), progress(web, 1, 2, "starting")),
		wait(5, progress(db, 0, 1, "preparing"), progress(web, 1, 2, "starting")),
		wait(7, progress(db, 0, 1, "preparing"), progress(web, 2, 2, "running, not yet for 2s")),
		ended(web, stack.Update, stack.Done, 9400*time.Millisecond),
		wait(34, progress(db, 0, 1, "preparing")),
		wait(35, progress(db, 0, 1, "preparing")),
		wait(64, progress(db, 0, 1, "preparing")),
		ended(db, stack.Create, stack.Done, 92*time.Second),
		failed,
		blocked,
		wait(93, progress(old, 2, 0, "stopping")),
		wait(94, progress(old, 1, 0, "stopping")),
		wait(95, progress(old, 0, 0, "stopping"), progress(front, 0, 0, `in use by a task of service "shop_old"`)),
		ended(old, stack.Delete, stack.NotStarted, 0),
		ended(service("shop_cache"), stack.Keep, stack.Done, 3*time.Second),
		stack.RollingBack{Failed: []stack.Ref{api}},
		stack.ChangeStarted{Ref: web, Action: stack.Update},
		wait(1, progress(web, 0, 2, "preparing")),
		ended(web, stack.Update, stack.Done, 4*time.Second),
	}
}

func wait(seconds int, services ...stack.Progress) stack.Waiting {
	return stack.Waiting{Elapsed: time.Duration(seconds) * time.Second, Services: services}
}

func progress(ref stack.Ref, running, tasks int, reason string) stack.Progress {
	return stack.Progress{Ref: ref, Running: running, Tasks: tasks, Reason: reason}
}

func TestProgressRepeatsAWaitOnlyAfterHalfAMinute(t *testing.T) {
	var b bytes.Buffer
	watch := render.Progress(&b, render.Style{})
	for seconds := range 90 {
		watch(wait(seconds, progress(service("shop_db"), 0, 1, "preparing")))
	}
	if got := strings.Count(b.String(), "\n"); got != 3 {
		t.Errorf("%d lines in 90 seconds without news, want 3:\n%s", got, b.String())
	}
}

// A service that is stuck is named again although others move, and one in
// trouble before others.
func TestProgressRemindsOfEachService(t *testing.T) {
	var b bytes.Buffer
	watch := render.Progress(&b, render.Style{Width: 100})
	for seconds := range 40 {
		services := []stack.Progress{progress(service("shop_web"), seconds, 50, "preparing")}
		for i := range 9 {
			services = append(services, progress(service(fmt.Sprintf("shop_stuck%d", i)), 0, 1, "preparing"))
		}
		services = append(services, progress(service("shop_bad"), 0, 1, "No such image: web:9"))
		watch(wait(seconds, services...))
	}
	var still []string
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, "still waiting") || strings.Contains(line, "and 2 more services: 2 preparing") {
			still = append(still, line)
		}
	}
	if len(still) != 9 || !strings.HasPrefix(still[0], "    still waiting after 30s: service \"shop_bad\" 0 of 1 tasks running: No such image") {
		t.Errorf("reminded of %q in\n%s", still, b.String())
	}
}

// Only what goes wrong is worth a line when nothing else is to be seen.
func TestQuiet(t *testing.T) {
	golden(t, "quiet", func(b *bytes.Buffer, s render.Style) {
		watch := render.Quiet(b, s)
		for _, e := range events() {
			watch(e)
		}
	})
}

func TestProgressOfManyServicesNamesTheFirstOnly(t *testing.T) {
	var b bytes.Buffer
	p := long()
	var services []stack.Progress
	for _, c := range p.Changes {
		services = append(services, progress(c.Ref, 0, 1, "preparing"))
	}
	render.Progress(&b, render.Style{})(wait(1, services...))
	if got := b.String(); strings.Count(got, "\n") != 9 || !strings.HasSuffix(got, "and 8 more services: 8 preparing\n") {
		t.Errorf("16 services waited for:\n%s", got)
	}
}
