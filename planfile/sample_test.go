package planfile_test

import (
	"net/netip"
	"time"

	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

const canary = "canary-bytes"

func ref(kind stack.Kind, name string) stack.Ref { return stack.Ref{Kind: kind, Name: name} }

// sample is a document with every kind of object and every action. The bytes of
// its secrets are the canary.
func sample() planfile.Document {
	return planfile.New(stack.Plan{
		Stack:  "shop",
		Target: stack.Target{Context: "prod", Host: "unix:///var/run/docker.sock", APIVersion: "1.41", Cluster: "k3xq0vwy1r3oq7vplj0ltl0vb"},
		IDs: map[stack.Ref]string{
			ref(stack.KindNetwork, "front"):      "net1",
			ref(stack.KindNetwork, "shop_back"):  "net2", // is replaced
			ref(stack.KindNetwork, "unused"):     "net3",
			ref(stack.KindConfig, "shop_logo-1"): "config1",
		},
		Revisions: 5,
		Drift: []stack.Drift{
			{Ref: ref(stack.KindService, "shop_api"), Key: "api", What: stack.Changed, Fields: []stack.FieldChange{{Path: "deploy.replicas", Old: "2", New: "5"}}},
			{Ref: ref(stack.KindNetwork, "shop_extra"), Key: "extra", What: stack.Added},
		},
		Since:      stack.Entry{Number: 7, At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), By: "ann@build1"},
		Unfinished: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Warnings: []stack.Warning{
			{Pos: stack.Position{File: "/src/compose.yaml", Line: 7}, Msg: `service "web": links is ignored`, Hint: "use networks"},
			{Msg: "only a message"},
		},
		Changes: []stack.Change{
			backReplaced(), pageCreated(), tokenCreated(), pinnedCreated(), vaultCreated(),
			{Ref: ref(stack.KindConfig, "shop_logo-1"), Key: "logo", Action: stack.Keep, Want: stack.Config{Key: "logo", Spec: configSpec("shop_logo-1", "logo")}, Have: live("config1", 5, "")},
			{Ref: ref(stack.KindSecret, "shop_old"), Key: "old", Action: stack.Keep, Reason: `kept for a rollback of service "shop_web"`, Have: live("secret9", 6, "")},
			webCreated(), apiUpdated(),
			{Ref: ref(stack.KindService, "shop_scaled"), Key: "scaled", Action: stack.Scale, Effect: stack.Scales, Want: service("scaled"), Have: live("s2", 11, "22")},
			{Ref: ref(stack.KindService, "shop_job"), Key: "job", Action: stack.Run, Effect: stack.RunsJob, Want: service("job"), Have: live("s3", 12, "33"), Hazards: []stack.Hazard{stack.RunsAJob}},
			{Ref: ref(stack.KindService, "shop_found"), Key: "found", Action: stack.Adopt, Want: service("found"), Have: live("s4", 13, "44")},
			{Ref: ref(stack.KindService, "shop_same"), Key: "same", Action: stack.Keep, Want: service("same"), Have: live("s5", 14, "55")},
			{Ref: ref(stack.KindService, "shop_gone"), Key: "gone", Action: stack.Delete, Reason: "no longer in the file", Have: live("s6", 15, "66"), Hazards: []stack.Hazard{stack.DeletesService}},
		},
	}, time.Date(2026, 11, 23, 9, 30, 0, 5, time.FixedZone("", 3600)), "stackup 1.0.0")
}

func live(id string, version uint64, hash string) *stack.Live {
	return &stack.Live{ID: id, Version: swarm.Version{Index: version}, SpecHash: hash}
}

func labels() map[string]string { return map[string]string{stack.LabelNamespace: "shop"} }

func about(name string) swarm.Annotations { return swarm.Annotations{Name: name, Labels: labels()} }

func configSpec(name, content string) swarm.ConfigSpec {
	return swarm.ConfigSpec{Annotations: about(name), Data: []byte(content)}
}

func service(key string) stack.Service {
	return stack.Service{Key: key, Spec: swarm.ServiceSpec{
		Annotations:  about("shop_" + key),
		TaskTemplate: swarm.TaskSpec{ContainerSpec: &swarm.ContainerSpec{Image: key + ":1"}},
	}}
}

func backReplaced() stack.Change {
	ipv6 := true
	return stack.Change{
		Ref: ref(stack.KindNetwork, "shop_back"), Key: "back", Action: stack.Replace, Reason: "a network cannot be changed in place",
		Effect: stack.Downtime, Impact: "detaches and makes anew 1 service: web", Hazards: []stack.Hazard{stack.ReplacesNetwork},
		Same: 3, Fields: []stack.FieldChange{{Path: "enable_ipv6", Old: "false", New: "true", Effect: stack.Downtime}},
		Want: stack.Network{Key: "back", Spec: network.CreateRequest{
			Name: "shop_back", Driver: "overlay", EnableIPv6: &ipv6, Labels: labels(),
			IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: netip.MustParsePrefix("10.9.0.0/24")}}},
		}},
		Have: live("net2", 0, ""),
	}
}

func pageCreated() stack.Change {
	return stack.Change{
		Ref: ref(stack.KindConfig, "shop_page-1"), Key: "page", Action: stack.Create, Reason: "content changed", Diff: "-<old>\n+<new>\n",
		Want: stack.Config{Key: "page", Spec: configSpec("shop_page-1", "<new>\n")},
	}
}

func tokenCreated() stack.Change {
	return stack.Change{
		Ref: ref(stack.KindSecret, "shop_token-0123456789"), Key: "token", Action: stack.Create, Reason: "new in the file",
		Want: stack.Secret{
			Key: "token", Data: stack.Sensitive(canary), Source: stack.SecretSource{File: "/src/token", Digest: "0123456789"},
			Spec: swarm.SecretSpec{Annotations: about("shop_token-0123456789"), Data: []byte(canary)},
		},
	}
}

func pinnedCreated() stack.Change {
	return stack.Change{
		Ref: ref(stack.KindSecret, "pinned"), Key: "pinned", Action: stack.Create, Reason: "new in the file",
		Want: stack.Secret{
			Key: "pinned", Pinned: true, Data: stack.Sensitive(canary), Source: stack.SecretSource{Exec: unseal(), Digest: "abcdef0123"},
			Spec: swarm.SecretSpec{Annotations: about("pinned"), Templating: &swarm.Driver{Name: "golang"}},
		},
	}
}

func unseal() stack.Command {
	return stack.Command{Words: []string{"unseal", "--password", "hunter2"}, Dir: "/src", Timeout: 30 * time.Second}
}

func vaultCreated() stack.Change {
	return stack.Change{
		Ref: ref(stack.KindSecret, "shop_vault"), Key: "vault", Action: stack.Create, Reason: "new in the file",
		Want: stack.Secret{Key: "vault", Pinned: true, Spec: swarm.SecretSpec{Annotations: about("shop_vault"), Driver: &swarm.Driver{Name: "vault"}}},
	}
}

func webCreated() stack.Change {
	web, replicas := service("web"), uint64(2)
	web.Settings = stack.Settings{
		Timeout: 5 * time.Minute, Stable: 90 * time.Second, Ignore: []string{"deploy.replicas"}, Protect: true, RunAlways: true,
	}
	web.Spec.Mode.Replicated = &swarm.ReplicatedService{Replicas: &replicas}
	t := &web.Spec.TaskTemplate
	t.Networks = []swarm.NetworkAttachmentConfig{{Target: "front", Aliases: []string{"web"}}, {Target: "shop_back"}}
	t.LogDriver = &swarm.Driver{Name: "gelf", Options: map[string]string{"auth": "log-canary", "mode": "udp"}}
	t.ContainerSpec.Env = []string{"DB_PASSWORD=env-canary", "LEVEL=info", "UNSET"}
	t.ContainerSpec.Args = []string{"serve", "--password", "flag-canary", "a && b"}
	t.ContainerSpec.Mounts = []mount.Mount{{Type: mount.TypeVolume, Source: "shop_data", Target: "/data"}}
	t.ContainerSpec.Configs = []*swarm.ConfigReference{
		{ConfigName: "shop_logo-1", File: &swarm.ConfigReferenceFileTarget{Name: "/logo", UID: "0", GID: "0", Mode: 0o444}},
		{ConfigName: "shop_page-1", File: &swarm.ConfigReferenceFileTarget{Name: "/page", UID: "0", GID: "0", Mode: 0o444}},
	}
	return stack.Change{
		Ref: ref(stack.KindService, "shop_web"), Key: "web", Action: stack.Create, Reason: "new in the file",
		Hazards: []stack.Hazard{stack.RestartsAllAtOnce}, Want: web,
		After: []stack.Gate{
			{Ref: ref(stack.KindConfig, "shop_page-1")},
			{Ref: ref(stack.KindNetwork, "shop_back"), Condition: stack.Removed},
			{Ref: ref(stack.KindService, "shop_job"), Condition: stack.Completed},
		},
	}
}

func apiUpdated() stack.Change {
	return stack.Change{
		Ref: ref(stack.KindService, "shop_api"), Key: "api", Action: stack.Update, Reason: "image changed",
		Effect: stack.Restarts, Impact: "restarts 1 task, stop-first", Want: service("api"),
		Fields: []stack.FieldChange{{Path: "image", Old: "api:0", New: "api:1", Effect: stack.Restarts}},
		Have:   &stack.Live{ID: "s1", Version: swarm.Version{Index: 10}, Service: &swarm.Service{Spec: swarm.ServiceSpec{Annotations: about("shop_api")}}},
	}
}
