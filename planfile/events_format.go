package planfile

import (
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// EventsVersion is the version of the form of events, major.minor. A minor
// version may add types and fields; who reads events leaves aside what it does
// not know.
const EventsVersion = "1.0"

// The JSON form of events, one a line. docs/events.schema.json says the same for
// others.
type (
	// head is what every line begins with.
	head struct {
		Type    string    `json:"type"`
		At      time.Time `json:"at"`
		Message string    `json:"message"` // one line for people
	}

	versionEvent struct {
		head
		FormatVersion string `json:"format_version"`
		Stackup       string `json:"stackup"`
	}

	planEvent struct {
		head
		ID       string               `json:"id"`
		Stack    string               `json:"stack"`
		Target   target               `json:"target"`
		Counts   map[stack.Action]int `json:"counts"`
		Hazards  []hazard             `json:"hazards"`
		Changes  []brief              `json:"changes"` // without what is kept
		Warnings []warning            `json:"warnings"`
	}

	hazard struct {
		Hazard  stack.Hazard `json:"hazard"`
		Objects []object     `json:"objects"`
	}

	// brief is a change without what it writes.
	brief struct {
		object
		Key     string         `json:"key"`
		Action  stack.Action   `json:"action"`
		Reason  string         `json:"reason"`
		Effect  stack.Effect   `json:"effect"`
		Impact  string         `json:"impact"`
		Hazards []stack.Hazard `json:"hazards"`
	}

	changeEvent struct {
		head
		object
		Action stack.Action `json:"action"`
	}

	waitingEvent struct {
		head
		Elapsed  float64    `json:"elapsed"` // seconds, as everywhere
		Services []progress `json:"services"`
	}

	progress struct {
		object
		Running int    `json:"running"`
		Tasks   int    `json:"tasks"`
		Reason  string `json:"reason"`
	}

	endedEvent struct {
		head
		outcome
		Elapsed float64 `json:"elapsed"`
	}

	rollingBackEvent struct {
		head
		Failed []object `json:"failed"`
	}

	resultEvent struct {
		head
		Status   string `json:"status"`
		ExitCode int    `json:"exit_code"`
		report
		Errors []mistake `json:"errors"`
	}

	report struct {
		Elapsed  float64             `json:"elapsed"`
		Counts   map[stack.State]int `json:"counts"`
		Outcomes []outcome           `json:"outcomes"`
		Rollback *report             `json:"rollback,omitempty"`
	}

	outcome struct {
		object
		Action    stack.Action `json:"action"`
		State     stack.State  `json:"state"`
		Cause     stack.Cause  `json:"cause,omitempty"`
		Error     string       `json:"error,omitempty"`
		BlockedBy *object      `json:"blocked_by,omitempty"`
		Failure   *failure     `json:"failure,omitempty"`
	}

	failure struct {
		Task      string   `json:"task"`
		TaskID    string   `json:"task_id"`
		Node      string   `json:"node"`
		State     string   `json:"state"`
		ExitCode  int      `json:"exit_code"`
		Error     string   `json:"error"`
		Running   int      `json:"running"`
		Tasks     int      `json:"tasks"`
		Logs      []string `json:"logs"`
		LogsError string   `json:"logs_error,omitempty"`
	}

	// mistake is a [stack.Error], or another one without the rest.
	mistake struct {
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
	}
)
