package planner

import (
	"fmt"

	"github.com/moby/moby/api/types/swarm"

	"github.com/stackup-cli/stackup/stack"
)

// Renew is the services of a stack that can be written again as they are, so
// that the swarm gets new logins for their images: those with a login, except
// what a write would do something to. Writing the same spec again replaces no
// task (swarmkit manager/orchestrator/task.go, IsTaskDirty), but runs a job once
// more, and breaks off an update or goes on with one that has stopped
// (manager/controlapi/service.go, UpdateService). Those are in the warnings.
func Renew(have stack.Snapshot, hasLogin func(image string) bool) (renew []swarm.Service, left []stack.Warning) {
	for _, s := range have.Services {
		if !have.Owned(s.Spec.Labels) || !hasLogin(imageOf(s.Spec)) {
			continue
		}
		if why := unrenewable(s); why != "" {
			left = append(left, stack.Warning{Msg: fmt.Sprintf("service %q keeps the login it has: %s", s.Spec.Name, why)})
			continue
		}
		renew = append(renew, s)
	}
	return renew, left
}

func unrenewable(s swarm.Service) string {
	switch u := s.UpdateStatus; {
	case isJob(s.Spec.Mode):
		return "a job would run again"
	case u == nil:
	case u.State == swarm.UpdateStateUpdating, u.State == swarm.UpdateStateRollbackStarted:
		return "its update is not over"
	case u.State == swarm.UpdateStatePaused, u.State == swarm.UpdateStateRollbackPaused:
		return "its update has stopped half-way and would go on"
	}
	return ""
}
