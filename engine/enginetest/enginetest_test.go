package enginetest_test

import (
	"testing"

	"github.com/stackup-cli/stackup/engine/enginetest"
)

// The same contract is checked on a real engine in package e2e.
func TestContract(t *testing.T) { enginetest.Contract(t, enginetest.Start(t).Host) }
