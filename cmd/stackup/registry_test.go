package main

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stackup-cli/stackup/engine/enginetest"
)

// registryCommand changes what the registries answer:
//
//	registry down ERROR           they cannot be reached
//	registry PASSWORD REF=DIGEST… they have these images; - is no password
func registryCommand(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "down" {
		engineOf(ts).SetRegistry(enginetest.Registry{Down: args[1]})
		return
	}
	r := enginetest.Registry{Digests: map[string]string{}, Password: strings.TrimPrefix(args[0], "-")}
	for _, arg := range args[1:] {
		ref, letter, _ := strings.Cut(arg, "=")
		r.Digests[ref] = "sha256:" + strings.Repeat(letter, 64)
	}
	engineOf(ts).SetRegistry(r)
}

func lookups(ts *testscript.TestScript, _ bool, args []string) {
	all := engineOf(ts).Lookups()
	seen := ts.Value("lookups").(*atomic.Int64)
	before := int(seen.Swap(int64(len(all))))
	if fresh := all[before:]; fmt.Sprint(len(fresh)) != args[0] {
		ts.Fatalf("%d lookups: %s", len(fresh), strings.Join(fresh, ", "))
	}
}

func login(ts *testscript.TestScript, _ bool, args []string) {
	want := ""
	if len(args) > 1 {
		want = args[1]
	}
	if got := engineOf(ts).Login(args[0]); got != want {
		ts.Fatalf("%s has the login of %q, want %q", args[0], got, want)
	}
}
