package loader

import (
	"cmp"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/go-units"
	"github.com/moby/moby/api/types/mount"

	"github.com/stackup-cli/stackup/stack"
)

// mounts are a service's volumes: in the order of the files, then tmpfs:.
func (c *converter) mounts(o object) []mount.Mount {
	written := c.writtenTargets(o.key)
	var out []mount.Mount
	for _, v := range o.parts("volumes") {
		m := c.mount(v)
		if t, ok := written[m.Target]; ok {
			m.Target = t
		}
		out = append(out, m)
	}
	for i, spec := range o.texts("tmpfs") {
		out = append(out, o.tmpfs("tmpfs."+strconv.Itoa(i), spec))
	}
	return o.sharedMemory(out)
}

// sharedMemory mounts a tmpfs of shm_size where a single engine would, too.
func (o object) sharedMemory(mounts []mount.Mount) []mount.Mount {
	const target = "/dev/shm"
	size := o.size("shm_size")
	if size == 0 {
		return mounts
	}
	if slices.ContainsFunc(mounts, func(m mount.Mount) bool { return path.Clean(m.Target) == target }) {
		o.warn("shm_size", "is ignored: something is mounted on "+target, "")
		return mounts
	}
	return append(mounts, mount.Mount{Type: mount.TypeTmpfs, Target: target, TmpfsOptions: &mount.TmpfsOptions{SizeBytes: size}})
}

func (c *converter) mount(v object) mount.Mount {
	m := mount.Mount{
		Type:        mount.Type(v.oneOf("type", "volume", "bind", "tmpfs", "npipe", "cluster", "image")),
		Source:      v.text("source"),
		Target:      v.text("target"),
		ReadOnly:    v.flag("read_only"),
		Consistency: mount.Consistency(v.text("consistency")),
	}
	if !isAbsolute(m.Target) {
		v.fail("target", quoted(m.Target)+" is not an absolute path in the container", "")
	}
	if m.Type == mount.TypeTmpfs && m.Source != "" {
		v.fail("source", "is not possible for type tmpfs", "")
	}
	v.checkOptions(m.Type)
	switch m.Type {
	case mount.TypeVolume, "":
		c.volumeMount(v, &m)
	case mount.TypeBind, mount.TypeNamedPipe:
		m.BindOptions = bindOptions(v)
	case mount.TypeTmpfs:
		m.TmpfsOptions = tmpfsOptions(v)
	case mount.TypeCluster:
		m.ClusterOptions = &mount.ClusterOptions{}
		if !strings.HasPrefix(m.Source, "group:") {
			m.Source = c.fullName(c.volume(v))
		}
	case mount.TypeImage:
		if !v.has("image") { // said already
			v.fail("type", "image is not possible: swarm does not mount images", "")
		}
	}
	return m
}

// isAbsolute takes paths of Windows and templates too.
func isAbsolute(target string) bool {
	return path.Clean(target) != "/" && path.IsAbs(target) || strings.HasPrefix(target, "{{") ||
		len(target) > 2 && target[1] == ':' || strings.HasPrefix(target, `\\`)
}

// checkOptions reports options that are for another type of mount.
func (o object) checkOptions(t mount.Type) {
	for _, options := range []mount.Type{mount.TypeVolume, mount.TypeBind, mount.TypeTmpfs} {
		own := t == options || t == "" && options == mount.TypeVolume || t == mount.TypeNamedPipe && options == mount.TypeBind
		name := string(options)
		if options == mount.TypeBind && o.has("bind.selinux") && len(o.names("bind")) == 1 {
			continue // data:/data:z is ignored, with a warning
		}
		if !own && o.has(name) {
			o.fail(name, "does not go with type "+string(t), "")
		}
	}
}

// volume is the definition of the volume a mount names.
func (c *converter) volume(v object) object {
	name := v.text("source")
	c.usedVolumes[name] = true
	def, ok := c.volumes[name]
	if !ok {
		hint := didYouMean(name, sortedKeys(c.volumes))
		v.wrong("source", "volume "+quoted(name)+" is not defined", cmp.Or(hint, "define it under volumes:, or begin a path with . or /"))
	}
	return def
}

// volumeMount takes driver, options and labels of the volume along: swarm
// creates a volume on a node when the first task mounts it there.
func (c *converter) volumeMount(v object, m *mount.Mount) {
	options := mount.VolumeOptions{NoCopy: v.flag("volume.nocopy"), Subpath: v.text("volume.subpath")}
	if m.Source == "" { // an anonymous volume
		if options.NoCopy || options.Subpath != "" {
			m.VolumeOptions = &options
		}
		return
	}
	def := c.volume(v)
	m.Source = c.fullName(def)
	m.VolumeOptions = &options
	if def.flag("external") {
		return
	}
	options.Labels = c.labels(def, "labels")
	maps.Copy(options.Labels, v.table("volume.labels"))
	options.Labels[stack.LabelNamespace] = c.name
	if def.text("driver") != "" || def.has("driver_opts") {
		options.DriverConfig = &mount.Driver{Name: def.text("driver"), Options: def.table("driver_opts")}
	}
}

func bindOptions(v object) *mount.BindOptions {
	b := mount.BindOptions{
		Propagation: mount.Propagation(v.oneOf("bind.propagation",
			"rprivate", "private", "rshared", "shared", "rslave", "slave")),
		NonRecursive: v.oneOf("bind.recursive", "enabled", "disabled") == "disabled",
	}
	if v.flag("bind.create_host_path") && v.written("bind.create_host_path") {
		v.warn("bind.create_host_path", "is ignored: swarm does not create missing paths", "create "+v.text("source")+" on every node")
	}
	if b == (mount.BindOptions{}) {
		return nil
	}
	return &b
}

func tmpfsOptions(v object) *mount.TmpfsOptions {
	if !v.has("tmpfs") {
		return nil
	}
	return &mount.TmpfsOptions{SizeBytes: v.size("tmpfs.size"), Mode: v.fileMode("tmpfs.mode")}
}

// tmpfs is one entry of the service key tmpfs:, target:options.
func (o object) tmpfs(at, spec string) mount.Mount {
	m := mount.Mount{Type: mount.TypeTmpfs}
	target, options, _ := strings.Cut(spec, ":")
	m.Target = target
	if !isAbsolute(target) {
		o.fail(at, quoted(target)+" is not an absolute path in the container", "")
	}
	var t mount.TmpfsOptions
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(option, "=")
		var err error
		switch name {
		case "":
			continue
		case "size":
			t.SizeBytes, err = units.RAMInBytes(value)
		case "mode":
			var bits uint64
			bits, err = strconv.ParseUint(value, 8, 32)
			t.Mode = os.FileMode(bits)
		case "ro":
			m.ReadOnly = true
		case "exec", "noexec": // the engine takes no others (moby volume/mounts/linux_parser.go)
			t.Options = append(t.Options, []string{name})
		default:
			o.warn(at, "option "+quoted(option)+" is ignored: swarm does not pass it on", "")
		}
		if err != nil {
			o.fail(at, "option "+quoted(option)+" is malformed", "")
		}
	}
	if t.SizeBytes != 0 || t.Mode != 0 || t.Options != nil {
		m.TmpfsOptions = &t
	}
	return m
}
