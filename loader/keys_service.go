package loader

// containerKeys are those of a service that say what runs in its containers.
func containerKeys() []key {
	return []key{
		works("image", "ContainerSpec.Image, with :latest where there is no tag; the label com.docker.stack.image keeps it as written"),
		works("entrypoint", "ContainerSpec.Command; a text is split into words, without a shell"),
		works("command", "ContainerSpec.Args; a text is split into words, without a shell"),
		works("hostname", "ContainerSpec.Hostname; templates such as {{.Node.Hostname}} are filled in by the engine"),
		works("environment", "ContainerSpec.Env, sorted"),
		better("env_file", "ContainerSpec.Env, below environment:", "Env files"),
		better("env_file.[].path", "the file, relative to the project directory", "Env files"),
		better("env_file.[].required", "false: the file may be missing", "Env files"),
		better("env_file.[].format", "raw: as docker stack deploy reads it; .env: as docker compose does", "Env files"),
		works("labels", "ContainerSpec.Labels"),
		better("label_file", "ContainerSpec.Labels, below labels:", "Keys that docker refuses"),
		works("working_dir", "ContainerSpec.Dir"),
		works("user", "ContainerSpec.User"),
		better("group_add", "ContainerSpec.Groups", "Keys that docker refuses"),
		works("stdin_open", "ContainerSpec.OpenStdin"),
		works("tty", "ContainerSpec.TTY"),
		works("read_only", "ContainerSpec.ReadOnly"),
		works("init", "ContainerSpec.Init"),
		works("stop_grace_period", "ContainerSpec.StopGracePeriod"),
		works("stop_signal", "ContainerSpec.StopSignal"),
		works("healthcheck.test", "ContainerSpec.Healthcheck.Test"),
		works("healthcheck.interval", "ContainerSpec.Healthcheck.Interval"),
		works("healthcheck.timeout", "ContainerSpec.Healthcheck.Timeout"),
		works("healthcheck.retries", "ContainerSpec.Healthcheck.Retries"),
		works("healthcheck.start_period", "ContainerSpec.Healthcheck.StartPeriod"),
		works("healthcheck.start_interval", "ContainerSpec.Healthcheck.StartInterval; needs API version 1.44"),
		better("healthcheck.disable", "true: ContainerSpec.Healthcheck.Test NONE", "Merging files"),
		works("isolation", "ContainerSpec.Isolation"),
		works("credential_spec.config", "Privileges.CredentialSpec.Config"),
		works("credential_spec.file", "Privileges.CredentialSpec.File"),
		works("credential_spec.registry", "Privileges.CredentialSpec.Registry"),
		works("configs.[].source", "ContainerSpec.Configs"),
		works("configs.[].target", "ContainerSpec.Configs; the key where it is not given"),
		works("configs.[].uid", "ContainerSpec.Configs"),
		works("configs.[].gid", "ContainerSpec.Configs"),
		works("configs.[].mode", "ContainerSpec.Configs"),
		works("secrets.[].source", "ContainerSpec.Secrets"),
		works("secrets.[].target", "ContainerSpec.Secrets; the key where it is not given"),
		works("secrets.[].uid", "ContainerSpec.Secrets"),
		works("secrets.[].gid", "ContainerSpec.Secrets"),
		works("secrets.[].mode", "ContainerSpec.Secrets"),
		works("logging.driver", "LogDriver.Name"),
		works("logging.options", "LogDriver.Options"),
		ignored("annotations", "swarm has no OCI annotations"),
		ignored("pull_policy", "swarm pulls an image when a node lacks its digest"),
		ignored("pull_refresh_after", "swarm pulls an image when a node lacks its digest"),
		ignored("post_start", "swarm has no hooks"),
		ignored("pre_start", "swarm has no hooks; use a job and depends_on with service_completed_successfully"),
		ignored("pre_stop", "swarm has no hooks"),
		ignored("models", "swarm runs no models"),
	}
}

// runtimeKeys are those of a service that bound what its containers may do and
// use.
func runtimeKeys() []key {
	return []key{
		works("cap_add", "ContainerSpec.CapabilityAdd, in docker's form"),
		works("cap_drop", "ContainerSpec.CapabilityDrop, in docker's form"),
		works("sysctls", "ContainerSpec.Sysctls"),
		works("ulimits", "ContainerSpec.Ulimits, sorted by name"),
		better("oom_score_adj", "ContainerSpec.OomScoreAdj; needs API version 1.46", "Keys that docker drops"),
		better("security_opt", "Privileges: no-new-privileges, seccomp, apparmor and label; needs API version 1.44", "Security options"),
		better("platform", "Placement.Platforms", "Platform"),
		better("cpus", "Resources.Limits.NanoCPUs", "Resources beside deploy"),
		better("mem_limit", "Resources.Limits.MemoryBytes", "Resources beside deploy"),
		better("mem_reservation", "Resources.Reservations.MemoryBytes", "Resources beside deploy"),
		better("pids_limit", "Resources.Limits.Pids", "Resources beside deploy"),
		better("memswap_limit", "Resources.SwapBytes, less the memory limit; needs API version 1.52", "Swap"),
		better("mem_swappiness", "Resources.MemorySwappiness; needs API version 1.52", "Swap"),
		better("shm_size", "a tmpfs mount on /dev/shm", "Shared memory"),
		ignored("umask", "swarm has no place for it"),
	}
}

// mountKeys are those of a service that put files into its containers.
func mountKeys() []key {
	return []key{
		better("tmpfs", "tmpfs mounts, with size, mode, ro, exec and noexec", "Tmpfs"),
		better("volumes.[].type", "Mounts, in the order of the files; image is an error", "Merging files"),
		works("volumes.[].source", "Mounts; the full name of a volume, the absolute path of a bind mount"),
		works("volumes.[].target", "Mounts"),
		works("volumes.[].read_only", "Mounts"),
		works("volumes.[].bind.propagation", "BindOptions.Propagation"),
		better("volumes.[].bind.recursive", "BindOptions.NonRecursive, for disabled", "Keys that docker drops"),
		better("volumes.[].bind.create_host_path", "nothing: swarm creates no missing path; true is warned about", "Keys that docker drops"),
		better("volumes.[].tmpfs.size", "TmpfsOptions.SizeBytes", "Tmpfs"),
		better("volumes.[].tmpfs.mode", "TmpfsOptions.Mode", "Tmpfs"),
		better("volumes.[].volume.nocopy", "VolumeOptions.NoCopy", "Keys that docker drops"),
		better("volumes.[].volume.subpath", "VolumeOptions.Subpath", "Keys that docker drops"),
		better("volumes.[].volume.labels", "VolumeOptions.Labels", "Keys that docker refuses"),
		impossible("volumes.[].image", "swarm does not mount images"),
		ignored("volumes.[].bind.selinux", "swarm does not relabel; label the path on the nodes"),
		ignored("volumes.[].consistency", "the engine does not store it; it was for file sharing on macOS"),
		impossible("volumes_from", "containers of a service may be on any node; name the volumes instead"),
	}
}

// networkingKeys are those of a service that connect it.
func networkingKeys() []key {
	return []key{
		works("networks.*.aliases", "Networks.Aliases, and the service's key"),
		works("networks.*.driver_opts", "Networks.DriverOpts"),
		better("networks.*.use_service_name_alias", "false: Networks.Aliases without the service's key", "Keys that docker refuses"),
		ignored("networks.*.ipv4_address", "swarm chooses the addresses of tasks"),
		ignored("networks.*.ipv6_address", "swarm chooses the addresses of tasks"),
		ignored("networks.*.link_local_ips", "swarm chooses the addresses of tasks"),
		ignored("networks.*.mac_address", "swarm chooses the addresses of tasks"),
		ignored("networks.*.interface_name", "swarm names the interfaces of tasks"),
		ignored("networks.*.priority", "swarm attaches networks in the order of their names"),
		ignored("networks.*.gw_priority", "swarm chooses the gateway of tasks"),
		better("network_mode", "an attachment to the engine's own network host, bridge or none; others are errors", "Network mode"),
		better("ports.[].target", "EndpointSpec.Ports", "Ports"),
		better("ports.[].published", "EndpointSpec.Ports; a range becomes one port after the other", "Ports"),
		better("ports.[].protocol", "EndpointSpec.Ports; anything but tcp, udp and sctp is an error", "Ports"),
		better("ports.[].mode", "EndpointSpec.Ports; anything but ingress and host is an error", "Ports"),
		better("ports.[].name", "EndpointSpec.Ports", "Ports"),
		ignored("ports.[].host_ip", "swarm publishes a port on every address of a node"),
		ignored("ports.[].app_protocol", "swarm has no place for it"),
		better("dns", "DNSConfig.Nameservers; what is no IP address is an error", "Addresses"),
		better("dns_opt", "DNSConfig.Options", "Keys that docker refuses"),
		works("dns_search", "DNSConfig.Search"),
		works("extra_hosts", "ContainerSpec.Hosts; a list keeps its order, a mapping is sorted"),
	}
}

// hostKeys are those of a service for which swarm has nothing, since they
// reach for the host or belong to a single engine.
func hostKeys() []key {
	const noField = "swarm services cannot have it"
	return []key{
		ignored("attach", "it is for docker compose up"),
		ignored("blkio_config", noField),
		ignored("build", "swarm does not build; it runs the image"),
		ignored("cgroup", noField),
		ignored("cgroup_parent", noField),
		ignored("container_name", "swarm names the containers of a service itself"),
		ignored("cpu_count", noField),
		ignored("cpu_percent", noField),
		ignored("cpu_period", "use deploy.resources.limits.cpus"),
		ignored("cpu_quota", "use deploy.resources.limits.cpus"),
		ignored("cpu_rt_period", noField),
		ignored("cpu_rt_runtime", noField),
		ignored("cpu_shares", "use deploy.resources.reservations.cpus"),
		ignored("cpuset", noField),
		ignored("develop", "it is for docker compose watch"),
		ignored("device_cgroup_rules", noField),
		ignored("devices", noField+"; use deploy.resources.reservations.generic_resources"),
		ignored("domainname", "swarm has no place for it; write the whole name under hostname:"),
		ignored("expose", "services on one network reach each other on every port"),
		ignored("external_links", "swarm has no links; use a network"),
		ignored("gpus", noField+"; use deploy.resources.reservations.generic_resources"),
		ignored("ipc", noField),
		ignored("links", "swarm has no links; services on one network find each other by name"),
		ignored("mac_address", noField),
		ignored("oom_kill_disable", noField),
		ignored("pid", noField),
		ignored("privileged", noField+"; use cap_add"),
		impossible("provider", "swarm runs containers only"),
		ignored("runtime", "swarm uses the default runtime of each node"),
		ignored("storage_opt", noField),
		ignored("use_api_socket", noField),
		ignored("userns_mode", noField),
		ignored("uts", noField),
	}
}
