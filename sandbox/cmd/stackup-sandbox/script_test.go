package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary the program under test as well.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stackup-sandbox": main, "socket": socket})
}

// TestScripts runs the sessions in testdata. Besides the usual commands there is
//
//	socket    print the mode of the socket that DOCKER_HOST names
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			// Paths of sockets must be short.
			dir, err := os.MkdirTemp("", "sbx")
			env.Defer(func() { _ = os.RemoveAll(dir) })
			env.Setenv("XDG_RUNTIME_DIR", dir)
			env.Setenv("TMPDIR", dir)
			env.Setenv("DOCKER_HOST", "")
			return err
		},
	})
}

func socket() {
	path := os.Getenv("DOCKER_HOST")[len("unix://"):]
	info, err := os.Stat(path)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(info.Mode().Perm(), dir.Mode().Perm())
}
