package e2e

import "github.com/stackup-cli/stackup/stack"

// edit is one change of one service in a file, and what it has to cause.
type edit struct {
	name          string
	before, after string // what the service has besides an image and the command sleep
	field         string // what the plan calls it; empty when there is nothing to do
	effect        stack.Effect
}

func edits() []edit {
	const same = stack.NoEffect
	const inPlace, scales, restarts, runs = stack.InPlace, stack.Scales, stack.Restarts, stack.RunsJob
	return []edit{
		{"untouched", `{}`, `{}`, "", same},
		{
			"defaults spelled out", `{}`,
			`{stop_grace_period: 10s, deploy: {replicas: 1, endpoint_mode: vip, restart_policy: {condition: any, delay: 5s}}}`, "", same,
		},
		{"env reordered", `{environment: [A=1, B=2]}`, `{environment: {B: "2", A: "1"}}`, "", same},
		{"ports reordered", `{ports: ["7001:1", "7002:2"]}`, `{ports: ["7002:2", "7001:1"]}`, "", same},

		{"image", `{}`, `{image: "` + app2 + `"}`, "image", restarts},
		{"command", `{}`, `{command: [fail-after, 1h]}`, "command", restarts},
		{"entrypoint", `{}`, `{entrypoint: [/app, sleep]}`, "entrypoint", restarts},
		{"env value", `{environment: {LEVEL: info}}`, `{environment: {LEVEL: debug}}`, "environment.LEVEL", restarts},
		{"env added", `{}`, `{environment: {LEVEL: debug}}`, "environment.LEVEL", restarts},
		{"env removed", `{environment: {LEVEL: info}}`, `{}`, "environment.LEVEL", restarts},
		{"label of the service", `{}`, `{deploy: {labels: {team: blue}}}`, "deploy.labels.team", inPlace},
		{"label of the container", `{}`, `{labels: {team: blue}}`, "labels.team", restarts},
		{"user", `{}`, `{user: "1000"}`, "user", restarts},
		{"group", `{}`, `{group_add: ["1000"]}`, "group_add", restarts},
		{"working dir", `{}`, `{working_dir: /bin}`, "working_dir", restarts},
		{"hostname", `{}`, `{hostname: one}`, "hostname", restarts},
		{"read only", `{}`, `{read_only: true}`, "read_only", restarts},
		{"tty", `{}`, `{tty: true}`, "tty", restarts},
		{"init", `{}`, `{init: true}`, "init", restarts},
		{"init false", `{}`, `{init: false}`, "init", restarts},
		{"stop grace period", `{}`, `{stop_grace_period: 7s}`, "stop_grace_period", restarts},
		{"stop signal", `{}`, `{stop_signal: SIGINT}`, "stop_signal", restarts},
		{
			"healthcheck interval", `{command: [], healthcheck: {test: [CMD, /app, check], interval: 1s}}`,
			`{command: [], healthcheck: {test: [CMD, /app, check], interval: 2s}}`, "healthcheck.interval", restarts,
		},
		{"cap add", `{}`, `{cap_add: [NET_ADMIN]}`, "cap_add", restarts},
		{"cap drop", `{cap_drop: [CHOWN]}`, `{cap_drop: [CHOWN, KILL]}`, "cap_drop", restarts},
		{"sysctls", `{}`, `{sysctls: {net.ipv4.ip_default_ttl: "63"}}`, "sysctls", restarts},
		{"ulimits", `{}`, `{ulimits: {nofile: 1000}}`, "ulimits", restarts},
		{"extra hosts", `{}`, `{extra_hosts: ["db:10.9.9.9"]}`, "extra_hosts", restarts},
		{"dns", `{}`, `{dns: [10.9.9.9]}`, "dns", restarts},
		{"dns search", `{}`, `{dns_search: [example.org]}`, "dns_search", restarts},
		{"tmpfs", `{}`, `{tmpfs: [/cache]}`, "volumes", restarts},
		{"volume", `{volumes: ["data:/data"]}`, `{volumes: ["data:/data:ro"]}`, "volumes", restarts},
		{"logging", `{logging: {driver: json-file}}`, `{logging: {driver: json-file, options: {max-size: 1m}}}`, "logging", restarts},

		{"replicas up", `{}`, `{deploy: {replicas: 3}}`, "deploy.replicas", scales},
		{"replicas down", `{deploy: {replicas: 3}}`, `{deploy: {replicas: 2}}`, "deploy.replicas", scales},
		{"replicas to none", `{}`, `{deploy: {replicas: 0}}`, "deploy.replicas", scales},
		{"replicas from none", `{deploy: {replicas: 0}}`, `{}`, "deploy.replicas", scales},
		{"replicas and label", `{}`, `{deploy: {replicas: 2, labels: {team: blue}}}`, "deploy.replicas", scales},
		{
			"replicas and defaults spelled out", `{}`,
			`{stop_grace_period: 10s, dns: [], deploy: {replicas: 2, restart_policy: {condition: any}}}`, "deploy.replicas", scales,
		},
		{"cpu limit", `{}`, `{deploy: {resources: {limits: {cpus: "0.5"}}}}`, "deploy.resources.limits.cpus", restarts},
		{"memory limit", `{}`, `{deploy: {resources: {limits: {memory: 50M}}}}`, "deploy.resources.limits.memory", restarts},
		{"pids limit", `{}`, `{deploy: {resources: {limits: {pids: 50}}}}`, "deploy.resources.limits.pids", restarts},
		{"memory reservation", `{}`, `{deploy: {resources: {reservations: {memory: 5M}}}}`, "deploy.resources.reservations.memory", restarts},
		{"restart policy", `{}`, `{deploy: {restart_policy: {delay: 6s}}}`, "deploy.restart_policy", restarts},
		{"update config", `{}`, `{deploy: {update_config: {parallelism: 2, order: start-first}}}`, "deploy.update_config", inPlace},
		{"rollback config", `{}`, `{deploy: {rollback_config: {parallelism: 2}}}`, "deploy.rollback_config", inPlace},
		{
			"update order and image", `{}`,
			`{image: "` + app2 + `", deploy: {update_config: {order: start-first}}}`, "image", restarts,
		},

		{"constraint that fits", `{}`, `{deploy: {placement: {constraints: [node.role == manager]}}}`, "deploy.placement.constraints", inPlace},
		{
			"constraint removed", `{deploy: {placement: {constraints: [node.role == manager]}}}`,
			`{}`, "deploy.placement.constraints", inPlace,
		},
		{"preference", `{}`, `{deploy: {placement: {preferences: [{spread: node.labels.zone}]}}}`, "deploy.placement.preferences", inPlace},
		{"max replicas per node", `{}`, `{deploy: {placement: {max_replicas_per_node: 2}}}`, "deploy.placement.max_replicas_per_node", inPlace},
		{
			"constraint and replicas", `{}`,
			`{deploy: {replicas: 2, placement: {constraints: [node.role == manager]}}}`, "deploy.placement.constraints", scales,
		},
		{
			"constraint and image", `{}`,
			`{image: "` + app2 + `", deploy: {placement: {constraints: [node.role == manager]}}}`, "image", restarts,
		},
		{
			"constraint and default spelled out", `{}`,
			`{stop_grace_period: 10s, deploy: {placement: {constraints: [node.role == manager]}}}`, "deploy.placement.constraints", inPlace,
		},
		{
			"constraint and port", `{}`,
			`{ports: ["7010:80"], deploy: {placement: {constraints: [node.role == manager]}}}`, "ports", restarts,
		},

		{"port added", `{}`, `{ports: ["7020:80"]}`, "ports", restarts},
		{"port changed", `{ports: ["7021:80"]}`, `{ports: ["7022:80"]}`, "ports", restarts},
		{"port removed", `{ports: ["7023:80"]}`, `{}`, "ports", restarts},
		{"port of the node", `{}`, `{ports: [{target: 80, published: "7024", mode: host}]}`, "ports", restarts},
		{"endpoint mode", `{}`, `{deploy: {endpoint_mode: dnsrr}}`, "deploy.endpoint_mode", restarts},
		{"network added", `{networks: [front]}`, `{networks: [front, back]}`, "networks", restarts},
		{"network removed", `{networks: [front, back]}`, `{networks: [front]}`, "networks", restarts},
		{"network alias", `{networks: [front]}`, `{networks: {front: {aliases: [www]}}}`, "networks", restarts},
		{"host network", `{network_mode: host, ports: []}`, `{network_mode: host, environment: {A: b}}`, "environment.A", restarts},
		{"endpoint mode on the host network", `{network_mode: host}`, `{network_mode: host, deploy: {endpoint_mode: dnsrr}}`, "deploy.endpoint_mode", restarts},

		{"config content", `{configs: [text]}`, `{configs: [text]}`, "configs", restarts},
		{"config content again", `{configs: [text]}`, `{configs: [text]}`, "configs", restarts}, // shared with the one above
		{"config target", `{configs: [fixed]}`, `{configs: [{source: fixed, target: /etc/fixed}]}`, "configs", restarts},
		{"config unchanged", `{configs: [fixed]}`, `{configs: [fixed]}`, "", same},
		{"secret content", `{secrets: [word]}`, `{secrets: [word]}`, "secrets", restarts},
		{"secret mode", `{secrets: [key]}`, `{secrets: [{source: key, mode: 0400}]}`, "secrets", restarts},
		{"secret unchanged", `{secrets: [key]}`, `{secrets: [key]}`, "", same},

		{"global label", `{deploy: {mode: global}}`, `{deploy: {mode: global, labels: {team: blue}}}`, "deploy.labels.team", inPlace},
		{"global image", `{deploy: {mode: global}}`, `{image: "` + app2 + `", deploy: {mode: global}}`, "image", restarts},
		{"job image", `{` + job + `}`, `{image: "` + app2 + `", ` + job + `}`, "image", runs},
		{"job label", `{` + job + `}`, `{` + job + `, labels: {team: blue}}`, "labels.team", runs},
		{"job unchanged", `{` + job + `}`, `{` + job + `}`, "", same},
	}
}

const job = `command: [exit, "0"], deploy: {mode: replicated-job, update_config: !reset null}`

// What the services share.
const shared = `
networks: {front: {}, back: {}}
volumes: {data: {}}
configs:
  text: {content: "${VERSION}"}
  fixed: {content: fixed}
secrets:
  word: {environment: VERSION}
  key: {environment: KEY}
`
