package applier

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/swarm"
)

// howEnded is equal for ends that are the same: the exit code if a container
// ran, otherwise the error.
func howEnded(t swarm.Task) string {
	if code := exitCode(t); code != 0 || t.Status.Err == "" {
		return "exit " + strconv.Itoa(code)
	}
	return unnumbered(t.Status.Err)
}

// unnumbered leaves out of an error what differs from task to task: IDs.
func unnumbered(text string) string {
	return regexp.MustCompile(`[0-9a-z]{20,}`).ReplaceAllString(text, "…")
}

// imageMissing says that a node could not get the task's image. Engine 20.10.24
// words it
//
//	rejected: No such image: example/none:1
//
// whether the registry cannot be reached, does not know the image, or refuses
// access (401, 403): it only logs the pull's error and reports that of creating
// the container (controller.go, Prepare). The other texts are those of the
// pull, should an engine report them.
func imageMissing(t swarm.Task) bool {
	text := strings.ToLower(t.Status.Err)
	return t.Status.State == swarm.TaskStateRejected && slices.ContainsFunc([]string{
		"no such image",
		"pull access denied",
		"manifest unknown",
		"repository does not exist",
		"manifest for ",
		"image not found",
	}, func(form string) bool { return strings.Contains(text, form) })
}

// pathMissing says that the node lacks a directory which the task mounts. Nothing
// will make it but somebody on that node; another node may have it. Engine
// 20.10.24:
//
//	rejected: invalid mount config for type "bind": bind source path does not exist: /srv/data
func pathMissing(t swarm.Task) bool {
	return t.Status.State == swarm.TaskStateRejected && strings.Contains(t.Status.Err, "bind source path does not exist")
}

// unhealthy says that the engine stopped the container because its health check
// failed (moby daemon/cluster/executor/container/errors.go, ErrContainerUnhealthy):
//
//	failed: task: non-zero exit (137): dockerexec: unhealthy container
func unhealthy(t swarm.Task) bool { return strings.Contains(t.Status.Err, "unhealthy container") }

// fitsNowhere says that the scheduler finds no place for a task (swarmkit
// manager/scheduler/scheduler.go, noSuitableNode; of a global service, whose
// tasks have their nodes from the start, taskFitNode). Engine 20.10.24:
//
//	pending: no suitable node (scheduling constraints not satisfied on 1 node)
//	pending: no suitable node (insufficient resources on 1 node)
//	pending: insufficient resources on 1 node
func fitsNowhere(t swarm.Task) bool {
	fixed := t.NodeID != "" && t.Status.Err != ""
	return t.Status.State == swarm.TaskStatePending && (fixed || strings.HasPrefix(t.Status.Err, "no suitable node"))
}

// checksHealth says that the task's spec has a health check. When it fails and
// the container then ends with 0, engine 20.10.24 calls the task complete and
// gives no reason.
func checksHealth(t swarm.Task) bool {
	c := t.Spec.ContainerSpec
	return c != nil && c.Healthcheck != nil && len(c.Healthcheck.Test) > 0 && c.Healthcheck.Test[0] != "NONE"
}

// exitCode is the container's, or 0 if there was none. The engine says -1 of a
// container that it is stopping.
func exitCode(t swarm.Task) int {
	if t.Status.ContainerStatus == nil {
		return 0
	}
	return max(t.Status.ContainerStatus.ExitCode, 0)
}
