package engine_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

// loggedIn is a docker folder with logins, by registry: user:password.
func loggedIn(t *testing.T, logins map[string]string) string {
	t.Helper()
	var auths []string
	for host, login := range logins {
		auths = append(auths, fmt.Sprintf(`%q: {"auth": %q}`, host, base64.StdEncoding.EncodeToString([]byte(login))))
	}
	return dockerFolder(t, `{"auths": {`+strings.Join(auths, ",")+`}}`, nil)
}

// TestImagesAreLookedUpOnce: each reference costs one request, whoever has it.
func TestImagesAreLookedUpOnce(t *testing.T) {
	e := enginetest.Start(t)
	e.SetRegistry(enginetest.Registry{Digests: map[string]string{"a:1": "sha256:aa", "reg.test/deep/b:2": "sha256:bb"}})
	c := open(t, engine.Options{Host: e.Host})
	got, err := c.Images(t.Context(), []string{"a:1", "reg.test/deep/b:2", "gone:1", "a:1"})
	if err != nil || len(e.Lookups()) != 3 {
		t.Fatalf("%v, %v", e.Lookups(), err)
	}
	a, gone := got["a:1"], got["gone:1"]
	if a.Digest != "sha256:aa" || !slices.Equal(a.Platforms, []swarm.Platform{{OS: "linux", Architecture: "amd64"}}) || got["reg.test/deep/b:2"].Digest != "sha256:bb" {
		t.Errorf("found: %+v", got)
	}
	if gone.Digest != "" || gone.Err != "manifest unknown: manifest unknown" || gone.Denied {
		t.Errorf("gone: %+v", gone)
	}
	if got, err := c.Images(t.Context(), nil); err != nil || len(got) != 0 || len(e.Lookups()) != 3 {
		t.Errorf("none: %v, %v", got, err)
	}
}

// TestDeniedLogin: the registry refuses what docker has for it; nothing of it is
// in the answer. That one is missing is not the same.
func TestDeniedLogin(t *testing.T) {
	e := enginetest.Start(t)
	e.SetRegistry(enginetest.Registry{Digests: map[string]string{"reg.test/a:1": "sha256:aa", "other.test/a:1": "sha256:aa"}, Password: "right"})
	for password, want := range map[string]string{"right": "", "canary": "unauthorized: authentication required"} {
		c := open(t, engine.Options{Host: e.Host, Environ: []string{"DOCKER_CONFIG=" + loggedIn(t, map[string]string{"reg.test": "ann:" + password})}})
		got, err := c.Images(t.Context(), []string{"reg.test/a:1", "other.test/a:1"})
		if a := got["reg.test/a:1"]; err != nil || a.Err != want || a.Denied != (want != "") {
			t.Errorf("%s: %+v, %v", password, a, err)
		}
		hub := open(t, engine.Options{Host: e.Host, Environ: []string{"DOCKER_CONFIG=" + loggedIn(t, map[string]string{"https://index.docker.io/v1/": "ann:canary"})}})
		if own, err := hub.Images(t.Context(), []string{"only/here:1"}); err != nil || own["only/here:1"].Denied || own["only/here:1"].Err != "unauthorized: authentication required" {
			t.Errorf("Docker Hub: %+v, %v", own, err)
		}
		if o := got["other.test/a:1"]; o.Denied || o.Err != "no basic auth credentials" {
			t.Errorf("without a login: %+v", o)
		}
	}
}

// TestWritesCarryLogins: of the image's registry, by default of nobody; a spec
// that is taken back gets back the login it had.
func TestWritesCarryLogins(t *testing.T) {
	e := enginetest.Start(t)
	dir := loggedIn(t, map[string]string{"reg.test": "ann:secret"})
	sends := open(t, engine.Options{Host: e.Host, Logins: true, Environ: []string{"DOCKER_CONFIG=" + dir}})
	keeps := open(t, engine.Options{Host: e.Host, Environ: []string{"DOCKER_CONFIG=" + dir}})
	with := func(name, image string) stack.Service {
		s := service(name)
		s.Spec.TaskTemplate.ContainerSpec.Image = image
		return s
	}
	user := func(name, want string) {
		t.Helper()
		if got := e.Logins()[name]; got != want {
			t.Errorf("%s has the login of %q, want %q", name, got, want)
		}
	}
	create(t, sends, with("shop_private", "reg.test/a:1"))
	create(t, sends, with("shop_public", "nginx:1"))
	create(t, keeps, with("shop_kept", "reg.test/a:1"))
	user("shop_private", "ann")
	user("shop_public", "")
	user("shop_kept", "")

	// Bob's login for another registry, then back to the image before.
	bob := open(t, engine.Options{Host: e.Host, Logins: true, Environ: []string{"DOCKER_CONFIG=" + loggedIn(t, map[string]string{"bob.test": "bob:secret"})}})
	nobody := open(t, engine.Options{Host: e.Host, Logins: true})
	update := func(c *engine.Client, image string) {
		t.Helper()
		s, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		live := s.Services[slices.IndexFunc(s.Services, func(s swarm.Service) bool { return s.Spec.Name == "shop_private" })]
		_, err = c.Update(t.Context(), stack.Live{ID: live.ID, Version: live.Version, Service: &live}, with("shop_private", image).Spec)
		if err != nil {
			t.Fatal(err)
		}
	}
	update(bob, "bob.test/a:1")
	user("shop_private", "bob")
	update(nobody, "reg.test/a:1")
	user("shop_private", "ann")
}

// TestLoginsOfHelpers: the protocol of docker's credential helpers; one that
// fails is told without what it has printed.
func TestLoginsOfHelpers(t *testing.T) {
	bin := t.TempDir()
	for name, script := range map[string]string{
		"good": `read host; echo "{\"ServerURL\": \"$host\", \"Username\": \"AWS\", \"Secret\": \"canary\"}"`,
		"bad":  `echo canary; exit 1`,
	} {
		if err := os.WriteFile(filepath.Join(bin, "docker-credential-"+name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	dir := dockerFolder(t, `{"credHelpers": {"1.dkr.ecr.eu-1.amazonaws.com": "good", "bad.test": "bad"}}`, nil)
	c := open(t, engine.Options{Host: enginetest.Start(t).Host, Logins: true, Environ: []string{"DOCKER_CONFIG=" + dir}})
	if image := "1.dkr.ecr.eu-1.amazonaws.com/a:1"; !c.HasLogin(image) || c.HasLogin("bad.test/a:1") || c.HasLogin("none.test/a:1") {
		t.Error("who has a login is wrong")
	}
	var told []string
	for _, w := range c.LoginWarnings([]string{"1.dkr.ecr.eu-1.amazonaws.com/a:1", "1.dkr.ecr.eu-1.amazonaws.com/b:1", "bad.test/a:1", "none.test/a:1"}) {
		told = append(told, w.Msg)
	}
	text := strings.Join(told, "\n")
	if len(told) != 2 || !strings.Contains(told[0], "Amazon ECR, which ends after 12 hours") || !strings.Contains(told[1], `registry "bad.test": docker's login for it cannot be read`) || strings.Contains(text, "canary") {
		t.Errorf("warnings: %s", text)
	}
}
