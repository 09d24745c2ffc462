package sandbox

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stackup-cli/stackup/sandbox/fault"
)

// control adds what is not of the Engine API. It is for the sandbox's own
// command, and for tests:
//
//	GET    /sandbox                  {"Version": "…", "Pid": 1}
//	DELETE /sandbox                  ask for its end
//	GET    /sandbox/faults           the faults, one a line (see package fault)
//	PUT    /sandbox/faults           replace them by those of the body
//	POST   /sandbox/nodes/{id}/down  the node, by ID, is no longer heard of
//	POST   /sandbox/nodes/{id}/up    it is back
func (s *Sandbox) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox", s.describe)
	mux.HandleFunc("DELETE /sandbox", s.ask)
	mux.HandleFunc("GET /sandbox/faults", s.listFaults)
	mux.HandleFunc("PUT /sandbox/faults", s.setFaults)
	mux.HandleFunc("POST /sandbox/nodes/{id}/{state}", s.setNode)
}

func (s *Sandbox) ask(w http.ResponseWriter, _ *http.Request) {
	select {
	case s.asked <- struct{}{}:
	default: // somebody has already
	}
	w.WriteHeader(http.StatusNoContent)
}

// SetFaults replaces the faults.
func (s *Sandbox) SetFaults(faults ...fault.Fault) { s.faults.Set(faults...) }

func (s *Sandbox) listFaults(w http.ResponseWriter, _ *http.Request) {
	for _, f := range s.faults.Faults() {
		_, _ = fmt.Fprintln(w, f)
	}
}

func (s *Sandbox) setFaults(w http.ResponseWriter, r *http.Request) {
	var faults []fault.Fault
	lines := bufio.NewScanner(r.Body)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		f, err := fault.Parse(lines.Text())
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		faults = append(faults, f)
	}
	if err := lines.Err(); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	s.faults.Set(faults...)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) setNode(w http.ResponseWriter, r *http.Request) {
	states := map[string]bool{"down": true, "up": false}
	down, ok := states[r.PathValue("state")]
	if !ok {
		refuse(w, http.StatusNotFound, fmt.Errorf("a node can be set down or up, not %q", r.PathValue("state")))
		return
	}
	if err := s.swarm.SetDown(r.PathValue("id"), down); err != nil {
		refuse(w, http.StatusNotFound, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": err.Error()})
}
