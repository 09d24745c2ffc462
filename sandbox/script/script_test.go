package script

import (
	"testing"
	"time"
)

func TestContainersDoAsTheirImageSays(t *testing.T) {
	for image, want := range map[string]Container{
		"nginx":                       {},
		"myorg/crash:1":               {},
		"crash":                       {},
		"sandbox/nosuch":              {},
		"sandbox/exit":                {},
		"sandbox/exit300":             {},
		"sandbox/slow:30s":            {Pull: 30 * time.Second},
		"sandbox/slow":                {Pull: 10 * time.Second},
		"sandbox/slow:latest":         {Pull: 10 * time.Second},
		"sandbox/slow:-1s":            {Pull: 10 * time.Second},
		"sandbox/start:1m30s":         {Start: 90 * time.Second},
		"sandbox/unhealthy:5s":        {Start: 5 * time.Second, Unhealthy: true, Ends: true},
		"sandbox/sick:2s":             {Run: 2 * time.Second, Unhealthy: true, Ends: true},
		"sandbox/exit3:1s":            {Ends: true, Run: time.Second, ExitCode: 3},
		"sandbox/exit0":               {Ends: true},
		"sandbox/crash:1@sha256:abcd": {Ends: true, ExitCode: 1},
		"r.example.org:5000/sandbox/crash:9s@sha256:abcd": {Ends: true, Run: 9 * time.Second, ExitCode: 1},
		"sandbox/job:2s":         {Ends: true, Run: 2 * time.Second},
		"sandbox/job-fails":      {Ends: true, ExitCode: 1},
		"sandbox/stubborn":       {Stop: time.Minute},
		"stackup-test/stuck":     {Stuck: true},
		"stackup-test/missing:1": {PullError: "No such image: stackup-test/missing:1"},
		"sandbox/private:7":      {PullError: "pull access denied for sandbox/private, repository does not exist or may require 'docker login'"},
	} {
		got := Of(Request{Image: image})
		got.Greeting, got.Farewell = "", ""
		if got != want {
			t.Errorf("%s: %+v, want %+v", image, got, want)
		}
	}
}

func TestCommandsOfTheTestImage(t *testing.T) {
	for _, c := range []struct {
		args []string
		job  bool
		want Container
	}{
		{nil, false, Container{}},
		{[]string{"sleep"}, true, Container{}},
		{[]string{"exit", "3"}, false, Container{Ends: true, ExitCode: 3}},
		{[]string{"exit", "0"}, true, Container{Ends: true}},
		{[]string{"fail-after", "2s"}, false, Container{Ends: true, ExitCode: 1, Run: 2 * time.Second}},
		{[]string{"fail-after"}, false, Container{Ends: true, ExitCode: 64}},
		{[]string{"dance"}, false, Container{Ends: true, ExitCode: 64}},
	} {
		got := Of(Request{Image: "stackup-test/app:1", Args: c.args, Job: c.job})
		got.Greeting, got.Farewell = "", ""
		if got != c.want {
			t.Errorf("%v: %+v, want %+v", c.args, got, c.want)
		}
	}
}

func TestOrdinaryImagesInJobsComplete(t *testing.T) {
	if c := Of(Request{Image: "busybox", Job: true}); !c.Ends || c.ExitCode != 0 || c.Run != 0 {
		t.Errorf("%+v", c)
	}
}

func TestPrivateImagesWantCredentials(t *testing.T) {
	if c := Of(Request{Image: "sandbox/private", Credentials: true}); c.PullError != "" || c.Ends {
		t.Errorf("%+v", c)
	}
}
