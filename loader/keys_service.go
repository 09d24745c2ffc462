package loader

// containerKeys are those of a service that describe its container.
func containerKeys() []key {
	return append(allMapped(
		"cap_add", "cap_drop", "command", "entrypoint", "env_file", "environment", "label_file", "labels",
		"image", "hostname", "user", "working_dir", "group_add", "init", "isolation", "read_only",
		"tty", "stdin_open", "stop_grace_period", "stop_signal", "logging", "healthcheck", "tmpfs",
		"dns", "dns_opt", "dns_search", "extra_hosts", "sysctls", "ulimits", "oom_score_adj",
		"cpus", "mem_limit", "mem_reservation", "pids_limit", "credential_spec", "configs", "secrets",
		"volumes.[].type", "volumes.[].source", "volumes.[].target", "volumes.[].read_only", "volumes.[].consistency",
		"volumes.[].bind.create_host_path", "volumes.[].bind.propagation", "volumes.[].bind.recursive",
		"volumes.[].tmpfs", "volumes.[].volume", "volumes.[].image",
		"networks.*.aliases", "networks.*.driver_opts", "networks.*.use_service_name_alias",
		"ports.[].mode", "ports.[].name", "ports.[].protocol", "ports.[].published", "ports.[].target",
	),
		key{"volumes.[].bind.selinux", warned, "swarm does not relabel; label the path on the nodes"},
		key{"networks.*.ipv4_address", warned, "swarm chooses the addresses of tasks"},
		key{"networks.*.ipv6_address", warned, "swarm chooses the addresses of tasks"},
		key{"networks.*.link_local_ips", warned, "swarm chooses the addresses of tasks"},
		key{"networks.*.mac_address", warned, "swarm chooses the addresses of tasks"},
		key{"networks.*.interface_name", warned, "swarm names the interfaces of tasks"},
		key{"networks.*.priority", warned, "swarm attaches networks in the order of their names"},
		key{"networks.*.gw_priority", warned, "swarm chooses the gateway of tasks"},
		key{"ports.[].host_ip", warned, "swarm publishes a port on every address of a node"},
		key{"ports.[].app_protocol", warned, "swarm has no place for it"},
		key{"annotations", warned, "swarm has no OCI annotations"},
		key{"pull_policy", warned, "swarm pulls an image when a node lacks its digest"},
		key{"pull_refresh_after", warned, "swarm pulls an image when a node lacks its digest"},
		key{"platform", warned, "stackup does not map it yet; use a constraint on node.platform"},
		key{"security_opt", warned, "stackup does not map it yet"},
		key{"memswap_limit", warned, "stackup does not map it yet"},
		key{"mem_swappiness", warned, "stackup does not map it yet"},
		key{"post_start", warned, "swarm has no hooks"},
		key{"pre_start", warned, "swarm has no hooks"},
		key{"pre_stop", warned, "swarm has no hooks"},
		key{"models", warned, "swarm runs no models"},
		key{"umask", warned, "swarm has no place for it"},
	)
}

// hostKeys are those of a service for which swarm has nothing, since they
// reach for the host or belong to a single engine.
func hostKeys() []key {
	const noField = "swarm services cannot have it"
	return []key{
		{"attach", warned, "it is for docker compose up"},
		{"blkio_config", warned, noField},
		{"build", warned, "swarm does not build; it runs the image"},
		{"cgroup", warned, noField},
		{"cgroup_parent", warned, noField},
		{"container_name", warned, "swarm names the containers of a service itself"},
		{"cpu_count", warned, noField},
		{"cpu_percent", warned, noField},
		{"cpu_period", warned, "use deploy.resources.limits.cpus"},
		{"cpu_quota", warned, "use deploy.resources.limits.cpus"},
		{"cpu_rt_period", warned, noField},
		{"cpu_rt_runtime", warned, noField},
		{"cpu_shares", warned, "use deploy.resources.reservations.cpus"},
		{"cpuset", warned, noField},
		{"develop", warned, "it is for docker compose watch"},
		{"device_cgroup_rules", warned, noField},
		{"devices", warned, noField + "; use deploy.resources.reservations.generic_resources"},
		{"domainname", warned, "swarm has no place for it; write the whole name under hostname:"},
		{"expose", warned, "services on one network reach each other on every port"},
		{"external_links", warned, "swarm has no links; use a network"},
		{"gpus", warned, noField + "; use deploy.resources.reservations.generic_resources"},
		{"ipc", warned, noField},
		{"links", warned, "swarm has no links; services on one network find each other by name"},
		{"mac_address", warned, noField},
		{"network_mode", warned, "swarm attaches services to networks only"},
		{"oom_kill_disable", warned, noField},
		{"pid", warned, noField},
		{"privileged", warned, noField + "; use cap_add"},
		{"provider", refused, "swarm runs containers only"},
		{"runtime", warned, "swarm uses the default runtime of each node"},
		{"shm_size", warned, noField + "; mount a tmpfs at /dev/shm"},
		{"storage_opt", warned, noField},
		{"use_api_socket", warned, noField},
		{"userns_mode", warned, noField},
		{"uts", warned, noField},
		{"volumes_from", refused, "containers of a service may be on any node; name the volumes instead"},
	}
}

// deployKeys are those that say how a service is run.
func deployKeys() []key {
	return append(allMapped(
		"depends_on.*.condition", "depends_on.*.required", "extends", "profiles", "restart", "scale",
		"deploy.endpoint_mode", "deploy.labels", "deploy.mode", "deploy.placement", "deploy.replicas",
		"deploy.resources.limits", "deploy.resources.reservations.cpus", "deploy.resources.reservations.memory",
		"deploy.resources.reservations.generic_resources", "deploy.restart_policy",
		"deploy.rollback_config", "deploy.update_config",
	),
		key{"depends_on.*.restart", warned, "swarm does not restart a service because of another"},
		key{"deploy.resources.reservations.devices", warned, "swarm has no device requests; use generic_resources"},
	)
}
