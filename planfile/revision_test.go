package planfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/planfile"
	"github.com/stackup-cli/stackup/stack"
)

// revised is a revision with every kind of object, and with content that does
// not belong into one.
func revised() stack.Revision {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	r := stack.Revision{
		Entry: stack.Entry{
			Number: 8, At: at, By: "ann@build1", URL: "https://ci.example/7", Tool: "stackup 1.0.0",
			PlanID: strings.Repeat("ab", 32), Summary: "1 to create, 2 to update",
			Refs: []stack.Ref{ref(stack.KindConfig, "shop_page-1"), ref(stack.KindSecret, "vault_key")},
		},
		Past:  []stack.Entry{{Number: 7, At: at.Add(-time.Hour), By: "bob@laptop", Tool: "stackup 0.9.0", Summary: "1 to delete"}},
		Stack: stack.Stack{Name: "shop", Revisions: 5},
	}
	for _, c := range sample().Plan.Changes {
		switch o := c.Want.(type) {
		case stack.Service:
			o.DependsOn = []stack.Dependency{{Key: "db", Condition: stack.Healthy}, {Key: "job", Condition: stack.Completed, Optional: true}}
			r.Stack.Services = append(r.Stack.Services, o)
		case stack.Network:
			r.Stack.Networks = append(r.Stack.Networks, o)
		case stack.Config:
			o.Base, o.Spec.Data = "shop_"+o.Key, []byte("content-canary")
			r.Stack.Configs = append(r.Stack.Configs, o)
		case stack.Secret:
			r.Stack.Secrets = append(r.Stack.Secrets, o)
		}
	}
	r.Stack.Secrets = append(r.Stack.Secrets, stack.Secret{Key: "vault_key", External: true, Spec: swarm.SecretSpec{Annotations: swarm.Annotations{Name: "vault_key"}}})
	return r
}

// withoutContent is a revision as it comes back.
func withoutContent(r stack.Revision) stack.Revision {
	for i := range r.Stack.Configs {
		r.Stack.Configs[i].Spec.Data = nil
	}
	for i := range r.Stack.Secrets {
		s := &r.Stack.Secrets[i]
		s.Data, s.Source, s.Spec.Data = nil, stack.SecretSource{}, nil
	}
	return r
}

func pack(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil || z.Close() != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func unpack(tb testing.TB, data []byte) string {
	tb.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func marshalled(tb testing.TB, r stack.Revision) []byte {
	tb.Helper()
	data, err := planfile.MarshalRevision(r)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestRevision(t *testing.T) {
	data := marshalled(t, revised())
	if !bytes.Equal(data, marshalled(t, revised())) {
		t.Error("equal revisions have other bytes")
	}
	text := unpack(t, data)
	if strings.Contains(text, canary) || strings.Contains(text, "content-canary") || strings.Contains(text, "Y29udGVudC1jYW5hcnk") {
		t.Errorf("content of a secret or a config is in it:\n%s", text)
	}
	if !strings.Contains(text, "DB_PASSWORD=env-canary") {
		t.Error("a service could not be restored: its environment is not in it")
	}
	got, err := planfile.UnmarshalRevision(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(withoutContent(revised()), got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if _, err := planfile.UnmarshalRevision(marshalled(t, stack.Revision{})); err != nil {
		t.Error("an empty one:", err)
	}
}

// TestGoldenRevision: what was recorded once is read for ever, and means what it
// meant then. The files are never edited.
func TestGoldenRevision(t *testing.T) {
	const path = "testdata/revision-v1/everything-1.0"
	golden(t, path+".json", []byte(unpack(t, marshalled(t, revised()))))
	text, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := planfile.UnmarshalRevision(pack(t, string(text)))
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	raw, err := json.Marshal(r)
	if err != nil || json.Unmarshal(raw, &tree) != nil {
		t.Fatal(err)
	}
	means, err := json.MarshalIndent(filled(tree), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, path+".means.json", append(means, '\n'))
}

// TestRevisionRefused: what was not recorded by this, or is damaged.
func TestRevisionRefused(t *testing.T) {
	good := marshalled(t, revised())
	text := unpack(t, good)
	change := func(from, to string) []byte {
		if !strings.Contains(text, from) {
			t.Fatalf("%s is not in the text", from)
		}
		return pack(t, strings.Replace(text, from, to, 1))
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":               {nil, "not a revision: EOF"},
		"something else":        {[]byte("services:\n  web:\n"), "not a revision: gzip: invalid header"},
		"cut off":               {good[:len(good)/2], "not a revision: unexpected EOF"},
		"damaged":               {append(append([]byte{}, good[:len(good)-8]...), 1, 2, 3, 4, 5, 6, 7, 8), "not a revision: gzip: invalid checksum"},
		"a bomb":                {pack(t, strings.Repeat(" ", 65<<20)), "not a revision: it has more than 67108864 bytes"},
		"no JSON":               {pack(t, "x"), "not a revision: invalid character"},
		"other JSON":            {pack(t, "{}"), "not a revision: it has no format_version"},
		"higher major":          {change(`"format_version":"1.0"`, `"format_version":"2.0"`), "its format version is 2.0, this stackup reads 1.x"},
		"unknown field":         {change(`"stack":`, `"more":1,"stack":`), `unknown field "more"`},
		"unknown field in spec": {change(`"Image":"web:1"`, `"Imaeg":"web:1"`), `service "shop_web": unknown field "Imaeg"`},
		"unknown kind":          {change(`{"kind":"network"`, `{"kind":"volume"`), `volume "shop_back": kind "volume" is not known`},
		"other name":            {change(`"name":"shop_web"`, `"name":"shop_wet"`), `service "shop_wet": its spec has another name, "shop_web"`},
		"no spec":               {change(`"want":{"spec":`, `"want":{},"wants":{"spec":`), "unknown field"},
		"bad duration":          {change(`"5m0s"`, `"5x"`), `service "shop_web": time: unknown unit`},
		"more after it":         {pack(t, text+"{}"), "not a revision: invalid character"},
	} {
		if _, err := planfile.UnmarshalRevision(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	edited := strings.Replace(text, `"spec":{"Name":"shop_page-1"`, `"spec":{"Data":"Yw==","Name":"shop_page-1"`, 1)
	if r, err := planfile.UnmarshalRevision(pack(t, edited)); err != nil || edited == text || r.Stack.Configs[0].Spec.Data != nil {
		t.Error("a revision with content:", err)
	}
	later := strings.Replace(text, `"stack":`, `"more":1,"stack":`, 1)
	if _, err := planfile.UnmarshalRevision(pack(t, strings.Replace(later, `"1.0"`, `"1.9"`, 1))); err != nil {
		t.Errorf("a higher minor with something new: %v", err)
	}
	if _, err := planfile.UnmarshalRevision(pack(t, `{"format_version":"1.0","objects":[{"kind":"service","name":"x"}]}`)); err == nil ||
		err.Error() != `service "x": it has no spec` {
		t.Error(err)
	}
}

// A config of the engine holds less than 1,024,000 bytes.
func TestRevisionTooLarge(t *testing.T) {
	random := rand.NewChaCha8([32]byte{})
	large := func(bytes int) stack.Revision {
		noise := make([]byte, bytes)
		_, _ = random.Read(noise)
		r := revised()
		r.Stack.Services[0].Spec.TaskTemplate.ContainerSpec.Env = []string{fmt.Sprintf("NOISE=%x", noise)}
		return r
	}
	if data := marshalled(t, large(800_000)); len(data) < 800_000 || len(data) >= 1_024_000 {
		t.Errorf("%d bytes", len(data))
	}
	_, err := planfile.MarshalRevision(large(1_010_000))
	if err == nil || !strings.HasPrefix(err.Error(), `revision 8 of stack "shop" has `) || !strings.HasSuffix(err.Error(), "a config holds 1000000") {
		t.Error(err)
	}
}

// FuzzUnmarshalRevision: whatever the swarm has under the name, it is read or
// refused, and what is read can be recorded again.
func FuzzUnmarshalRevision(f *testing.F) {
	text := unpack(f, marshalled(f, revised()))
	f.Add([]byte(text))
	f.Add([]byte(`{"format_version":"1.0","objects":[{"kind":"service","name":"x","want":{"spec":{"Name":"x"}}}]}`))
	f.Add([]byte(`{"format_version":"1.0","objects":[{"kind":"secret","want":{"spec":null}},{"kind":"config","want":null}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = planfile.UnmarshalRevision(text)
		r, err := planfile.UnmarshalRevision(pack(t, string(text)))
		if err != nil {
			return
		}
		data, err := planfile.MarshalRevision(r)
		if err != nil {
			return // too large, or a year beyond 9999
		}
		again, err := planfile.UnmarshalRevision(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, again, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMarshalHistory(t *testing.T) {
	r := revised()
	got, err := planfile.MarshalHistory(r.Kept(20))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/lists/history-1.0.json", got)
	got, err = planfile.MarshalHistory(nil)
	if err != nil || strings.Contains(string(got), "null") {
		t.Error(string(got), err)
	}
}

func TestMarshalDrift(t *testing.T) {
	p := sample().Plan
	got, err := planfile.MarshalDrift("shop", p.Drift, p.Since, p.Unfinished)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/lists/drift-1.0.json", got)
	got, err = planfile.MarshalDrift("shop", nil, p.Since, time.Time{})
	if err != nil || strings.Contains(string(got), "null") || strings.Contains(string(got), "unfinished") {
		t.Error(string(got), err)
	}
}
