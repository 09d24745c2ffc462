package render_test

import (
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// risky is a plan with every hazard.
func risky() stack.Plan {
	p := mixed()
	byName := map[string][]stack.Hazard{
		"shop_web":     {stack.InterruptsUpdate, stack.PausesOnFailure, stack.RestartsAllAtOnce},
		"shop_api":     {stack.ScalesToZero, stack.Unschedulable},
		"shop_mail":    {stack.AdoptsService, "not-yet-known"},
		"shop_migrate": {stack.RunsAJob},
		"shop_back2":   {stack.ReplacesNetwork},
		"shop_job":     {stack.ReplacesService},
	}
	p.Changes = append(p.Changes, gone(stack.KindService, "shop_older")...)
	p.Changes = append(p.Changes, gone(stack.KindNetwork, "shop_dmz")...)
	p.Changes = append(p.Changes, stack.Change{
		Ref: stack.Ref{Kind: stack.KindNetwork, Name: "shop_back2"}, Action: stack.Replace, Reason: "a network cannot be changed in place",
		Fields: []stack.FieldChange{{Path: "driver_opts.encrypted", New: "true", Effect: stack.Downtime}}, Effect: stack.Downtime,
		After: []stack.Gate{{Ref: service("shop_job"), Condition: stack.Removed}},
	}, stack.Change{
		Ref: service("shop_job"), Action: stack.Replace, Reason: "deploy.mode cannot be changed in place",
		Fields: []stack.FieldChange{{Path: "deploy.mode", Old: "replicated", New: "global", Effect: stack.Downtime}}, Effect: stack.Downtime,
	})
	at := func(line int) stack.Position { return stack.Position{File: "compose.yaml", Line: line} }
	for i, c := range p.Changes {
		p.Changes[i].Hazards = byName[c.Ref.Name]
		switch {
		case c.Ref.Name == "shop_web":
			p.Changes[i].Have = &stack.Live{Service: &swarm.Service{UpdateStatus: &swarm.UpdateStatus{State: swarm.UpdateStateRollbackPaused}}}
		case c.Ref.Name == "shop_api":
			p.Changes[i].Want = stack.Service{Positions: stack.Positions{"": at(30), "deploy": at(41), "deploy.placement.constraints": at(44)}}
		case c.Action == stack.Delete && c.Ref.Kind == stack.KindService:
			p.Changes[i].Hazards = []stack.Hazard{stack.DeletesService}
		case c.Action == stack.Delete:
			p.Changes[i].Hazards = []stack.Hazard{stack.DeletesNetwork}
		}
	}
	return p
}

// alike has services that change in the same fields: four in nothing else,
// one that waits, one that has other tasks; and two, which are not enough.
func alike() stack.Plan {
	update := func(name, path, impact string, after ...stack.Gate) stack.Change {
		return stack.Change{
			Ref: service(name), Action: stack.Update, Reason: path + " changed",
			Fields: []stack.FieldChange{{Path: path, Old: "info", New: "debug", Effect: stack.Restarts}},
			Effect: stack.Restarts, Impact: impact, After: after, Hazards: []stack.Hazard{stack.PausesOnFailure},
		}
	}
	const level, one = "environment.LOG_LEVEL", "restarts 1 task, stop-first"
	changes := []stack.Change{
		update("shop_a", level, one),
		update("shop_b", level, one),
		update("shop_c", level, one, stack.Gate{Ref: service("shop_a"), Condition: stack.Healthy}),
		update("shop_d", level, one),
		update("shop_x", "labels.level", one),
		update("shop_y", "labels.level", one),
		update("shop_e", level, "restarts 3 tasks, 1 at a time, stop-first"),
		update("shop_f", level, one),
	}
	return plan(changes)
}

// contents has what is shown line by line.
func contents() stack.Plan {
	diff := "--- shop_page-0123456789\n+++ shop_page-abcdef0123\n@@ -1,4 +1,4 @@\n server {\n-\tlisten 80;\n+\tlisten 8080;\n " +
		strings.Repeat("# a comment so long that it does not fit on a line ", 3) + "\n }\n\\ No newline at end of file\n"
	long := "--- a\n+++ b\n@@ -1,60 +1,60 @@\n"
	for i := range 60 {
		long += fmt.Sprintf("-key%d: old\n+key%d: new\n", i, i)
	}
	p := plan(added(stack.KindConfig, "content changed", "shop_page-abcdef0123", "shop_long-0123456789", "shop_blank-0123456789"))
	p.Changes[0].Diff, p.Changes[1].Diff = diff, long
	p.Changes[2].Diff = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n all:\n-\tbuild \n+    build\n end\n"
	script := "set -e\nmigrate up\nexec serve --port 80 \n"
	p.Changes = append(p.Changes, stack.Change{
		Ref: service("shop_web"), Action: stack.Update, Reason: "command and 6 more fields changed",
		Fields: []stack.FieldChange{
			{Path: "command", Old: script, New: strings.Replace(script, "up", "up --all", 1), Effect: stack.Restarts},
			{Path: "environment.BANNER", New: "hello\nworld", Effect: stack.Restarts},
			{Path: "environment.GREETING", Old: "hello  world", New: "hello world", Effect: stack.Restarts},
			{Path: "environment.RULES", Old: `{"allow":["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"],"deny":"all"}`, New: `{"allow":["10.0.0.0/8","172.16.0.0/12"],"deny":"all"}`, Effect: stack.Restarts},
			{Path: "environment.SCRIPT", Old: script, New: strings.ReplaceAll(script, " \n", "\n"), Effect: stack.Restarts},
			{Path: "environment.SHORT", Old: `{"a":1}`, New: `{"a":2}`, Effect: stack.Restarts},
			{Path: "labels.motd", Old: strings.Repeat("old\n", 30), New: strings.Repeat("new\n", 31), Effect: stack.InPlace},
		},
		Effect: stack.Restarts, Impact: "restarts 2 tasks, 1 at a time, stop-first",
	})
	return p
}
