package e2e

import (
	"slices"
	"strings"
	"testing"
)

// TestAgainAndAgain destroys a stack and applies it at once, ten times: what is
// gone does not stand in the way of what comes.
func TestAgainAndAgain(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", `
x-stackup: {wait: {stable: 200ms}}
services:
  web: {image: stackup-test/app:1, networks: [front, back], ports: ["7201:80"], configs: [text], secrets: [word]}
  db: {image: stackup-test/app:1, networks: [back], ports: [{target: 80, published: "7202", mode: host}], deploy: {replicas: 1}}
networks:
  front: {attachable: true}
  back: {ipam: {config: [{subnet: 10.98.7.0/24}]}}
configs: {text: {content: one}}
secrets: {word: {environment: WORD}}
`)
	environ := []string{"WORD=word"}
	destroyAfter(t, "again")
	for range 10 {
		want(t, 0, dir, environ, "apply", "again", "-c", "compose.yaml", "-y", "--timeout", "5m")
		want(t, 0, dir, nil, "destroy", "again", "-y", "--timeout", "5m")
		gone(t, "again")
	}
}

// TestDockerTakesOver deploys over what stackup has applied, and removes it:
// the stack is one of docker's.
func TestDockerTakesOver(t *testing.T) {
	t.Parallel()
	dir := write(t, "compose.yaml", `
version: "3.8"
services:
  web: {image: stackup-test/app:1, networks: [front], configs: [text], deploy: {replicas: 2}}
networks: {front: {}}
configs: {text: {file: ./text}}
`, "text", "one")
	stack := func(args ...string) string {
		t.Helper()
		return docker(t, append([]string{"stack"}, args...)...)
	}
	want(t, 0, dir, nil, "apply", "passed", "-c", "compose.yaml", "-y")
	contains(t, stack("ls"), "passed")
	stack("deploy", "--resolve-image", "never", "--detach=false", "-c", dir+"/compose.yaml", "passed")
	if n := len(running(t, "passed_web")); n != 2 {
		t.Errorf("%d tasks run, want 2", n)
	}
	settled(t, dir, nil, "passed", "-c", "compose.yaml")
	stack("rm", "passed")
	eventually(t, "docker has removed the stack", func() bool { return len(left(t, "passed")) == 0 })

	// What docker does not know of goes with the next destroy.
	names := ours(t, "passed")
	if !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "latest") }) {
		t.Errorf("stackup remembers %v", names)
	}
	want(t, 0, dir, nil, "destroy", "passed", "-y")
	gone(t, "passed")
}
