package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Images is the references of the images that a stack wants, sorted, each once.
// With a snapshot it is only those of services that are not there yet or of
// which the file said another image when they were written.
func Images(want stack.Stack, have *stack.Snapshot) []string {
	var out []string
	for _, s := range want.Services {
		if image := imageOf(s.Spec); image != "" && (have == nil || !saysSame(s, *have)) {
			out = append(out, image)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// saysSame says whether a live service was written with the image that the file
// still says (docker/cli cli/command/stack/deploy_composefile.go, resolve-image
// "changed").
func saysSame(s stack.Service, have stack.Snapshot) bool {
	return slices.ContainsFunc(have.Services, func(live swarm.Service) bool {
		return live.Spec.Name == s.Spec.Name && live.Spec.Labels[stack.LabelImage] == s.Spec.Labels[stack.LabelImage]
	})
}

// Written is the images of the services that a plan writes, each once.
func Written(p stack.Plan) []string {
	var out []string
	for _, c := range p.Changes {
		if s, ok := c.Want.(stack.Service); ok && c.Action != stack.Keep && !slices.Contains(out, imageOf(s.Spec)) {
			out = append(out, imageOf(s.Spec))
		}
	}
	return out
}

func imageOf(s swarm.ServiceSpec) string {
	if s.TaskTemplate.ContainerSpec == nil {
		return ""
	}
	return s.TaskTemplate.ContainerSpec.Image
}

// pin gives a wanted spec the digest that its image has in the registry now, and
// the platforms that it is for (docker/cli, resolve-image "always"). What runs
// with that digest stays as it is. Where the registry was not asked, or could not
// tell, what runs by the same reference stays: a pinned image never gets loose.
// Without a live service have is the zero value.
func (m *maker) pin(s stack.Service, have swarm.ServiceSpec) swarm.ServiceSpec {
	ref := imageOf(s.Spec)
	image, asked := m.have.Images[ref]
	if !asked || image.Digest == "" {
		spec := keepResolved(s.Spec, have)
		if image.Denied || !hasDigest(ref) && (asked || m.RequireDigest) {
			m.unresolved = append(m.unresolved, unresolved{s, ref, image, hasDigest(imageOf(spec))})
		}
		return spec
	}
	digested := ref
	if !hasDigest(ref) {
		digested += "@" + image.Digest
	}
	if imageOf(have) == digested {
		return keepResolved(s.Spec, have)
	}
	container, placement := *s.Spec.TaskTemplate.ContainerSpec, swarm.Placement{}
	if p := s.Spec.TaskTemplate.Placement; p != nil {
		placement = *p
	}
	container.Image = digested
	spec := s.Spec
	spec.TaskTemplate.ContainerSpec = &container
	if len(image.Platforms) > 0 && len(placement.Platforms) == 0 {
		placement.Platforms = image.Platforms
		spec.TaskTemplate.Placement = &placement
	}
	return spec
}

// keepResolved keeps the digest and the platforms that a live service's image
// was resolved to, while the file says the same image.
func keepResolved(want, have swarm.ServiceSpec) swarm.ServiceSpec {
	w, h := imageOf(want), imageOf(have)
	if w == "" || h != w && (hasDigest(w) || !strings.HasPrefix(h, w+"@")) {
		return want
	}
	c := *want.TaskTemplate.ContainerSpec
	c.Image = h
	want.TaskTemplate.ContainerSpec = &c
	if p := have.TaskTemplate.Placement; p != nil && len(p.Platforms) > 0 {
		var placement swarm.Placement
		if want.TaskTemplate.Placement != nil {
			placement = *want.TaskTemplate.Placement
		}
		if len(placement.Platforms) == 0 {
			placement.Platforms = p.Platforms
			want.TaskTemplate.Placement = &placement
		}
	}
	return want
}

func hasDigest(image string) bool { return strings.Contains(image, "@") }

// unresolved is a service of which the registry did not tell the image's digest.
type unresolved struct {
	service stack.Service
	ref     string
	image   stack.Image
	pinned  bool // it has a digest all the same
}

// unpinned says whether a service is to run without a digest although the
// registry was asked.
func (m *maker) unpinned(s swarm.ServiceSpec) bool {
	_, asked := m.have.Images[imageOf(s)]
	return asked && !hasDigest(imageOf(s))
}

// images tells what became of the images that have no digest from the registry:
// in one warning for those that keep theirs, and one for those without any. A
// login that was refused is an error, since the nodes will be refused, too.
func (m *maker) images() {
	var kept, loose []unresolved
	told := map[string]bool{}
	for _, u := range m.unresolved {
		if told[u.ref] {
			continue
		}
		told[u.ref] = true
		switch {
		case u.image.Denied:
			m.problem(u.problem("the registry refuses the login that docker has for it: "+u.image.Err, "docker login; or --resolve-image never, if the nodes have the image"))
		case m.RequireDigest && u.image.Err != "":
			m.problem(u.problem("its digest could not be looked up: "+u.image.Err, "leave --require-digest out to go on"))
		case m.RequireDigest && !u.pinned:
			m.problem(u.problem("it has no digest", "--resolve-image always asks the registry"))
		case m.RequireDigest:
		case u.pinned:
			kept = append(kept, u)
		default:
			loose = append(loose, u)
		}
	}
	m.warnImages(kept, "not looked up, so what runs keeps its digest", "")
	m.warnImages(loose, "not looked up, so each node runs what it has or finds under that name", "--resolve-image never does not ask")
}

func (u unresolved) problem(what, hint string) error {
	return &stack.Error{
		Pos: u.service.Positions.At("image"), Msg: fmt.Sprintf("service %q: image %q: %s", u.service.Key, u.ref, what), Hint: hint,
	}
}

// warnImages says it once, of several images with the first one's reason.
func (m *maker) warnImages(list []unresolved, what, hint string) {
	if len(list) == 0 {
		return
	}
	first := fmt.Sprintf("image %q", list[0].ref)
	if n := len(list) - 1; n > 0 {
		first += " and " + count(n, "other")
	}
	m.warnings = append(m.warnings, stack.Warning{Msg: first + ": " + what + ": " + list[0].image.Err, Hint: hint})
}
