// Package stack holds the nouns of stackup: what a user wants ([Stack]), what
// the swarm has ([Snapshot]), what is to change ([Plan]), and what happens
// while it changes ([Event], [Report]).
//
// The nouns are the engine's own. A service wraps [swarm.ServiceSpec], a
// config [swarm.ConfigSpec], and so on, because the engine's restart rule and
// the equality with `docker stack deploy` are defined on exactly these values.
// What a spec cannot say stands beside it: compose keys, file positions,
// dependencies, a secret's bytes.
//
// The package decides nothing and does no I/O. It may import the standard
// library and the engine's data types (github.com/moby/moby/api), nothing
// else. All its values are plain data: safe to read from many goroutines, not
// safe to change while others read.
package stack
