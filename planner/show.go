package planner

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/swarm"
)

// show is one value in the notation of the compose file. name is the field of
// the spec it comes from, which tells what a number means. The empty text
// stands for "not set".
func show(name string, v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case mount.Mount:
		return showMount(x)
	case swarm.NetworkAttachmentConfig:
		return "attached" + bracket(x.Aliases)
	case fs.FileMode:
		return fmt.Sprintf("%#o", uint32(x))
	}
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return ""
	case v.Kind() == reflect.Pointer:
		return show(name, v.Elem())
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Int64:
		return showNumber(name, v.Int())
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func showNumber(name string, n int64) string {
	switch {
	case n == 0:
		return ""
	case name == "NanoCPUs":
		return strconv.FormatFloat(float64(n)/1e9, 'f', -1, 64)
	case strings.HasSuffix(name, "Bytes"):
		return showBytes(n)
	}
	return strconv.FormatInt(n, 10)
}

// showBytes is exact: a unit only where it divides.
func showBytes(n int64) string {
	for _, u := range []struct {
		size int64
		unit string
	}{{1 << 30, "G"}, {1 << 20, "M"}, {1 << 10, "K"}} {
		if n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.unit
		}
	}
	return strconv.FormatInt(n, 10)
}

// showWords is a list of words on one line, quoted where that is needed to
// tell them apart.
func showWords(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n\"'") {
			out[i] = strconv.Quote(w)
		}
	}
	return strings.Join(out, " ")
}

func showMount(m mount.Mount) string {
	s := string(m.Type)
	if m.Source != "" {
		s += " " + m.Source
	}
	if m.ReadOnly {
		s += " (read-only)"
	}
	return s
}

func showPort(p swarm.PortConfig) string {
	s := fmt.Sprintf("%d:%d/%s", p.PublishedPort, p.TargetPort, p.Protocol)
	if p.PublishedPort == 0 {
		s = fmt.Sprintf("%d/%s", p.TargetPort, p.Protocol)
	}
	if p.PublishMode == swarm.PortConfigPublishModeHost {
		s += " (host)"
	}
	return s
}

func showPreference(p swarm.PlacementPreference) string {
	if p.Spread == nil {
		return ""
	}
	return "spread " + p.Spread.SpreadDescriptor
}

func showGeneric(g swarm.GenericResource) string {
	switch {
	case g.DiscreteResourceSpec != nil:
		return fmt.Sprintf("%s=%d", g.DiscreteResourceSpec.Kind, g.DiscreteResourceSpec.Value)
	case g.NamedResourceSpec != nil:
		return g.NamedResourceSpec.Kind + "=" + g.NamedResourceSpec.Value
	}
	return ""
}

func showPlatform(p swarm.Platform) string { return p.OS + "/" + p.Architecture }

func showUlimit(u *container.Ulimit) string {
	if u.Soft == u.Hard {
		return strconv.FormatInt(u.Soft, 10)
	}
	return fmt.Sprintf("%d:%d", u.Soft, u.Hard)
}

func secretKey(r *swarm.SecretReference) string {
	if r.File == nil {
		return r.SecretName
	}
	return r.File.Name
}

func showSecret(r *swarm.SecretReference) string {
	if r.File == nil {
		return r.SecretName
	}
	return r.SecretName + owner(r.File.UID, r.File.GID, r.File.Mode)
}

func configKey(r *swarm.ConfigReference) string {
	if r.File == nil {
		return "runtime"
	}
	return r.File.Name
}

func showConfig(r *swarm.ConfigReference) string {
	if r.File == nil {
		return r.ConfigName
	}
	return r.ConfigName + owner(r.File.UID, r.File.GID, r.File.Mode)
}

// owner shows what differs from the defaults of a mounted config or secret.
func owner(uid, gid string, mode fs.FileMode) string {
	var out []string
	if uid != "0" && uid != "" {
		out = append(out, "uid "+uid)
	}
	if gid != "0" && gid != "" {
		out = append(out, "gid "+gid)
	}
	if mode != 0o444 {
		out = append(out, fmt.Sprintf("mode %#o", uint32(mode)))
	}
	return bracket(out)
}

func bracket(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}
