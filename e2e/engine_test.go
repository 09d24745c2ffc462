package e2e

import (
	"testing"

	"github.com/stackup-cli/stackup/engine/enginetest"
)

// What the stand-in promises, a real engine keeps.
func TestEngineKeepsTheContract(t *testing.T) { enginetest.Contract(t, swarm.Host) }
