package applier

import (
	"testing"
	"time"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

func job(image string, iteration uint64) swarm.Service {
	s := swarm.Service{JobStatus: &swarm.JobStatus{JobIteration: swarm.Version{Index: iteration}}}
	s.Spec.Mode.ReplicatedJob = &swarm.ReplicatedJob{}
	s.Spec.TaskTemplate.ContainerSpec = &swarm.ContainerSpec{Image: image}
	return s
}

// After a lost answer a service counts as written if it is as wanted; a job whose
// spec stays the same, if it has a new iteration: it must not run twice.
func TestIsDone(t *testing.T) {
	forced := job("a:2", 1)
	forced.Spec.TaskTemplate.ForceUpdate = 1
	labelled := job("a:2", 1)
	labelled.Spec.Labels = map[string]string{stack.LabelPrefix + "protect": "true"}
	normalised := job("a:2", 1)
	normalised.Spec.TaskTemplate.ContainerSpec.Isolation = "default"
	for name, c := range map[string]struct {
		have, live swarm.Service
		want       string
		done       bool
	}{
		"nothing was written":         {job("a:1", 1), job("a:1", 1), "a:2", false},
		"it was written":              {job("a:1", 1), job("a:2", 2), "a:2", true},
		"as the engine sends it back": {job("a:1", 1), normalised, "a:2", true},
		"somebody wrote another":      {job("a:1", 1), job("a:3", 2), "a:2", false},
		"forced by somebody":          {job("a:1", 1), forced, "a:2", false},
		"labelled by somebody":        {job("a:1", 1), labelled, "a:2", false},
		"the job runs again":          {job("a:1", 1), job("a:1", 2), "a:1", true},
		"the job does not run again":  {job("a:1", 1), job("a:1", 1), "a:1", false},
	} {
		u := overwrite{have: stack.Live{Service: &c.have}, want: job(c.want, 0).Spec}
		if got := u.isDone(c.live); got != c.done {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Only after a lost answer can what is found be one's own doing.
func TestSendRecognisesItself(t *testing.T) {
	for _, maybe := range []bool{false, true} {
		f := newFake()
		have, live := job("a:1", 1), job("a:2", 2)
		have.ID, have.Version.Index, live.Version.Index = "id-web", 10, 20
		f.services["web"] = &live
		u := overwrite{have: stack.Live{ID: "id-web", Version: have.Version, Service: &have}, want: live.Spec, maybe: maybe}
		if got := u.send(t.Context(), f); (got.err == nil) != maybe {
			t.Errorf("lost: %v: %v", maybe, got.err)
		}
	}
}

func TestBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		5 * time.Minute: "5m", time.Hour: "1h", 90 * time.Minute: "1h30m", 90 * time.Second: "1m30s",
		3 * time.Second: "3s", 500 * time.Millisecond: "500ms",
	} {
		if got := brief(d); got != want {
			t.Errorf("%s: %s", want, got)
		}
	}
}
