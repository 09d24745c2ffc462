package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"testing"

	"github.com/moby/moby/client"
)

// TestHistory applies three files, goes back to the first, and finds out what
// somebody has changed since. The secret is in none of what the swarm keeps but
// in the secret.
func TestHistory(t *testing.T) {
	t.Parallel()
	const name, canary = "past", "canary-7f3a9c51e2"
	dir := write(t, "compose.yaml", `
x-stackup: {wait: {stable: 500ms}}
services:
  web:
    image: $IMAGE
    configs: [text]
    secrets: [word]
    deploy: {update_config: {monitor: 500ms}}
configs: {text: {content: $TEXT}}
secrets: {word: {environment: WORD}}
`)
	file := []string{name, "-c", "compose.yaml"}
	destroyAfter(t, name)
	var environ [][]string
	for _, e := range [][3]string{{app1, "one", canary}, {app2, "two", canary + "-2"}, {app2, "three", canary + "-3"}} {
		environ = append(environ, []string{"IMAGE=" + e[0], "TEXT=" + e[1], "WORD=" + e[2]})
		want(t, 0, dir, environ[len(environ)-1], append([]string{"apply", "-y"}, file...)...)
	}
	want(t, 0, dir, environ[2], append([]string{"apply", "-y"}, file...)...) // changes nothing, and is no revision
	revisions := func(n int) {
		t.Helper()
		var list struct {
			Revisions []struct{ Revision int }
		}
		text := want(t, 0, dir, nil, "history", name, "--json").stdout
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list.Revisions) != n || list.Revisions[0].Revision != n {
			t.Errorf("%v, want %d revisions:\n%s", err, n, text)
		}
	}
	revisions(3)
	contains(t, want(t, 0, dir, nil, "history", name).stdout, "4 to create", "1 to update")

	r := want(t, 3, dir, nil, "rollback", name, "1") // nobody can be asked
	contains(t, r.stdout, app2+" -> "+app1)
	want(t, 0, dir, nil, "rollback", name, "1", "-y")
	settled(t, dir, environ[0], file...)
	runs := services(t, name)["past_web"].Spec.TaskTemplate.ContainerSpec
	text, err := api(t).ConfigInspect(t.Context(), runs.Configs[0].ConfigID, client.ConfigInspectOptions{})
	if err != nil || string(text.Config.Spec.Data) != "one" || runs.Image != app1 {
		t.Errorf("%s runs with %q (%v)", runs.Image, text.Config.Spec.Data, err)
	}
	revisions(4)

	contains(t, want(t, 0, dir, nil, "drift", name).stdout, "4")
	docker(t, "service", "scale", "--detach", "past_web=3")
	contains(t, want(t, 2, dir, nil, "drift", name).stdout, "past_web", "deploy.replicas")
	r = want(t, 2, dir, environ[0], append([]string{"plan", "--detailed-exitcode"}, file...)...)
	contains(t, r.stdout, "Changed outside since revision 4", "deploy.replicas 1 -> 3", "deploy.replicas 3 -> 1")
	hidden(t, canary)

	want(t, 0, dir, nil, "destroy", name, "-y")
	gone(t, name)
}

// hidden demands that no config of the swarm has these bytes, compressed or not.
func hidden(t *testing.T, canary string) {
	t.Helper()
	r, err := api(t).ConfigList(t.Context(), client.ConfigListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	unpacked := 0
	for _, c := range r.Items {
		data := c.Spec.Data
		if z, err := gzip.NewReader(bytes.NewReader(data)); err == nil {
			if data, err = io.ReadAll(z); err != nil {
				t.Errorf("%s: %v", c.Spec.Name, err)
			}
			unpacked++
		}
		labels, err := json.Marshal(c.Spec.Labels)
		if err != nil || bytes.Contains(append(data, labels...), []byte(canary)) {
			t.Errorf("config %s has the secret (%v)", c.Spec.Name, err)
		}
	}
	if unpacked < 4 {
		t.Errorf("%d revisions looked at", unpacked)
	}
}
