package enginetest

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// Fault may answer a request before the engine does: with a status other than 0
// and a message. It may also block until the request's context ends.
type Fault func(*http.Request) (status int, message string)

// SetFault puts a fault in front of every request from now on; nil takes it away.
func (e *Engine) SetFault(f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = f
}

// Failure is what becomes of a write that fails.
type Failure int

// The ways a write can fail, as far as a client can tell.
const (
	Refuse Failure = iota + 1 // nothing is written; the answer is a status 500
	Drop                      // nothing is written; the connection ends
	Lose                      // it is written; the connection ends before the answer
	Hold                      // it is written; there is no answer until the client goes away
)

// FailWrite lets one of the writes to come fail: the nth, of which the first is
// the next.
func (e *Engine) FailWrite(n int, f Failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failing[e.writes+n] = f
}

// ServeHTTP implements [http.Handler].
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, failure := e.count(r)
	if fault != nil {
		if status, message := fault(r); status != 0 {
			respond(w, 0, nil, &refusal{status, message})
			return
		}
	}
	switch failure {
	case Refuse:
		respond(w, 0, nil, refuse(http.StatusInternalServerError, "rpc error: code = Unknown desc = the swarm is out of sorts"))
	case Drop:
		panic(http.ErrAbortHandler)
	case Lose:
		e.mux.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case Hold:
		e.mux.ServeHTTP(httptest.NewRecorder(), r)
		<-r.Context().Done()
	default:
		e.mux.ServeHTTP(w, r)
	}
}

// count counts the request, and says what is to become of it.
func (e *Engine) count(r *http.Request) (Fault, Failure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests++
	if !isWrite(r) {
		return e.fault, 0
	}
	e.writes++
	return e.fault, e.failing[e.writes]
}

// isWrite leaves out the updates by which secrets are compared: they name a
// version that is not to be.
func isWrite(r *http.Request) bool {
	compares := strings.Contains(r.URL.Path, "/secrets/") && len(r.URL.Query().Get("version")) > 18
	return r.Method != http.MethodGet && r.Method != http.MethodHead && !compares
}
