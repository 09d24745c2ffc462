package engine_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/stack"
)

func TestOpenChoosesTheHost(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///of/the/process.sock") // must not count
	for name, test := range map[string]struct {
		o    engine.Options
		want string
	}{
		"option":      {engine.Options{Host: "unix:///option", Environ: []string{"DOCKER_HOST=unix:///env"}}, "unix:///option"},
		"environment": {engine.Options{Environ: []string{"DOCKER_HOST=unix:///old", "DOCKER_HOST=unix:///env"}}, "unix:///env"},
	} {
		_, err := open(t, test.o).Observe(t.Context(), stack.Stack{Name: "shop"})
		if !errors.Is(err, stack.ErrUnreachable) || !strings.Contains(err.Error(), `engine "`+test.want+`"`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for host, want := range map[string]string{
		"10.0.0.1:2375": `engine "10.0.0.1:2375": not an address`,
		"unix://":       `engine "unix://": not an address`,
		"ssh://":        `engine "ssh://": not an address`,
		"https://there": `engine "https://there": the scheme "https" is not known`,
		"fd://3":        `engine "fd://3": the scheme "fd" is not known`,
	} {
		_, err := engine.Open(engine.Options{Host: host})
		var e *stack.Error
		if !errors.As(err, &e) || err.Error() != want || e.Hint == "" {
			t.Errorf("got %v, want %s and a hint", err, want)
		}
	}
	_, err := engine.Open(engine.Options{Host: "tcp://h:1", Environ: []string{"DOCKER_TLS_VERIFY=1", "HOME=/nowhere"}})
	if err == nil || !strings.Contains(err.Error(), "/nowhere/.docker/ca.pem") {
		t.Errorf("without certificates: %v", err)
	}
	if _, err = engine.Open(engine.Options{Environ: []string{"DOCKER_API_VERSION=new"}}); err == nil {
		t.Error("an API version that is none is accepted")
	}
}

func TestRequestsCarryVersionAndAgent(t *testing.T) {
	e := enginetest.Start(t)
	var other atomic.Int32
	e.SetFault(func(r *http.Request) (int, string) {
		if r.Header.Get("User-Agent") != "stackup/1" ||
			!strings.HasPrefix(r.URL.Path, "/v1.40/") && r.URL.Path != "/_ping" {
			other.Add(1)
		}
		return 0, ""
	})
	c := open(t, engine.Options{Host: e.Host, UserAgent: "stackup/1", Environ: []string{"DOCKER_API_VERSION=1.40"}})
	s, err := c.Observe(t.Context(), stack.Stack{Name: "shop"})
	if err != nil || s.Target != (stack.Target{Host: e.Host, APIVersion: "1.40", Cluster: "cluster1"}) || other.Load() > 0 {
		t.Errorf("%+v, %v; %d requests are different", s.Target, err, other.Load())
	}
}

// DOCKER_TLS_VERIFY may be meant for another engine.
func TestSocketsDoWithoutTLS(t *testing.T) {
	c := open(t, engine.Options{Host: enginetest.Start(t).Host, Environ: []string{"DOCKER_TLS_VERIFY=1", "HOME=/nowhere"}})
	if _, err := c.Observe(t.Context(), stack.Stack{Name: "shop"}); err != nil {
		t.Error(err)
	}
}

// As the docker command does it, with a certificate for both sides.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(enginetest.New())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // what is wrong is looked for at the client
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	host := "tcp://" + server.Listener.Addr().String()
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, block := range map[string]*pem.Block{
		"ca.pem":   {Type: "CERTIFICATE", Bytes: server.Certificate().Raw},
		"cert.pem": {Type: "CERTIFICATE", Bytes: server.Certificate().Raw},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, engine.Options{Host: host, Environ: []string{"DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH=" + dir}})
	if _, err := c.Observe(t.Context(), stack.Stack{Name: "shop"}); err != nil {
		t.Error(err)
	}

	_, err = open(t, engine.Options{Host: host}).Observe(t.Context(), stack.Stack{Name: "shop"})
	var e *stack.Error
	if !errors.Is(err, stack.ErrUnreachable) || !errors.As(err, &e) || !strings.Contains(e.Hint, "DOCKER_TLS_VERIFY") {
		t.Errorf("without TLS: %v", err)
	}
}
