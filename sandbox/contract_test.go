package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/stackup-cli/stackup/engine/enginetest"
	"github.com/stackup-cli/stackup/sandbox/api"
)

// The same contract and behaviours are checked on a real engine in package e2e of
// stackup.
func TestContract(t *testing.T) {
	for _, version := range []string{api.NewestVersion, "1.41"} {
		t.Run(version, func(t *testing.T) {
			host := start(t, Options{API: api.Options{Version: version}})
			enginetest.Contract(t, host)
			fmt.Printf("sandbox, API %s: the contract and %d behaviours\n", version, enginetest.Behaviours(t, host))
		})
	}
}
