package loader_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/loader"
	"github.com/stackup-cli/stackup/stack"
)

// difference is a case in which we deliberately do not send what docker stack
// deploy sent.
type difference struct {
	why []string // headings of docs/differences.md
	// mend is an override file with which the rest must be equal. Without one,
	// the case must differ.
	mend string
}

func differences() map[string]difference {
	return map[string]difference{
		"cli-full-example": {
			why: []string{"Dependencies", "Tmpfs", "Shared memory", "Security options"},
			mend: "services: {foo: {depends_on: !reset [], tmpfs: !reset [], shm_size: !reset 1, " +
				"security_opt: !reset []}}",
		},
		"ocariot": {
			why:  []string{"Dependencies"},
			mend: "services: {vault: {depends_on: !reset []}}",
		},
		"lnmp-example-fixed": {
			why:  []string{"Tmpfs", "Shared memory", "Security options"},
			mend: "services: {redis: {tmpfs: !reset [], shm_size: !reset 1, security_opt: !reset []}}",
		},
		"jacs-swarm":     {why: []string{"Merging files"}},
		"superset-jembi": {why: []string{"Merging files"}},
	}
}

// TestConformanceIsExplained: every case that differs names headings of
// docs/differences.md.
func TestConformanceIsExplained(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	for slug, d := range differences() {
		for _, heading := range d.why {
			if !strings.Contains(string(page), "\n## "+heading+"\n") {
				t.Errorf("%s: docs/differences.md has no heading %q", slug, heading)
			}
		}
	}
}

// corpus is the folder of real stack files.
func corpus() string {
	return cmp.Or(os.Getenv("STACKUP_CORPUS"), filepath.Join("..", "..", "shared", "corpus"))
}

// TestConformance compares what we make of real stack files with what docker
// stack deploy sent to the engine for the same files, environment and name.
func TestConformance(t *testing.T) {
	cases, _ := filepath.Glob(filepath.Join(corpus(), "*", "case.json"))
	if len(cases) == 0 {
		t.Skipf("no corpus of stack files in %s: set STACKUP_CORPUS", corpus())
	}
	t.Setenv("HOME", "/home/user") // as it was when the corpus was made
	accepted, equal := 0, 0
	for _, path := range cases {
		dir, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		slug := filepath.Base(dir)
		t.Run(slug, func(t *testing.T) {
			expected := differences()[slug]
			got, err := loadCase(t, dir, expected.mend)
			if err == nil && len(got.Secrets) == 0 { // hashing them takes its time
				checkResolved(t, caseOptions(t, dir, expected.mend), got)
			}
			want, ok := readRequests(t, dir)
			if !ok {
				return // docker refused it; that we do not panic is enough
			}
			accepted++
			diff := ""
			if err != nil {
				diff = err.Error()
			} else {
				diff = gocmp.Diff(want, sent(got), equateAddresses(),
					cmpopts.SortSlices(swarm.PortConfig.Compare)) // the CLI of the corpus sorted by published port only
			}
			switch {
			case diff == "" && expected.why == nil:
				equal++
			case diff == "" && expected.mend == "":
				t.Errorf("equal, but listed as different: %q", expected.why)
			case diff != "" && (expected.why == nil || expected.mend != ""):
				t.Errorf("docker stack deploy (-) and we (+) differ:\n%s", diff)
			}
		})
	}
	t.Logf("%d of %d cases equal to docker stack deploy, %d differ on purpose", equal, accepted, len(differences()))
}

func equateAddresses() gocmp.Option { return cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}) }

// requests are the bodies of the create calls for one stack, by name.
type requests struct {
	Services map[string]swarm.ServiceSpec
	Networks map[string]network.CreateRequest
	Configs  map[string]content
	Secrets  map[string]content
}

// content is a config or secret, its data as a digest.
type content struct {
	swarm.ConfigSpec
	Driver     *swarm.Driver
	DataSha256 string
}

func loadCase(t *testing.T, dir, mend string) (stack.Stack, error) {
	t.Helper()
	return loader.Load(t.Context(), caseOptions(t, dir, mend))
}

func caseOptions(t *testing.T, dir, mend string) loader.Options {
	t.Helper()
	var c struct {
		Files []string
		Env   map[string]string
	}
	decode(t, filepath.Join(dir, "case.json"), dir, &c)
	o := loader.Options{Files: c.Files, Name: filepath.Base(dir), Dir: dir}
	for k, v := range c.Env {
		o.Environ = append(o.Environ, k+"="+v)
	}
	o.Environ = append(o.Environ, "HOME=/home/user", "PWD="+dir)
	if mend != "" {
		o.Files, o.Stdin = append(o.Files, "-"), strings.NewReader(mend)
	}
	return o
}

func readRequests(t *testing.T, dir string) (requests, bool) {
	t.Helper()
	var r requests
	path := filepath.Join(dir, "requests.json")
	if _, err := os.Stat(path); err != nil {
		return r, false
	}
	decode(t, path, dir, &r)
	return r, true
}

// decode reads a file of a case, in which ${CASE} stands for its folder.
func decode(t *testing.T, path, dir string, to any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(bytes.ReplaceAll(b, []byte("${CASE}"), []byte(dir)), to); err != nil {
		t.Fatal(err)
	}
}

// sent is a stack in the form of requests: names of contents are docker's, and
// what is not there looks as it does after a trip through JSON.
func sent(s stack.Stack) requests {
	r := requests{
		Services: map[string]swarm.ServiceSpec{}, Networks: map[string]network.CreateRequest{},
		Configs: map[string]content{}, Secrets: map[string]content{},
	}
	base := map[string]string{}
	for _, o := range s.Configs {
		base[o.Spec.Name] = o.Base
		if !o.External {
			c := content{ConfigSpec: o.Spec, DataSha256: digest(o.Spec.Data)}
			c.Name, c.Data = o.Base, nil
			r.Configs[o.Base] = c
		}
	}
	for _, o := range s.Secrets {
		base[o.Spec.Name] = o.Base
		if !o.External {
			c := content{Driver: o.Spec.Driver, DataSha256: digest(o.Data)}
			c.Annotations, c.Templating = o.Spec.Annotations, o.Spec.Templating
			c.Name = o.Base
			r.Secrets[o.Base] = c
		}
	}
	for _, o := range s.Networks {
		if !o.External {
			r.Networks[o.Spec.Name] = o.Spec
		}
	}
	for _, o := range s.Services {
		spec := o.Spec
		for _, ref := range spec.TaskTemplate.ContainerSpec.Configs {
			ref.ConfigName, ref.ConfigID = base[ref.ConfigName], "<id>"
		}
		for _, ref := range spec.TaskTemplate.ContainerSpec.Secrets {
			ref.SecretName, ref.SecretID = base[ref.SecretName], "<id>"
		}
		if p := spec.TaskTemplate.ContainerSpec.Privileges; p.CredentialSpec != nil && p.CredentialSpec.Config != "" {
			p.CredentialSpec.Config = "<id>"
		}
		r.Services[spec.Name] = spec
	}
	return throughJSON(r)
}

func throughJSON(r requests) requests {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	var out requests
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
