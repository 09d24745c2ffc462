package loader

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// privileges are what security_opt and credential_spec say. They are always
// sent, even when empty.
func (c *converter) privileges(o object) *swarm.Privileges {
	p := &swarm.Privileges{CredentialSpec: c.credentialSpec(o)}
	for i, written := range o.texts("security_opt") {
		c.securityOption(o, p, "security_opt."+strconv.Itoa(i), written)
	}
	return p
}

// securityOption reads one option in the forms that docker run takes (docker/cli
// cli/command/container/opts.go, parseSecurityOpts; moby
// daemon/daemon_unix.go, parseSecurityOpt).
func (c *converter) securityOption(o object, p *swarm.Privileges, at, written string) {
	name, value, ok := strings.Cut(written, "=")
	if !ok {
		name, value, _ = strings.Cut(written, ":")
	}
	switch {
	case strings.HasPrefix(written, "no-new-privileges:"), name == "no-new-privileges":
		value = strings.TrimLeft(strings.TrimPrefix(written, "no-new-privileges"), ":=")
		on, err := strconv.ParseBool(value)
		if p.NoNewPrivileges = on || value == ""; err != nil && value != "" {
			o.fail(at, quoted(written)+" is neither true nor false", "")
		}
	case name == "seccomp":
		p.Seccomp = c.seccomp(o, at, value)
	case name == "apparmor":
		p.AppArmor = appArmor(o, at, value)
	case name == "label":
		if p.SELinuxContext == nil {
			p.SELinuxContext = &swarm.SELinuxContext{}
		}
		seLinux(o, p.SELinuxContext, at, value)
	case name == "systempaths", name == "writable-cgroups":
		o.warn(at, quoted(written)+" is ignored: swarm services cannot have it", "")
	default:
		o.fail(at, quoted(written)+" is unknown", "write no-new-privileges, seccomp=, apparmor= or label=")
	}
}

func (c *converter) seccomp(o object, at, value string) *swarm.SeccompOpts {
	switch value {
	case "unconfined":
		return &swarm.SeccompOpts{Mode: swarm.SeccompModeUnconfined}
	case "builtin", "default":
		return &swarm.SeccompOpts{Mode: swarm.SeccompModeDefault}
	}
	content, err := os.ReadFile(absolute(c.dir, value))
	if err != nil {
		o.wrong(at, unreadable("seccomp profile", value, err).Msg, "write seccomp=unconfined, or the path of a profile")
		return nil
	}
	var profile bytes.Buffer
	if err := json.Compact(&profile, content); err != nil {
		o.wrong(at, "seccomp profile "+quoted(value)+" is not JSON: "+err.Error(), "")
	}
	return &swarm.SeccompOpts{Mode: swarm.SeccompModeCustom, Profile: profile.Bytes()}
}

func appArmor(o object, at, value string) *swarm.AppArmorOpts {
	switch value {
	case "unconfined":
		return &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDisabled}
	case "docker-default":
		return &swarm.AppArmorOpts{Mode: swarm.AppArmorModeDefault}
	}
	o.fail(at, "apparmor="+value+" is not possible: swarm has no profiles of one's own", "write apparmor=unconfined, or leave it out for docker-default")
	return nil
}

func seLinux(o object, c *swarm.SELinuxContext, at, value string) {
	name, label, _ := strings.Cut(value, ":")
	fields := map[string]*string{"user": &c.User, "role": &c.Role, "type": &c.Type, "level": &c.Level}
	switch field := fields[name]; {
	case value == "disable":
		c.Disable = true
	case field != nil && label != "":
		*field = label
	default:
		o.fail(at, "label="+value+" is unknown", "write label=disable, or user, role, type or level, such as label=type:svirt_apache_t")
	}
}
