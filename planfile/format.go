package planfile

import (
	"encoding/json"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// FormatVersion is the version of the form that is written, major.minor. A
// reader refuses a higher major. A higher minor has more in it, which a reader
// may leave aside; within its own minor it refuses what it does not know.
//
// 1.1 added drift, since, unfinished, revisions, of changes unchanged_fields, and
// of wanted objects ignore, protect and run_always, of the target context and
// cluster, and of the source of a secret exec.
const FormatVersion = "1.1"

// The JSON form. docs/plan.schema.json says the same for others. Lists are
// never null, so that a program can loop without asking.
type (
	document struct {
		FormatVersion string    `json:"format_version"`
		ID            string    `json:"id"`
		Masked        bool      `json:"masked,omitempty"`
		MadeAt        time.Time `json:"made_at"`
		MadeBy        string    `json:"made_by"`
		Stack         string    `json:"stack"`
		Target        target    `json:"target"`
		Changes       []change  `json:"changes"`
		IDs           []known   `json:"ids"`
		Warnings      []warning `json:"warnings"`
		Revisions     int       `json:"revisions,omitempty"`
		Drift         []drift   `json:"drift,omitempty"`
		Since         *since    `json:"since,omitempty"`
	}

	// drift is what was changed outside.
	drift struct {
		Kind   stack.Kind      `json:"kind"`
		Name   string          `json:"name"`
		Key    string          `json:"key"`
		What   stack.DriftKind `json:"what"`
		Fields []driftField    `json:"fields,omitempty"`
	}

	driftField struct {
		Path    string `json:"path"`
		Applied string `json:"applied"`
		Now     string `json:"now"`
	}

	// since is the revision that drift is told from.
	since struct {
		Revision   int        `json:"revision"`
		At         time.Time  `json:"at"`
		By         string     `json:"by,omitempty"`
		Unfinished *time.Time `json:"unfinished,omitempty"`
	}

	target struct {
		Context    string `json:"context,omitempty"`
		Host       string `json:"host"`
		APIVersion string `json:"api_version"`
		Cluster    string `json:"cluster,omitempty"`
	}

	change struct {
		Kind    stack.Kind     `json:"kind"`
		Name    string         `json:"name"`
		Key     string         `json:"key"`
		Action  stack.Action   `json:"action"`
		Reason  string         `json:"reason"`
		Effect  stack.Effect   `json:"effect"`
		Impact  string         `json:"impact"`
		Fields  []field        `json:"fields"`
		Same    int            `json:"unchanged_fields,omitempty"`
		After   []gate         `json:"after"`
		Hazards []stack.Hazard `json:"hazards"`
		Diff    string         `json:"diff,omitempty"`
		Have    *have          `json:"have,omitempty"`
		Want    *want          `json:"want,omitempty"`
	}

	field struct {
		Path   string       `json:"path"`
		Old    string       `json:"old"`
		New    string       `json:"new"`
		Effect stack.Effect `json:"effect"`
	}

	gate struct {
		Kind      stack.Kind      `json:"kind"`
		Name      string          `json:"name"`
		Condition stack.Condition `json:"condition,omitempty"`
	}

	// have is the precondition of a change.
	have struct {
		ID       string `json:"id"`
		Version  uint64 `json:"version"`
		SpecHash string `json:"spec_hash,omitempty"` // of services
	}

	// want is what to write. Of what is kept there is no spec.
	want struct {
		Spec    json.RawMessage `json:"spec,omitempty"` // the engine's own form
		Pinned  bool            `json:"pinned,omitempty"`
		Source  *source         `json:"source,omitempty"` // of secrets
		Timeout string          `json:"timeout,omitempty"`
		Stable  string          `json:"stable,omitempty"`
		Ignore  []string        `json:"ignore,omitempty"`
		Protect bool            `json:"protect,omitempty"`
		Always  bool            `json:"run_always,omitempty"`
	}

	source struct {
		File   string `json:"file,omitempty"`
		Env    string `json:"env,omitempty"`
		Exec   *run   `json:"exec,omitempty"`
		Digest string `json:"digest"`
	}

	// run is a command that prints a secret.
	run struct {
		Words   []string `json:"words"`
		Dir     string   `json:"dir"`
		Timeout string   `json:"timeout"`
	}

	// known is an existing object that specs refer to by name.
	known struct {
		Kind stack.Kind `json:"kind"`
		Name string     `json:"name"`
		ID   string     `json:"id"`
	}

	warning struct {
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
	}
)
