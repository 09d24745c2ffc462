// Package fault makes an engine misbehave, for tests of what talks to it. A fault
// is written as one line: what happens, to which requests, and when:
//
//	delay=2s GET /tasks          the answer takes this long
//	status=503 POST              it is this error, and nothing is done
//	drop                         the connection is closed, and nothing is done
//	drop-answer POST             it is done, and the connection is closed
//	out-of-sequence after=2      status=500 with the words that an engine has for
//	                             a version that is no longer the object's; without
//	                             a method it counts updates only (POST /*/update)
//	no-leader for=10s            every answer about the swarm is the error of one
//	                             that has lost its leader
//	read-only                    everything but GET and HEAD is forbidden, as by a
//	                             proxy in front of the socket
//
// Which requests: a method, and a path in which * stands for one part or, at the
// end, for the rest; the API version in front is left out. When: after=N lets the
// first N of them pass, times=N stops after N more, for=TIME stops after this long
// since the fault was set. message=TEXT (up to the end of the line) is what an
// error says.
package fault

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// Fault is one of them. See the package's documentation.
type Fault struct {
	text string

	delay      time.Duration
	status     int
	message    string
	drop       bool
	dropAnswer bool

	writes bool // only what is not GET or HEAD
	swarm  bool // only what is about the swarm
	method string
	path   string

	after, times int // times: 0 is always
	lasts        time.Duration
}

// String is the fault as it was written.
func (f Fault) String() string { return f.text }

// version in front of a path.
var version = regexp.MustCompile(`^/v[0-9]+\.[0-9]+(/|$)`)

func (f Fault) concerns(r *http.Request) bool {
	path := version.ReplaceAllString(r.URL.Path, "/")
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case f.writes && read:
		return false
	case f.swarm && (path == "/_ping" || path == "/version" || path == "/info"):
		return false
	case f.method != "" && f.method != r.Method:
		return false
	}
	return f.path == "" || match(strings.Split(f.path, "/"), strings.Split(path, "/"))
}

func match(pattern, path []string) bool {
	for i, p := range pattern {
		switch {
		case i == len(path):
			return false
		case p == "*" && i == len(pattern)-1:
			return true
		case p != "*" && p != path[i]:
			return false
		}
	}
	return len(pattern) == len(path)
}
