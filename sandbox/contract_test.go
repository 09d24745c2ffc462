package sandbox_test

import (
	"testing"

	"github.com/stackup-cli/stackup/engine/enginetest"
)

// The same contract is checked on a real engine in package e2e of stackup.
func TestContract(t *testing.T) { enginetest.Contract(t, start(t, Options{})) }
