package planfile

import (
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// RevisionVersion is the version of the form in which a revision is recorded in
// the swarm, major.minor. What [FormatVersion] says of versions holds for it.
const RevisionVersion = "1.0"

// The JSON form of a revision, which is kept compressed.
type (
	revision struct {
		FormatVersion string `json:"format_version"`
		entry
		Stack     string     `json:"stack"`
		Revisions int        `json:"revisions,omitempty"` // how many are kept
		Objects   []recorded `json:"objects"`
		Past      []entry    `json:"past"` // newest first
	}

	// entry is what the history says of one revision.
	entry struct {
		Number  int       `json:"revision"`
		At      time.Time `json:"at"`
		By      string    `json:"by"`
		URL     string    `json:"url,omitempty"`
		Tool    string    `json:"tool"`
		PlanID  string    `json:"plan_id"`
		Summary string    `json:"summary"`
		Refs    []object  `json:"refs"`
	}

	object struct {
		Kind stack.Kind `json:"kind"`
		Name string     `json:"name"`
	}

	// recorded is an object as it was applied, without content: neither the data
	// of a config nor the bytes of a secret.
	recorded struct {
		object
		Key       string       `json:"key"`
		External  bool         `json:"external,omitempty"`
		Base      string       `json:"base,omitempty"` // of configs and secrets
		DependsOn []dependency `json:"depends_on,omitempty"`
		Want      *want        `json:"want"`
	}

	dependency struct {
		Key       string          `json:"key"`
		Condition stack.Condition `json:"condition"`
		Optional  bool            `json:"optional,omitempty"`
	}
)
