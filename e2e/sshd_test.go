package e2e

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sshd is a server on loopback that takes one key, which is the test's own.
type sshd struct {
	host   string   // of the engine, as seen through it
	client []string // the environment in which ssh finds it
	dir    string
	log    string
}

// newSSHD leads to the engine behind a socket.
func newSSHD(t *testing.T, engine string) *sshd {
	t.Helper()
	s := &sshd{dir: t.TempDir()}
	s.log = filepath.Join(s.dir, "log")
	for _, key := range []string{"host", "user", "stranger"} {
		s.must(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, key))
	}
	port := freePort(t)
	s.host = fmt.Sprintf("ssh://root@127.0.0.1:%d%s", port, strings.TrimPrefix(engine, "unix://"))
	server := fmt.Sprintf(`ListenAddress 127.0.0.1:%d
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/user.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
LogLevel VERBOSE
MaxStartups 10
`, port, s.dir)
	public, err := os.ReadFile(filepath.Join(s.dir, "host.pub"))
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, "sshd_config", server, 0o600)
	s.put(t, "known_hosts", fmt.Sprintf("[127.0.0.1]:%d %s", port, public), 0o600)
	s.put(t, "config", fmt.Sprintf("Host *\n IdentityFile %[1]s/user\n IdentitiesOnly yes\n UserKnownHostsFile %[1]s/known_hosts\n BatchMode yes\n", s.dir), 0o600)
	// The user's own ssh reads its configuration in the home directory of the
	// password file. The test's is elsewhere.
	s.put(t, "bin/ssh", "#!/bin/sh\nexec /usr/bin/ssh -F "+s.dir+"/config \"$@\"\n", 0o700)
	s.client = []string{"PATH=" + s.dir + "/bin:" + os.Getenv("PATH"), "DOCKER_HOST=" + s.host}
	s.run(t)
	return s
}

func (s *sshd) run(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { //nolint:gosec // where sshd wants it
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/sbin/sshd", "-D", "-f", s.dir+"/sshd_config", "-E", s.log)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	eventually(t, "sshd listens", func() bool { return strings.Contains(s.said(t), "Server listening") })
}

func (s *sshd) said(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// logins is how many connections have been let in so far.
func (s *sshd) logins(t *testing.T) int {
	t.Helper()
	return strings.Count(s.said(t), "Accepted publickey")
}

func (s *sshd) put(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), mode)); err != nil {
		t.Fatal(err)
	}
}

func (s *sshd) must(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
