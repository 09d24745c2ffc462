package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestSSH plans and applies a stack of a hundred services through a real sshd,
// and counts logins.
func TestSSH(t *testing.T) {
	t.Parallel()
	p := newProxy(t)
	s := newSSHD(t, p.host)
	dir := write(t, "compose.yaml", servicesOf(100, app1, 0))
	destroyAfter(t, "tunnel")
	few := func(what string, args ...string) result {
		t.Helper()
		before, requests := s.logins(t), p.requests.Load()
		r := want(t, 0, dir, s.client, args...)
		n := s.logins(t) - before
		t.Logf("%s: %d connections, %d requests", what, n, p.requests.Load()-requests)
		if n < 1 || n > 4 {
			t.Errorf("%s opened %d connections, want 4 at most", what, n)
		}
		return r
	}
	r := few("the first plan", "plan", "tunnel", "-c", "compose.yaml")
	contains(t, r.stdout, s.host, "cluster ", "101 to create")
	few("the apply", "apply", "tunnel", "-c", "compose.yaml", "-y")
	contains(t, few("an unchanged plan", "plan", "tunnel", "-c", "compose.yaml").stdout, "nothing to do")
	few("an unchanged apply", "apply", "tunnel", "-c", "compose.yaml", "-y")

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

// TestTLS reaches the engine by TLS with a CA of the test's own: by variables,
// and by a context that docker has made.
func TestTLS(t *testing.T) {
	t.Parallel()
	good, other := newAuthority(t), newAuthority(t)
	host := serveTLS(t, good)
	dir := write(t, "compose.yaml", "services: {web: {image: "+app1+"}}")
	args := []string{"plan", "secure", "-c", "compose.yaml"}
	with := func(more ...string) []string {
		return append([]string{"DOCKER_HOST=" + host, "DOCKER_TLS_VERIFY=1"}, more...)
	}
	contains(t, want(t, 0, dir, with("DOCKER_CERT_PATH="+good.dir), args...).stdout, "secure on "+host)
	contains(t, want(t, 1, dir, with("DOCKER_CERT_PATH="+other.dir), args...).stderr,
		`engine "`+host+`": its certificate is not signed by the CA that is expected`, "hint: the CA is ca.pem in DOCKER_CERT_PATH")

	config := t.TempDir()
	create := func(name string, a, b authority) {
		t.Helper()
		cmd := exec.Command("docker", "context", "create", name, "--docker",
			"host="+host+",ca="+a.dir+"/ca.pem,cert="+b.dir+"/cert.pem,key="+b.dir+"/key.pem")
		cmd.Env = append(os.Environ(), "DOCKER_CONFIG="+config)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("docker context create: %v\n%s", err, out)
		}
	}
	create("good", good, good)
	create("wrong-ca", other, good)
	create("wrong-key", good, other)
	folder := []string{"DOCKER_HOST=", "DOCKER_CONFIG=" + config}
	contains(t, want(t, 0, dir, folder, append(args, "--context", "good")...).stdout, "secure on context good ("+host+"), cluster ")
	contains(t, want(t, 0, dir, append(folder, "DOCKER_CONTEXT=good"), args...).stdout, "secure on context good ("+host+"), cluster ")
	contains(t, want(t, 1, dir, folder, append(args, "--context", "wrong-ca")...).stderr, "its certificate is not signed by the CA that is expected")
	contains(t, want(t, 1, dir, folder, append(args, "--context", "wrong-key")...).stderr, "it does not take the client's certificate: ")
	contains(t, want(t, 1, dir, folder, append(args, "--context", "nosuch")...).stderr, `context "nosuch" does not exist`, "hint: these do: default, good, wrong-ca, wrong-key")

	use := exec.Command("docker", "context", "use", "good")
	use.Env = append(os.Environ(), "DOCKER_CONFIG="+config, "DOCKER_HOST=")
	if out, err := use.CombinedOutput(); err != nil {
		t.Fatalf("docker context use: %v\n%s", err, out)
	}
	contains(t, want(t, 0, dir, folder, args...).stdout, "secure on context good ("+host+"), cluster ")
	contains(t, want(t, 0, dir, append(folder, "DOCKER_HOST="+swarm.Host), args...).stdout, "secure on "+swarm.Host)
}
