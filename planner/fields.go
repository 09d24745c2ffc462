package planner

import "github.com/stackup-cli/stackup/stack"

// word says what people call a part of a spec, and what its change causes.
type word struct {
	spec    string // path in swarm.ServiceSpec, without indirections
	compose string // path in the compose file, below the service
	effect  stack.Effect
}

// words is the table of all parts of a spec. The longest matching path counts;
// what a path leaves over is appended. The effects are those of swarmkit's
// IsTaskDirty (manager/orchestrator/task.go): a changed task or endpoint
// restarts tasks, anything else does not. The exceptions to that rule that
// depend on more than the field are in effects.go.
func words() []word {
	const task = "TaskTemplate."
	const cont = task + "ContainerSpec."
	return []word{
		{"Annotations.Name", "name", stack.InPlace},
		{"Annotations.Labels", "deploy.labels", stack.InPlace},
		{"Mode.Replicated.Replicas", "deploy.replicas", stack.Scales},
		{"Mode.ReplicatedJob.TotalCompletions", "deploy.replicas", stack.RunsJob},
		{"Mode.ReplicatedJob.MaxConcurrent", "deploy.max_concurrent", stack.RunsJob},
		{"Mode", "deploy.mode", stack.InPlace},
		{"UpdateConfig", "deploy.update_config", stack.InPlace},
		{"RollbackConfig", "deploy.rollback_config", stack.InPlace},
		{"EndpointSpec.Mode", "deploy.endpoint_mode", stack.Restarts},
		{"EndpointSpec.Ports", "ports", stack.Restarts},
		{"EndpointSpec", "ports", stack.Restarts},

		{cont + "Image", "image", stack.Restarts},
		{cont + "Labels", "labels", stack.Restarts},
		{cont + "Command", "entrypoint", stack.Restarts},
		{cont + "Args", "command", stack.Restarts},
		{cont + "Env", "environment", stack.Restarts},
		{cont + "Dir", "working_dir", stack.Restarts},
		{cont + "Groups", "group_add", stack.Restarts},
		{cont + "Privileges.CredentialSpec", "credential_spec", stack.Restarts},
		{cont + "Privileges.NoNewPrivileges", "security_opt.no-new-privileges", stack.Restarts},
		{cont + "Privileges.SELinuxContext", "security_opt.label", stack.Restarts},
		{cont + "Privileges", "security_opt", stack.Restarts},
		{cont + "TTY", "tty", stack.Restarts},
		{cont + "OpenStdin", "stdin_open", stack.Restarts},
		{cont + "Mounts", "volumes", stack.Restarts},
		{cont + "Hosts", "extra_hosts", stack.Restarts},
		{cont + "DNSConfig.Nameservers", "dns", stack.Restarts},
		{cont + "DNSConfig.Search", "dns_search", stack.Restarts},
		{cont + "DNSConfig.Options", "dns_opt", stack.Restarts},
		{cont + "CapabilityAdd", "cap_add", stack.Restarts},
		{cont + "CapabilityDrop", "cap_drop", stack.Restarts},
		{task + "ContainerSpec", "", stack.Restarts}, // hostname, user, init, …: the same words

		{task + "Resources.Limits.NanoCPUs", "deploy.resources.limits.cpus", stack.Restarts},
		{task + "Resources.Limits.MemoryBytes", "deploy.resources.limits.memory", stack.Restarts},
		{task + "Resources.Reservations.NanoCPUs", "deploy.resources.reservations.cpus", stack.Restarts},
		{task + "Resources.Reservations.MemoryBytes", "deploy.resources.reservations.memory", stack.Restarts},
		{task + "Resources.SwapBytes", "memswap_limit", stack.Restarts},
		{task + "Resources.MemorySwappiness", "mem_swappiness", stack.Restarts},
		{task + "Resources", "deploy.resources", stack.Restarts},
		{task + "RestartPolicy", "deploy.restart_policy", stack.Restarts},
		{task + "Placement.MaxReplicas", "deploy.placement.max_replicas_per_node", stack.Restarts},
		{task + "Placement.Platforms", "platform", stack.Restarts},
		{task + "Placement", "deploy.placement", stack.Restarts},
		{task + "Networks", "networks", stack.Restarts},
		{task + "LogDriver.Name", "logging.driver", stack.Restarts},
		{task + "LogDriver", "logging", stack.Restarts},
		{"TaskTemplate", "", stack.Restarts},
	}
}
