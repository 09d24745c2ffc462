package loader_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// TestReadSecret: what was loaded can be read again, and nothing else.
func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) {
		if err := os.WriteFile(filepath.Join(dir, "token"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("canary-file")
	s, err := loader.Load(t.Context(), loader.Options{
		Dir: dir, Files: []string{"-"}, Environ: []string{"T=canary-env"}, Stdin: strings.NewReader(`
name: shop
services: {a: {image: nginx, secrets: [env, file, made, pinned, template]}}
secrets:
  env: {environment: T}
  file: {file: ./token}
  made: {driver: vault}
  pinned: {file: ./token, name: "pinned"}
  template: {file: ./token, template_driver: golang}
`),
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(key string, environ ...string) (string, error) {
		for _, secret := range s.Secrets {
			if secret.Key == key {
				data, err := loader.ReadSecret(t.Context(), s.Name, secret, environ)
				return string([]byte(data)), err
			}
		}
		t.Fatalf("no secret %q", key)
		return "", nil
	}
	for key, want := range map[string]string{
		"env": "canary-env", "file": "canary-file", "made": "", "pinned": "canary-file", "template": "canary-file",
	} {
		if got, err := read(key, "T=canary-old", "T=canary-env"); got != want || err != nil {
			t.Errorf("%s: %q, %v", key, got, err)
		}
	}
	refused := func(key, want string, environ ...string) {
		t.Helper()
		got, err := read(key, environ...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") || got != "" {
			t.Errorf("%s: %q, %v; want %s", key, got, err, want)
		}
	}
	refused("env", `variable "T" is not set`, "X=1")
	refused("env", "its content has changed since the plan", "T=canary-new")
	write("canary-new")
	for _, key := range []string{"file", "pinned", "template"} {
		refused(key, "its content has changed since the plan")
	}
	if err := os.Remove(filepath.Join(dir, "token")); err != nil {
		t.Fatal(err)
	}
	refused("file", "cannot be read: no such file")
	if data, err := loader.ReadSecret(t.Context(), "shop", stack.Secret{External: true}, nil); data != nil || err != nil {
		t.Errorf("external: %v, %v", data, err)
	}
}
