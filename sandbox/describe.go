package sandbox

import (
	"encoding/json"
	"net/http"
	"os"

	"github.com/stackup-cli/stackup/sandbox/swarm"
)

// Description is what a sandbox says of itself.
type Description struct {
	Version string // of what it is made of
	Pid     int    // of its process
}

func (s *Sandbox) describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(Description{Version: swarm.EngineVersion, Pid: os.Getpid()})
}
