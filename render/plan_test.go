package render_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/render"
	"github.com/stackup-cli/stackup/stack"
)

func TestPlan(t *testing.T) {
	for name, p := range plans() {
		t.Run(name, func(t *testing.T) {
			golden(t, "plan-"+name, func(b *bytes.Buffer, s render.Style) {
				if err := render.Plan(b, p, s); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// plans is the samples by the names of their golden files.
func plans() map[string]stack.Plan {
	return map[string]stack.Plan{
		"empty":      plan(keep(stack.KindService, "shop_web", "shop_db", "shop_api", "shop_cache", "shop_mail"), keep(stack.KindNetwork, "shop_front", "shop_back")),
		"empty-one":  plan(keep(stack.KindService, "shop_web")),
		"empty-none": plan(),
		"mixed":      mixed(),
		"first":      first(),
		"destroy":    destroy(),
		"wide":       wide(),
		"long":       long(),
		"risky":      risky(),
		"alike":      alike(),
		"contents":   contents(),
		"drift":      drifted(),
	}
}

func plan(changes ...[]stack.Change) stack.Plan {
	p := stack.Plan{Stack: "shop", Target: stack.Target{Host: "unix:///var/run/docker.sock", APIVersion: "1.41"}}
	for _, c := range changes {
		p.Changes = append(p.Changes, c...)
	}
	return p
}

func keep(kind stack.Kind, names ...string) []stack.Change {
	var list []stack.Change
	for _, name := range names {
		list = append(list, stack.Change{Ref: stack.Ref{Kind: kind, Name: name}, Action: stack.Keep})
	}
	return list
}

func gone(kind stack.Kind, names ...string) []stack.Change {
	list := keep(kind, names...)
	for i := range list {
		list[i].Action, list[i].Reason = stack.Delete, "no longer in the file"
		list[i].After = []stack.Gate{{Ref: service("shop_web"), Condition: stack.Healthy}}
	}
	return list
}

func added(kind stack.Kind, reason string, names ...string) []stack.Change {
	list := keep(kind, names...)
	for i := range list {
		list[i].Action, list[i].Reason = stack.Create, reason
	}
	return list
}

func service(name string) stack.Ref { return stack.Ref{Kind: stack.KindService, Name: name} }

// mixed is the everyday plan: something of everything.
func mixed() stack.Plan {
	return plan(
		added(stack.KindNetwork, "new in the file", "shop_front"),
		added(stack.KindConfig, "content changed", "shop_nginx-1f3a9c0d2e"),
		[]stack.Change{
			{
				Ref: service("shop_web"), Action: stack.Update,
				Reason: "image and 2 more fields changed",
				Fields: []stack.FieldChange{
					{Path: "image", Old: "nginx:1.27", New: "nginx:1.28", Effect: stack.Restarts},
					{Path: "environment.LOG_LEVEL", New: "debug", Effect: stack.Restarts},
					{Path: "deploy.replicas", Old: "2", New: "4", Effect: stack.Scales},
				},
				Effect: stack.Restarts, Impact: "restarts 2 tasks, 1 at a time, stop-first; starts 2 tasks",
			},
			{
				Ref: service("shop_api"), Action: stack.Scale,
				Reason: "deploy.replicas changed",
				Fields: []stack.FieldChange{{Path: "deploy.replicas", Old: "2", New: "4", Effect: stack.Scales}},
				Effect: stack.Scales, Impact: "starts 2 tasks",
				After: []stack.Gate{{Ref: service("shop_db"), Condition: stack.Healthy}}, // is kept
			},
			{
				Ref: service("shop_mail"), Action: stack.Update,
				Reason: "deploy.labels.team changed",
				Fields: []stack.FieldChange{{Path: "deploy.labels.team", Old: "red", Effect: stack.InPlace}},
				Effect: stack.InPlace,
				Have: &stack.Live{Service: &swarm.Service{
					ServiceStatus: &swarm.ServiceStatus{RunningTasks: 1, DesiredTasks: 2},
				}},
			},
		},
		[]stack.Change{{
			Ref: service("shop_migrate"), Action: stack.Update, Reason: "image changed",
			Fields: []stack.FieldChange{{Path: "image", Old: "shop/migrate:7", New: "shop/migrate:8", Effect: stack.RunsJob}},
			Effect: stack.RunsJob,
			Have: &stack.Live{Service: &swarm.Service{ // a job that is over runs no task
				JobStatus: &swarm.JobStatus{}, ServiceStatus: &swarm.ServiceStatus{DesiredTasks: 1, CompletedTasks: 1},
			}},
		}},
		gone(stack.KindService, "shop_old"),
		keep(stack.KindService, "shop_db", "shop_cache"),
		keep(stack.KindNetwork, "shop_back"),
	)
}

// first is the plan of a stack that does not exist yet.
func first() stack.Plan {
	return plan(
		added(stack.KindNetwork, "new in the file", "shop_back", "shop_front"),
		added(stack.KindSecret, "new in the file", "shop_db_password-8d0f3c7b11"),
		[]stack.Change{
			create("shop_db", "postgres:17", swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: ptr(1)}}),
			create("shop_migrate", "registry.example.com/shop/migrate:2024.11.3", swarm.ServiceMode{ReplicatedJob: &swarm.ReplicatedJob{}},
				stack.Gate{Ref: service("shop_db"), Condition: stack.Healthy}),
			create("shop_web", "registry.example.com/shop/web:2024.11.3@sha256:"+strings.Repeat("0a1b2c3d", 8),
				swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: ptr(3)}},
				stack.Gate{Ref: service("shop_db"), Condition: stack.Healthy},
				stack.Gate{Ref: service("shop_migrate"), Condition: stack.Completed},
				stack.Gate{Ref: stack.Ref{Kind: stack.KindNetwork, Name: "shop_front"}}),
			create("shop_agent", "prom/node-exporter:v1.8.2", swarm.ServiceMode{Global: &swarm.GlobalService{}}),
		},
	)
}

func ptr(n uint64) *uint64 { return &n }

func create(name, image string, mode swarm.ServiceMode, after ...stack.Gate) stack.Change {
	spec := swarm.ServiceSpec{
		Annotations:  swarm.Annotations{Name: name},
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: image}},
		Mode:         mode,
	}
	if name == "shop_web" {
		spec.EndpointSpec = &swarm.EndpointSpec{Ports: []swarm.PortConfig{
			{TargetPort: 8080, PublishedPort: 80, Protocol: network.TCP},
			{TargetPort: 8443, PublishedPort: 443, Protocol: network.UDP, PublishMode: swarm.PortConfigPublishModeHost},
			{TargetPort: 9090, Protocol: network.TCP},
		}}
	}
	return stack.Change{
		Ref: service(name), Action: stack.Create, Reason: "new in the file",
		Want: stack.Service{Spec: spec}, After: after,
	}
}

func destroy() stack.Plan {
	return plan(
		gone(stack.KindService, "shop_web", "shop_db"),
		gone(stack.KindNetwork, "shop_front"),
		gone(stack.KindConfig, "shop_nginx-1f3a9c0d2e"),
	)
}

// wide has values that do not fit: long, of several lines, alike for long,
// masked, with characters a terminal would act on.
func wide() stack.Plan {
	const host = "traefik.http.routers.shop-web-secure"
	return plan([]stack.Change{{
		Ref: service("shop_web_with_a_name_that_takes_all_sixty_three_characters_allow"), Action: stack.Update,
		Reason: "image and 7 more fields changed",
		Fields: []stack.FieldChange{
			{
				Path: "image", Effect: stack.Restarts,
				Old: "registry.example.com/shop/web:1.27.3-alpine@sha256:" + strings.Repeat("0a1b2c3d", 8),
				New: "registry.example.com/shop/web:1.28.0-alpine@sha256:" + strings.Repeat("4e5f6a7b", 8),
			},
			{Path: "command", Old: "nginx -g 'daemon off;'", New: "sh -c \"\nset -e\nenvsubst < /etc/nginx/in.conf > /etc/nginx/nginx.conf\nexec nginx -g 'daemon off;'\n\"", Effect: stack.Restarts},
			{Path: "environment.DB_PASSWORD", Old: "(sensitive #1)", New: "(sensitive #2)", Effect: stack.Restarts},
			{Path: "environment.JAVA_OPTS", Effect: stack.Restarts, Old: javaOpts("-Xmx512m"), New: javaOpts("-Xmx768m")},
			{Path: "environment.PROMPT", New: "\x1b[31mred\x1b[0m \u202eback", Effect: stack.Restarts},
			{Path: "deploy.replicas", Old: "2", New: "3", Effect: stack.Scales},
			{Path: "deploy.labels." + host + ".rule", Old: "Host(`shop.example.com`)", New: "Host(`shop.example.com`) || Host(`www.shop.example.com`)", Effect: stack.InPlace},
			{Path: "deploy.labels." + host + ".tls.certresolver", New: "letsencrypt", Effect: stack.InPlace},
		},
		Effect: stack.Restarts, Impact: "restarts 2 tasks, 1 at a time, start-first",
	}})
}

func javaOpts(heap string) string {
	return "-server -XX:+UseG1GC -XX:MaxGCPauseMillis=200 -XX:+HeapDumpOnOutOfMemoryError -Xms256m " + heap + " -Dfile.encoding=UTF-8 -Duser.timezone=UTC"
}

// long has more lines than a terminal.
func long() stack.Plan {
	p := plan(added(stack.KindNetwork, "new in the file", "shop_front"))
	for i := range 14 {
		p.Changes = append(p.Changes, stack.Change{
			Ref: service(fmt.Sprintf("shop_worker-%02d", i+1)), Action: stack.Update, Reason: "image changed",
			Fields: []stack.FieldChange{{Path: "image", Old: "shop/worker:1", New: "shop/worker:2", Effect: stack.Restarts}},
			Effect: stack.Restarts, Impact: "restarts 1 task, stop-first",
		})
	}
	p.Changes = append(p.Changes, gone(stack.KindService, "shop_old")...)
	return p
}
