package fault

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// Injector is an engine that misbehaves. It may be used, and its faults changed,
// by many goroutines at once.
type Injector struct {
	engine http.Handler

	mu     sync.Mutex
	faults []*armed
}

// armed is a fault and how often it has been met.
type armed struct {
	Fault
	since time.Time
	met   int
}

// New puts faults before an engine.
func New(engine http.Handler, faults ...Fault) *Injector {
	i := &Injector{engine: engine}
	i.Set(faults...)
	return i
}

// Set replaces all faults: their counts and times begin anew.
func (i *Injector) Set(faults ...Fault) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.faults = nil
	for _, f := range faults {
		i.faults = append(i.faults, &armed{Fault: f, since: time.Now()})
	}
}

// Faults are those that are set, whether they still have an effect or not.
func (i *Injector) Faults() []Fault {
	i.mu.Lock()
	defer i.mu.Unlock()
	faults := make([]Fault, 0, len(i.faults))
	for _, f := range i.faults {
		faults = append(faults, f.Fault)
	}
	return faults
}

// strikes counts a request, and says whether the fault has an effect on it.
func (a *armed) strikes(r *http.Request) bool {
	if !a.concerns(r) || a.lasts != 0 && time.Since(a.since) >= a.lasts {
		return false
	}
	a.met++
	return a.met > a.after && (a.times == 0 || a.met <= a.after+a.times)
}

func (i *Injector) striking(r *http.Request) (faults []Fault) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, f := range i.faults {
		if f.strikes(r) {
			faults = append(faults, f.Fault)
		}
	}
	return faults
}

// ServeHTTP implements [http.Handler].
func (i *Injector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, f := range i.striking(r) {
		if f.delay > 0 {
			wait(r, f.delay)
		}
		switch {
		case f.drop:
			panic(http.ErrAbortHandler) // net/http closes the connection
		case f.dropAnswer:
			i.engine.ServeHTTP(&deaf{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		case f.status != 0:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(f.status)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": f.message})
			return
		}
	}
	i.engine.ServeHTTP(w, r)
}

func wait(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// deaf takes an answer that nobody gets.
type deaf struct{ header http.Header }

func (d *deaf) Header() http.Header         { return d.header }
func (d *deaf) Write(p []byte) (int, error) { return io.Discard.Write(p) }
func (d *deaf) WriteHeader(int)             {}
