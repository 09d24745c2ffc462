package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/e2e/throwaway"
)

// TestSSH plans and applies a stack of a hundred services through a real sshd,
// and counts logins.
func TestSSH(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	s := newSSHD(t, p.host)
	dir := write(t, "compose.yaml", servicesOf(100, app1, 0))
	destroyAfter(t, "tunnel")
	// Four at a time. An apply may open more one after another: a request that is
	// given up, because the machine is slow, takes its connection along.
	few := func(what string, most int, args ...string) result {
		t.Helper()
		before, requests := s.logins(t), p.requests.Load()
		r := want(t, 0, dir, s.client, args...)
		n := s.logins(t) - before
		fmt.Printf("ssh: %s: %d connections, %d requests\n", what, n, p.requests.Load()-requests)
		if n < 1 || n > most {
			t.Errorf("%s opened %d connections, want %d at most", what, n, most)
		}
		return r
	}
	r := few("the first plan of 100 services", 4, "plan", "tunnel", "-c", "compose.yaml")
	contains(t, r.stdout, s.host, "cluster ", "101 to create")
	few("the apply", 8, "apply", "tunnel", "-c", "compose.yaml", "-y")
	contains(t, few("an unchanged plan", 4, "plan", "tunnel", "-c", "compose.yaml").stdout, "nothing to do")
	few("an unchanged apply", 8, "apply", "tunnel", "-c", "compose.yaml", "-y")

	// What is wrong is said in ssh's own words, or in those of the far side.
	nobody := strings.Replace(s.host, "docker.sock", "no.sock", 1)
	contains(t, want(t, 1, dir, s.client, "plan", "tunnel", "-c", "compose.yaml", "-H", nobody).stderr, "on the far side: ", "no.sock", "hint: ")
	nowhere := "ssh://root@127.0.0.1:1"
	contains(t, want(t, 1, dir, s.client, "plan", "tunnel", "-c", "compose.yaml", "-H", nowhere).stderr, `engine "`+nowhere+`": ssh: connect to host 127.0.0.1 port 1: Connection refused`, "hint: ")
	if err := os.Rename(s.dir+"/stranger", s.dir+"/user"); err != nil {
		t.Fatal(err)
	}
	contains(t, want(t, 1, dir, s.client, "plan", "tunnel", "-c", "compose.yaml").stderr, "Permission denied (publickey")
}

// TestTLS reaches a dockerd that wants TLS with a CA of the test's own: by
// variables, and by a context that docker has made.
func TestTLS(t *testing.T) {
	t.Parallel()
	good, other := newAuthority(t), newAuthority(t)
	const host = "tcp://127.0.0.1:2376" // in the node's own network
	s, err := throwaway.Start(t.Context(), throwaway.Options{Daemon: []string{
		"-H", host, "--tlsverify", "--tlscacert", good.dir + "/ca.pem", "--tlscert", good.dir + "/cert.pem", "--tlskey", good.dir + "/key.pem",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	network, err := s.Network(0)
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, "compose.yaml", "services: {web: {image: "+app1+"}}")
	there := func(code int, environ []string, args ...string) result {
		t.Helper()
		return startBy(t, []string{"nsenter", "--net=" + network}, dir, append([]string{"DOCKER_HOST="}, environ...), args...).ends(t, code)
	}
	args := []string{"plan", "secure", "-c", "compose.yaml"}
	with := func(more ...string) []string {
		return append([]string{"DOCKER_HOST=" + host, "DOCKER_TLS_VERIFY=1"}, more...)
	}
	contains(t, there(0, with("DOCKER_CERT_PATH="+good.dir), args...).stdout, "secure on "+host)
	contains(t, there(1, with("DOCKER_CERT_PATH="+other.dir), args...).stderr,
		`engine "`+host+`": its certificate is not signed by the CA that is expected`, "hint: the CA is ca.pem in DOCKER_CERT_PATH")
	contains(t, there(1, []string{"DOCKER_HOST=" + host}, args...).stderr, `engine "`+host+`": `, "hint: ")

	config := t.TempDir()
	docker := func(args ...string) {
		t.Helper()
		cmd := exec.Command("docker", args...)
		cmd.Env = append(os.Environ(), "DOCKER_CONFIG="+config, "DOCKER_HOST=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("docker %v: %v\n%s", args, err, out)
		}
	}
	create := func(name string, a, b authority) {
		t.Helper()
		docker("context", "create", name, "--docker", "host="+host+",ca="+a.dir+"/ca.pem,cert="+b.dir+"/cert.pem,key="+b.dir+"/key.pem")
	}
	create("good", good, good)
	create("wrong-ca", other, good)
	create("wrong-key", good, other)
	folder := []string{"DOCKER_CONFIG=" + config}
	contains(t, there(0, folder, append(args, "--context", "good")...).stdout, "secure on context good ("+host+"), cluster ")
	contains(t, there(0, append(folder, "DOCKER_CONTEXT=good"), "apply", "secure", "-c", "compose.yaml", "-y").stdout, "secure on context good ("+host+"), cluster ")
	contains(t, there(1, folder, append(args, "--context", "wrong-ca")...).stderr, "its certificate is not signed by the CA that is expected")
	contains(t, there(1, folder, append(args, "--context", "wrong-key")...).stderr, "it does not take the client's certificate: ")
	contains(t, there(1, folder, append(args, "--context", "nosuch")...).stderr, `context "nosuch" does not exist`, "hint: these do: default, good, wrong-ca, wrong-key")

	docker("context", "use", "good")
	contains(t, there(0, folder, args...).stdout, "secure on context good ("+host+"), cluster ", "nothing to do")
	contains(t, there(0, append(folder, "DOCKER_HOST="+s.Host), args...).stdout, "secure on "+s.Host, "nothing to do")
}
