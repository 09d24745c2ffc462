package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/moby/moby/api/types/swarm"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stackup-cli/stackup/engine"
	"github.com/stackup-cli/stackup/stack"
)

// edit does something to the swarm behind stackup's back. It counts as written.
//
//	edit scale SERVICE N     another number of tasks
//	edit touch SERVICE       another version, the same spec
//	edit remove KIND NAME    the object is gone
//	edit refuse WORD         every request to a path with this word fails from now on
//	edit accept              no request fails any more
//	edit listen WORD         from now on requests to a path with this word are counted
//	edit heard N             wait until so many were
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: edit scale|touch|remove|refuse|accept …")
	}
	switch args[0] {
	case "refuse":
		engineOf(ts).SetFault(func(r *http.Request) (int, string) {
			if strings.Contains(r.URL.Path, args[1]) {
				return http.StatusInternalServerError, "no more of that"
			}
			return 0, ""
		})
	case "listen":
		heard := ts.Value("heard").(*atomic.Int64)
		engineOf(ts).SetFault(func(r *http.Request) (int, string) {
			if strings.Contains(r.URL.Path, args[1]) {
				heard.Add(1)
			}
			return 0, ""
		})
	case "heard":
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		waitUntil(ts, func() bool { return int(ts.Value("heard").(*atomic.Int64).Load()) >= n })
	case "accept":
		engineOf(ts).SetFault(nil)
	case "remove":
		remove(ts, stack.Kind(args[1]), args[2])
	case "scale":
		n, err := strconv.ParseUint(args[2], 10, 64)
		ts.Check(err)
		rewrite(ts, args[1], func(s *swarm.ServiceSpec) {
			s.Mode = swarm.ServiceMode{Replicated: &swarm.ReplicatedService{Replicas: &n}}
		})
	case "touch":
		rewrite(ts, args[1], func(*swarm.ServiceSpec) {})
	default:
		ts.Fatalf("unknown edit %q", args[0])
	}
}

func observed(ts *testscript.TestScript) (*engine.Client, stack.Snapshot) {
	c, err := engine.Open(engine.Options{Host: engineOf(ts).Host})
	ts.Check(err)
	s, err := c.Observe(context.Background(), stack.Stack{Name: "shop"})
	ts.Check(err)
	return c, s
}

func rewrite(ts *testscript.TestScript, name string, change func(*swarm.ServiceSpec)) {
	c, have := observed(ts)
	i := slices.IndexFunc(have.Services, func(s swarm.Service) bool { return s.Spec.Name == name })
	if i < 0 {
		ts.Fatalf("no service %q", name)
	}
	s := have.Services[i]
	change(&s.Spec)
	_, err := c.Update(context.Background(), stack.Live{ID: s.ID, Version: s.Version}, s.Spec)
	ts.Check(err)
}

func remove(ts *testscript.TestScript, kind stack.Kind, name string) {
	c, have := observed(ts)
	ids := map[stack.Ref]string{}
	for _, s := range have.Services {
		ids[stack.Ref{Kind: stack.KindService, Name: s.Spec.Name}] = s.ID
	}
	for _, n := range have.Networks {
		ids[stack.Ref{Kind: stack.KindNetwork, Name: n.Name}] = n.ID
	}
	ts.Check(c.Remove(context.Background(), kind, ids[stack.Ref{Kind: kind, Name: name}]))
}

// replace changes a file: replace FROM TO FILE, the first of it.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[2])
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("%s has no %s:\n%s", args[2], args[0], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Replace(text, args[0], args[1], 1)), 0o600))
}

var planID = regexp.MustCompile(`(?i)(plan[-_]id=)[0-9a-f]{16}`)

// plain puts a word for the ID of a plan that depends on the swarm's own IDs:
// plain FILE.
func plain(ts *testscript.TestScript, _ bool, args []string) {
	text := planID.ReplaceAllString(ts.ReadFile(args[0]), "${1}ITS-ID")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// idOf puts the ID of a plan's JSON into a variable: idof FILE NAME.
func idOf(ts *testscript.TestScript, _ bool, args []string) {
	var doc struct{ ID string }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	ts.Setenv(args[1], doc.ID)
}
