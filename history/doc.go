// Package history keeps the revisions of a stack in the swarm itself: what each
// successful apply has left running, a config for each.
//
// The latest is named [stack.LatestName], so that a plan can read it without the
// others; earlier ones are named [stack.RevisionName]. A config cannot be
// renamed, so the latest is copied when a later one comes. Which earlier ones
// there are stands in a label of the latest: the engine lists no config without
// its data.
//
// The package knows no clock, and of a revision's form only that it is bytes.
package history
