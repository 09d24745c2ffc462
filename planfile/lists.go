package planfile

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/stackup-cli/stackup/stack"
)

// HistoryVersion is the version of the forms of [MarshalHistory] and
// [MarshalDrift], major.minor.
const HistoryVersion = "1.0"

// MarshalHistory is the entries of a stack's history as JSON, in their order.
func MarshalHistory(entries []stack.Entry) ([]byte, error) {
	return indented(struct {
		FormatVersion string  `json:"format_version"`
		Revisions     []entry `json:"revisions"`
	}{HistoryVersion, encodeEntries(entries)})
}

// MarshalDrift is what has been changed in a stack since a revision, as JSON.
// Unfinished is when an apply after it failed, zero if none did.
func MarshalDrift(stackName string, drifted []stack.Drift, from stack.Entry, unfinished time.Time) ([]byte, error) {
	out := struct {
		FormatVersion string         `json:"format_version"`
		Stack         string         `json:"stack"`
		Since         *since         `json:"since"`
		Drift         []driftedWhole `json:"drift"`
	}{HistoryVersion, stackName, encodeSince(from, unfinished), []driftedWhole{}}
	for _, d := range encodeDrift(drifted) {
		out.Drift = append(out.Drift, driftedWhole{d, append([]driftField{}, d.Fields...)})
	}
	return indented(out)
}

// driftedWhole is a drift whose fields are never left out.
type driftedWhole struct {
	drift
	Fields []driftField `json:"fields"`
}

// indented is the form that people may read, too.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}
