package fault

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// counter is an engine that counts what reaches it.
type counter struct{ served int }

func (c *counter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	c.served++
	_, _ = io.WriteString(w, "fine")
}

// send is what a request is answered with: "200 fine", or "dropped".
func send(i *Injector, method, path string) (answer string) {
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			answer = "dropped"
		}
	}()
	w := httptest.NewRecorder()
	i.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return strings.TrimSpace(http.StatusText(w.Code) + " " + w.Body.String())
}

func TestFaults(t *testing.T) {
	const fine = "OK fine"
	const sequence = `Internal Server Error {"message":"rpc error: code = Unknown desc = update out of sequence"}`
	for _, c := range []struct {
		fault  string
		send   string // "METHOD path", one after another
		want   string // of each
		served int
	}{
		{"status=503 POST", "GET /info, POST /v1.41/services/create", fine + `, Service Unavailable {"message":"Service Unavailable"}`, 1},
		{"status=500 GET /v1 message=no such luck", "GET /v1", `Internal Server Error {"message":"no such luck"}`, 0},
		{"drop /services/*/update", "POST /v1.41/services/x/update, POST /services/x, POST /services/x/y/update", "dropped, " + fine + ", " + fine, 2},
		{"drop-answer POST", "POST /services/create", "dropped", 1},
		{"drop GET /services/* times=1", "GET /services/x/logs, GET /services/x/logs", "dropped, " + fine, 1},
		{
			"out-of-sequence after=1 times=1", "POST /secrets/x/update, POST /services/create, POST /services/x/update, POST /services/x/update",
			fine + ", " + fine + ", " + sequence + ", " + fine, 3,
		},
		{
			"read-only", "GET /services, HEAD /_ping, DELETE /v1.50/services/x",
			fine + ", " + fine + `, Forbidden {"message":"Request forbidden by administrative rules."}`, 2,
		},
	} {
		t.Run(c.fault, func(t *testing.T) {
			f, err := Parse(c.fault)
			if err != nil {
				t.Fatal(err)
			}
			engine := &counter{}
			i := New(engine, f)
			var got []string
			for request := range strings.SplitSeq(c.send, ", ") {
				method, path, _ := strings.Cut(request, " ")
				got = append(got, send(i, method, path))
			}
			if joined := strings.Join(got, ", "); joined != c.want || engine.served != c.served {
				t.Errorf("got %s and %d served\nwant %s and %d", joined, engine.served, c.want, c.served)
			}
		})
	}
}

func TestALeaderIsLostForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost, err := Parse("no-leader for=10s")
		if err != nil {
			t.Fatal(err)
		}
		slow, err := Parse("delay=2s GET /tasks")
		if err != nil {
			t.Fatal(err)
		}
		i := New(&counter{}, lost, slow)
		if a := send(i, "GET", "/services"); !strings.Contains(a, "The swarm does not have a leader") {
			t.Error(a)
		}
		if a := send(i, "GET", "/_ping"); a != "OK fine" {
			t.Error(a)
		}
		time.Sleep(10 * time.Second)
		begun := time.Now()
		if a := send(i, "GET", "/tasks"); a != "OK fine" || time.Since(begun) != 2*time.Second {
			t.Errorf("%s after %v", a, time.Since(begun))
		}
		i.Set()
		begun = time.Now()
		if a := send(i, "GET", "/tasks"); a != "OK fine" || time.Since(begun) != 0 {
			t.Errorf("%s after %v", a, time.Since(begun))
		}
	})
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	for text, want := range map[string]string{
		"":               "does not say what is to happen",
		"GET /services":  "does not say what is to happen",
		"status=200":     "status 200 is no error",
		"status=x":       "invalid syntax",
		"delay=fast":     "invalid duration",
		"explode":        `the word "explode" is not known`,
		"drop after=few": "invalid syntax",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
