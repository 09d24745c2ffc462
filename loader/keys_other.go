package loader

// topKeys are those at the top level that are not sections of objects.
func topKeys() []key {
	return []key{
		better("name", "the stack's name, where the command gives none", "Compose's own language"),
		better("version", "nothing: files of any version are read as the Compose Specification", "Versions"),
		better("include", "the files it names", "Compose's own language"),
		ignored("jobs", "swarm has no schedules; use a service with deploy.mode: replicated-job"),
		ignored("models", "swarm runs no models"),
	}
}

// deployKeys are those of a service that say how it is run.
func deployKeys() []key {
	return []key{
		better("depends_on.*.condition", "the order of an apply: what it waits for before the service is written", "Dependencies"),
		better("depends_on.*.required", "false: a service of an inactive profile is not waited for", "Dependencies"),
		ignored("depends_on.*.restart", "swarm does not restart a service because of another"),
		better("extends", "the service it names, merged", "Compose's own language"),
		better("profiles", "a service of inactive profiles is left out", "Compose's own language"),
		better("restart", "RestartPolicy; no means none", "Restart"),
		better("scale", "Mode.Replicated.Replicas", "Resources beside deploy"),
		works("deploy.endpoint_mode", "EndpointSpec.Mode"),
		works("deploy.labels", "Labels"),
		works("deploy.mode", "Mode"),
		better("deploy.replicas", "Mode.Replicated.Replicas; of a job MaxConcurrent and TotalCompletions", "Jobs"),
		works("deploy.placement.constraints", "Placement.Constraints"),
		works("deploy.placement.max_replicas_per_node", "Placement.MaxReplicas"),
		works("deploy.placement.preferences.[].spread", "Placement.Preferences"),
		works("deploy.resources.limits.cpus", "Resources.Limits.NanoCPUs"),
		works("deploy.resources.limits.memory", "Resources.Limits.MemoryBytes"),
		works("deploy.resources.limits.pids", "Resources.Limits.Pids"),
		works("deploy.resources.reservations.cpus", "Resources.Reservations.NanoCPUs"),
		works("deploy.resources.reservations.memory", "Resources.Reservations.MemoryBytes"),
		works("deploy.resources.reservations.generic_resources", "Resources.Reservations.GenericResources"),
		ignored("deploy.resources.reservations.devices", "swarm has no device requests; use generic_resources"),
		impossible("deploy.resources.reservations.pids", "processes can only be limited; use deploy.resources.limits.pids"),
		impossible("deploy.resources.limits.generic_resources", "generic resources can only be reserved"),
		impossible("deploy.resources.limits.devices", "devices can only be reserved"),
		works("deploy.restart_policy.condition", "RestartPolicy.Condition"),
		works("deploy.restart_policy.delay", "RestartPolicy.Delay"),
		works("deploy.restart_policy.max_attempts", "RestartPolicy.MaxAttempts"),
		works("deploy.restart_policy.window", "RestartPolicy.Window"),
		works("deploy.update_config.parallelism", "UpdateConfig.Parallelism; 1 where it is not given"),
		works("deploy.update_config.delay", "UpdateConfig.Delay"),
		works("deploy.update_config.failure_action", "UpdateConfig.FailureAction"),
		works("deploy.update_config.monitor", "UpdateConfig.Monitor"),
		works("deploy.update_config.max_failure_ratio", "UpdateConfig.MaxFailureRatio"),
		works("deploy.update_config.order", "UpdateConfig.Order"),
		works("deploy.rollback_config.parallelism", "RollbackConfig.Parallelism; 1 where it is not given"),
		works("deploy.rollback_config.delay", "RollbackConfig.Delay"),
		works("deploy.rollback_config.failure_action", "RollbackConfig.FailureAction"),
		works("deploy.rollback_config.monitor", "RollbackConfig.Monitor"),
		works("deploy.rollback_config.max_failure_ratio", "RollbackConfig.MaxFailureRatio"),
		works("deploy.rollback_config.order", "RollbackConfig.Order"),
	}
}

func networkKeys() []key {
	return []key{
		works("name", "Name, verbatim"),
		works("external", "the network must exist"),
		better("driver", "Driver; overlay where it is not given; one that makes networks of a single node is an error", "Networks and addresses"),
		works("driver_opts", "Options"),
		works("attachable", "Attachable"),
		works("internal", "Internal"),
		works("labels", "Labels"),
		better("enable_ipv4", "nothing: swarm networks always have IPv4; false is warned about", "Networks and addresses"),
		better("enable_ipv6", "EnableIPv6, with a warning, since swarm allocates no IPv6 subnets by itself", "Networks and addresses"),
		works("ipam.driver", "IPAM.Driver"),
		better("ipam.options", "IPAM.Options", "Networks and addresses"),
		better("ipam.config.[].subnet", "IPAM.Config.Subnet; what is no subnet is an error", "Networks and addresses"),
		better("ipam.config.[].gateway", "IPAM.Config.Gateway", "Networks and addresses"),
		better("ipam.config.[].ip_range", "IPAM.Config.IPRange", "Networks and addresses"),
		ignored("ipam.config.[].aux_addresses", "swarm has no reserved addresses"),
	}
}

// volumeKeys describe volumes, which a node creates when a task first mounts
// one there.
func volumeKeys() []key {
	return []key{
		works("name", "the mounts' Source, verbatim"),
		works("external", "the mounts' Source, without options; whether the volume exists only its node knows"),
		works("driver", "the mounts' VolumeOptions.DriverConfig.Name"),
		works("driver_opts", "the mounts' VolumeOptions.DriverConfig.Options"),
		works("labels", "the mounts' VolumeOptions.Labels"),
	}
}

func configKeys() []key {
	return []key{
		better("file", "Data", "Names of configs and secrets"),
		better("content", "Data", "Configs and secrets without a file"),
		better("environment", "Data", "Configs and secrets without a file"),
		works("external", "the config must exist"),
		works("labels", "Labels"),
		better("name", "Name, verbatim", "Names of configs and secrets"),
		works("template_driver", "Templating"),
		impossible("driver", "swarm has drivers for secrets only"),
		impossible("driver_opts", "swarm has drivers for secrets only"),
	}
}

func secretKeys() []key {
	return []key{
		better("file", "Data", "Names of configs and secrets"),
		better("environment", "Data", "Configs and secrets without a file"),
		impossible("content", "a secret must not stand in the file; use file or environment"),
		works("external", "the secret must exist"),
		works("driver", "Driver.Name; the secret gets its scoped name"),
		works("driver_opts", "Driver.Options"),
		works("labels", "Labels"),
		better("name", "Name, verbatim", "Names of configs and secrets"),
		works("template_driver", "Templating"),
	}
}
