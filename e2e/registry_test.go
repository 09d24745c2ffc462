package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// store is a docker-registry at the same loopback address here and on each
// node of a swarm, with one store for all: as if it were one that all can reach.
type store struct {
	host  string // 127.0.0.1:PORT
	login string // user:password; empty if none is asked for
	dir   string
	away  []func() // stops it on a node
	nodes []string // sockets of the engines
}

// newRegistry starts one that asks for this login, or for none.
func newRegistry(t *testing.T, login string, hosts ...string) *store {
	t.Helper()
	r := &store{host: fmt.Sprintf("127.0.0.1:%d", freePort(t)), login: login, dir: t.TempDir(), nodes: hosts}
	auth := ""
	if user, password, ok := strings.Cut(login, ":"); ok {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
		if err != nil {
			t.Fatal(err)
		}
		r.put(t, "htpasswd", user+":"+string(hash)+"\n")
		auth = "auth: {htpasswd: {realm: test, path: " + r.dir + "/htpasswd}}\n"
	}
	r.put(t, "config.yml", "version: 0.1\nlog: {accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: "+r.dir+"/data}}\n"+
		"http: {addr: '"+r.host+"', headers: {}}\n"+auth)
	r.run(t, "") // here, to be pushed to
	r.start(t)
	return r
}

func (r *store) put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start starts it on the nodes, again if it was stopped.
func (r *store) start(t *testing.T) {
	t.Helper()
	for _, host := range r.nodes {
		r.away = append(r.away, r.run(t, networkOf(t, host)))
	}
}

// stop stops it on the nodes.
func (r *store) stop() {
	for _, stop := range r.away {
		stop()
	}
	r.away = nil
}

// run starts one process in a network, or in this one, and returns what ends it.
func (r *store) run(t *testing.T, network string) (stop func()) {
	t.Helper()
	args := []string{"docker-registry", "serve", r.dir + "/config.yml"}
	if network != "" {
		args = append([]string{"nsenter", "--net=" + network}, args...)
	}
	var said text
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	}
	t.Cleanup(stop)
	eventually(t, "the registry listens", func() bool { return strings.Contains(said.String(), "listening on") })
	return stop
}

// networkOf is the network namespace of an engine: its daemon's.
func networkOf(t *testing.T, host string) string {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range processes {
		words, _ := os.ReadFile(file)
		if bytes.HasPrefix(words, []byte("dockerd\x00")) && bytes.Contains(words, []byte("\x00"+host+"\x00")) {
			return filepath.Join(filepath.Dir(file), "ns/net")
		}
	}
	t.Fatalf("no dockerd listens at %s", host)
	return ""
}

// push makes an image name:1 of the test program there. Another note is another
// digest, which is returned.
func (r *store) push(t *testing.T, name, note string) (digest string) {
	t.Helper()
	layer := savedLayer(t)
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/app"}, "Env": []string{"VERSION=1"}, "Labels": map[string]string{"note": note}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digestOf(layer)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const docker = "application/vnd.docker."
	part := func(kind string, b []byte) map[string]any {
		r.blob(t, name, b)
		return map[string]any{"mediaType": docker + kind, "digest": digestOf(b), "size": len(b)}
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": docker + "distribution.manifest.v2+json",
		"config": part("container.image.v1+json", config), "layers": []any{part("image.rootfs.diff.tar.gzip", packed(t, layer))},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.do(t, "PUT", "/v2/"+name+"/manifests/1", docker+"distribution.manifest.v2+json", manifest)
	return digestOf(manifest)
}

// blob uploads a part of an image.
func (r *store) blob(t *testing.T, name string, b []byte) {
	t.Helper()
	at := r.do(t, "POST", "/v2/"+name+"/blobs/uploads/", "", nil)
	sep := "?"
	if strings.Contains(at, "?") {
		sep = "&"
	}
	r.do(t, "PUT", strings.TrimPrefix(at, "http://"+r.host)+sep+"digest="+digestOf(b), "application/octet-stream", b)
}

func (r *store) do(t *testing.T, method, path, kind string, body []byte) (location string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.host+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if user, password, ok := strings.Cut(r.login, ":"); ok {
		req.SetBasicAuth(user, password)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	return resp.Header.Get("Location")
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil || w.Close() != nil {
		t.Fatal("cannot be compressed", err)
	}
	return out.Bytes()
}

// savedLayer is the one layer of the test image, as the engine has it.
func savedLayer(t *testing.T) []byte {
	t.Helper()
	out, err := exec.Command("docker", "--host", swarm.Host, "save", app1).Output()
	if err != nil {
		t.Fatal(err)
	}
	for files := tar.NewReader(bytes.NewReader(out)); ; {
		f, err := files.Next()
		if err != nil {
			t.Fatalf("no layer in the saved image: %v", err)
		}
		if strings.HasSuffix(f.Name, "layer.tar") {
			layer, err := io.ReadAll(files)
			if err != nil {
				t.Fatal(err)
			}
			return layer
		}
	}
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
