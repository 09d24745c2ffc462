package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in the scripts")

// TestMain makes the test binary the program under test as well.
func TestMain(m *testing.M) {
	// Most of the time they wait for a swarm: for the monitoring of updates, say.
	_ = flag.Set("test.parallel", "8")
	program := func() { os.Exit(realMain()) }
	testscript.Main(m, map[string]func(){"stackup": program, pluginName: program})
}

// TestScripts runs the sessions in testdata, each on a sandbox of its own (see
// testSwarm). Besides the usual commands there are:
//
//	stackup ARGS…    the program
//	written N        the swarm has been written to this often, but for stackup's own configs
//	await N          wait until the swarm has been written to this often
//	code N ARGS…     run a program that ends with this exit code
//	engine leave     the engine leaves its swarm
//	edit …           something is done behind stackup's back, see edit
//	replace A B FILE a file is changed
//	registry …       what the registries have, see registryCommand
//	lookups N        so many images were looked up since the last time
//	login SVC [USER] the service was last written with this user's login, or without one
//	plain FILE       the ID of a plan in a file is no more than ITS-ID
//	idof FILE NAME   the ID of a plan in JSON goes into a variable
//	action CODE …    the steps of action.yml are run, see runAction
//	pipeline …       a job of docs/ci.md is run, see pipeline
//	forge …          something is done at the stand-in for GitHub, see forgeCommand
//
// There are two more conditions: [flag:NAME], plan has this flag; [file:PATH],
// there is this file.
func TestScripts(t *testing.T) {
	program := buildSandbox(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			engine := startSwarm(env.T().(testing.TB), program)
			env.Values["engine"] = engine
			env.Values["heard"], env.Values["lookups"] = new(atomic.Int64), new(atomic.Int64)
			env.Setenv("DOCKER_HOST", engine.Host)
			env.Setenv("HOST", engine.Host)
			forge := startForge(env.T().(testing.TB))
			env.Values["forge"] = forge
			env.Setenv("FORGE", forge.url)
			plugin, err := exec.LookPath(pluginName)
			env.Setenv("PLUGIN", plugin)
			return err
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"written": written,
			"await":   await,
			"engine":  engineCommand,
			"edit":    edit,
			"replace": replace,
			"idof":    idOf,
			"plain":   plain,
			"code":    exitCode,

			"action":   runAction,
			"forge":    forgeCommand,
			"pipeline": pipeline,
			"registry": registryCommand,
			"lookups":  lookups,
			"login":    login,
		},
	})
}

func condition(name string) (bool, error) {
	switch kind, name, _ := strings.Cut(name, ":"); kind {
	case "flag":
		return planCommand(&process{}).Flags().Lookup(name) != nil, nil
	case "file":
		_, err := os.Stat(name)
		return err == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

func engineOf(ts *testscript.TestScript) *testSwarm {
	return ts.Value("engine").(*testSwarm)
}

func written(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: written N")
	}
	if journal := writes(ts); fmt.Sprint(len(journal)) != args[0] {
		ts.Fatalf("%d writes:\n%s", len(journal), strings.Join(journal, "\n"))
	}
}

// writes is what has been written to the objects of stacks: locks and revisions
// are not counted.
func writes(ts *testscript.TestScript) []string {
	return slices.DeleteFunc(engineOf(ts).Journal(), func(line string) bool { return strings.Contains(line, " config stackup.") })
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	waitUntil(ts, func() bool { return fmt.Sprint(len(writes(ts))) == args[0] })
}

func waitUntil(ts *testscript.TestScript, ok func() bool) {
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			ts.Fatalf("still not, after a minute; writes: %q", writes(ts))
		}
		time.Sleep(5 * time.Millisecond) // between looks, not in place of one
	}
}

func engineCommand(ts *testscript.TestScript, _ bool, args []string) {
	switch args[0] {
	case "leave":
		ts.Check(engineOf(ts).leave())
	default:
		ts.Fatalf("unknown engine command %q", args[0])
	}
}

// exitCode runs the program and wants this exit code: code N ARGS….
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N stackup ARGS")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = strconv.Itoa(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}
