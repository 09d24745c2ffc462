package loader_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	composeloader "github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// busy is a stack with something of everything that could come out in one
// order or another.
const busy = `
services:
  web:
    image: nginx
    environment: {B: b, A: a, C: }
    labels: {b: b, a: a}
    networks: {front: {aliases: [x]}, back: }
    ports: ["443:443", "80-82:80-82", 9000]
    configs: [{source: c, target: /2}, {source: c, target: /1}, d]
    secrets: [s]
    ulimits: {nofile: 10, core: 0, nproc: {soft: 1, hard: 2}}
    extra_hosts: {b: 10.0.0.2, a: 10.0.0.1}
    cap_add: [NET_ADMIN, SYS_TIME]
    sysctls: {b: 1, a: 2}
    privileged: true
    devices: [/dev/null]
    depends_on: [db, cache]
  db: {image: postgres, privileged: true}
  cache: {image: redis, x-a: $UNSET}
networks: {front: {driver_opts: {b: b, a: a}}, back: }
configs: {c: {content: c}, d: {content: d}}
secrets: {s: {environment: SECRET, name: pinned}}
`

// TestSameFilesGiveTheSameStack: what is loaded depends on nothing but the
// files and options, however often and in whatever company it is done.
func TestSameFilesGiveTheSameStack(t *testing.T) {
	load := func() stack.Stack {
		s, err := loader.Load(t.Context(), loader.Options{
			Name: "shop", Files: []string{"-"}, Stdin: strings.NewReader(busy), Environ: []string{"SECRET=x"},
		})
		if err != nil {
			t.Error(err)
		}
		return s
	}
	want := load()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				if got := load(); !reflect.DeepEqual(got, want) {
					t.Errorf("got %+v\nwant %+v", got, want)
				}
			}
		})
	}
	all.Wait()
}

// TestLoggerIsGivenBack: compose-go logs to the logger of the whole process.
// Nobody else must notice that it was borrowed.
func TestLoggerIsGivenBack(t *testing.T) {
	var out strings.Builder
	logger := logrus.StandardLogger()
	defer logger.SetOutput(logger.Out)
	defer logger.SetLevel(logger.GetLevel())
	logger.SetOutput(&out)
	logger.SetLevel(logrus.ErrorLevel)

	s, err := loader.Load(t.Context(), loader.Options{
		Name: "shop", Files: []string{"-"}, Stdin: strings.NewReader("services: {a: {image: nginx, command: $UNSET}}"),
	})
	if err != nil || len(s.Warnings) != 1 {
		t.Error("want one warning", s.Warnings, err)
	}
	if logger.Out != io.Writer(&out) || logger.GetLevel() != logrus.ErrorLevel || out.Len() > 0 {
		t.Error("the logger was left changed or used:", logger.GetLevel(), out.String())
	}
}

// TestSecretsAreNotShown: whatever is printed of a stack, and whatever goes
// wrong, no secret is in it.
func TestSecretsAreNotShown(t *testing.T) {
	const secret = "correct horse battery staple"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"services: {a: {image: nginx, secrets: [s, e]}}\nsecrets: {s: {file: s}, e: {environment: S}}",
		"services: {a: {image: nginx, secrets: [s]}}\nsecrets: {s: {file: s, name: _}}",
	} {
		s, err := loader.Load(t.Context(), loader.Options{
			Name: "shop", Dir: dir, Files: []string{"-"}, Stdin: strings.NewReader(text), Environ: []string{"S=" + secret},
		})
		asJSON, _ := json.Marshal(s)
		all := fmt.Sprintf("%v %+v %#v %v %s", s, s, s, err, asJSON)
		bytes := strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]")
		for _, form := range []string{secret, bytes, base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(all, form) {
				t.Errorf("a secret is shown as %q: %s", form, all)
			}
		}
	}
}

// TestCancelled: a context that is done ends the load.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := loader.Load(ctx, loader.Options{
		Name: "shop", Files: []string{"-"}, Environ: []string{"SECRET=x"},
		Stdin: strings.NewReader("services: {a: {image: nginx}}\nsecrets: {s: {environment: SECRET}}"),
	})
	if !errors.Is(err, context.Canceled) {
		t.Error("want context.Canceled, got", err)
	}
}

// BenchmarkLoad compares loading with what compose-go alone takes for it.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		text := manyServices(n)
		b.Run(fmt.Sprintf("stackup/%d", n), func(b *testing.B) {
			for b.Loop() {
				_, err := loader.Load(b.Context(), loader.Options{
					Name: "shop", Files: []string{"-"}, Stdin: strings.NewReader(text),
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("compose-go/%d", n), func(b *testing.B) {
			for b.Loop() {
				details := types.ConfigDetails{
					Environment: types.Mapping{},
					ConfigFiles: []types.ConfigFile{{Filename: "-", Content: []byte(text)}},
				}
				_, err := composeloader.LoadWithContext(b.Context(), details, func(o *composeloader.Options) {
					o.SetProjectName("shop", true)
					o.MaxNodeVisits = 10_000_000
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func manyServices(n int) string {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range n {
		fmt.Fprintf(&b, `  service-%[1]d:
    image: registry.example.test/team/app-%[1]d:1.2.3
    command: [serve, --port, "8080"]
    environment: {LOG_LEVEL: info, PORT: 8080, DATABASE_URL: "postgres://db/app-%[1]d"}
    networks: [front, back]
    ports: ["%[2]d:8080"]
    volumes: ["data:/var/lib/data"]
    configs: [app]
    healthcheck: {test: [CMD, curl, -f, localhost], interval: 10s}
    deploy:
      replicas: 2
      labels: {traefik.enable: "true"}
      resources: {limits: {cpus: "0.5", memory: 256M}}
      update_config: {order: start-first, failure_action: rollback}
`, i, 10000+i)
	}
	b.WriteString("networks: {front: , back: }\nvolumes: {data: }\nconfigs: {app: {content: hello}}\n")
	return b.String()
}
