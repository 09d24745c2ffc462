// Package swarm is a Docker swarm in one process: SwarmKit's own control API,
// allocator, scheduler and orchestrators on a store in memory, and an agent that
// drives SwarmKit's own task state machine over containers that only exist on
// paper (see package script). So updates, pauses, rollbacks, jobs, placement,
// restarts and error texts are the real ones.
//
// It is not the whole of a manager: there is no raft, no certificate authority,
// no dispatcher, no CSI, and addresses are counted rather than managed (see
// [network.go]).
//
// There may be one running swarm per process: SwarmKit's schedulers share state
// of the package (manager/scheduler/pipeline.go, defaultFilters).
package swarm
