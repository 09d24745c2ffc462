// Package applier carries out a [stack.Plan]: it writes to the swarm in the
// plan's order, waits until the swarm runs what was written, and says what
// happens in events and in a report.
//
// It carries no decision about what to change: every write is in the plan, and
// nothing else is ever written. What it does decide is when a write may start
// (when everything it waits for has succeeded, not merely ended), and whether
// the swarm's tasks amount to success, failure, or neither yet.
//
// One loop owns all state. Only writes, polls and logs run in goroutines of
// their own; they get values and answer through a channel.
//
// The rules about tasks and updates follow swarmkit: manager/orchestrator
// (task.go, restart/restart.go, update/updater.go), manager/scheduler, and
// moby's daemon/cluster/executor/container/controller.go. The texts they match
// were read off an engine 20.10.24.
package applier
