package loader

// topKeys are those at the top level that are not sections of objects.
func topKeys() []key {
	return append(allMapped("name", "version", "include"),
		key{"jobs", warned, "swarm has no schedules; use a service with deploy.mode: replicated-job"},
		key{"models", warned, "swarm runs no models"},
	)
}

func networkKeys() []key {
	return append(allMapped(
		"attachable", "driver", "driver_opts", "enable_ipv4", "enable_ipv6", "external", "internal",
		"ipam.driver", "ipam.options", "ipam.config.[].subnet", "ipam.config.[].gateway", "ipam.config.[].ip_range",
		"labels", "name",
	),
		key{"ipam.config.[].aux_addresses", warned, "swarm has no reserved addresses"},
	)
}

func volumeKeys() []key {
	return allMapped("driver", "driver_opts", "external", "labels", "name")
}

func configKeys() []key {
	return allMapped("content", "environment", "external", "file", "labels", "name", "template_driver")
}

func secretKeys() []key {
	return allMapped(
		"driver", "driver_opts", "environment", "external", "file", "labels", "name", "template_driver",
	)
}
