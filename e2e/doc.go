// Package e2e tests stackup against real engines: the binary as people run it,
// and what the other packages take for granted about the Engine API.
//
//	STACKUP_E2E=1 go test ./e2e
//
// starts a throwaway swarm (see package throwaway), once for all tests. Without
// the variable the tests are skipped.
package e2e
