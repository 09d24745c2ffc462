package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// LabelStack names the stack that something of stackup's own belongs to: a
// lock or a revision. Such a config does not carry [LabelNamespace], so that
// neither `docker stack` nor an observation of the stack sees it.
const LabelStack = LabelPrefix + "stack"

// LabelUnfinished on the config of the latest revision says when (RFC 3339) an
// apply after it failed or was cut short.
const LabelUnfinished = LabelPrefix + "unfinished"

// DefaultRevisions is how many revisions of a stack are kept.
const DefaultRevisions = 20

// Revision is what one successful apply has left running, recorded in the
// swarm.
type Revision struct {
	Entry
	// Stack is what was applied. Nothing in it is secret: neither the bytes of
	// secrets nor the data of configs are there, only their names. Of services
	// the specs refer to other objects by the names that are in use.
	Stack Stack
	// Past is the earlier revisions that are kept, newest first.
	Past []Entry
}

// Entry is what the history says of one revision.
type Entry struct {
	Number  int       // from 1
	At      time.Time // UTC, in whole seconds
	By      string    // user@host
	URL     string    // of the CI job; may be empty
	Tool    string    // the program and its version
	PlanID  string    // of the plan that was applied
	Summary string    // "1 to create, 2 to update"
	// Refs is the configs and secrets of the revision, external ones included,
	// sorted. They are kept as long as the revision is.
	Refs []Ref
}

// Kept is the revision's own entry and the earlier ones, newest first, as they
// are kept beside a new one when most are kept in all. A nil revision keeps
// none.
func (r *Revision) Kept(most int) []Entry {
	all := r.Entries()
	return all[:max(0, min(len(all), most-1))]
}

// Entries is the revision's own entry and the earlier ones, newest first. A nil
// revision has none.
func (r *Revision) Entries() []Entry {
	if r == nil {
		return nil
	}
	return append([]Entry{r.Entry}, r.Past...)
}

// Names of stackup's own configs. A stack's name has no dot, so that the dots
// part the name safely. The engine lists configs by the beginning of their
// names, so that the latest revision can be read without the others.

// LatestPrefix starts the name of the config with a stack's latest revision.
// Its number follows.
func LatestPrefix(stackName string) string { return "stackup.latest." + shortened(stackName) + "." }

// LatestName is the name of the config with the revision while it is the
// latest.
func LatestName(stackName string, number int) string {
	return LatestPrefix(stackName) + strconv.Itoa(number)
}

// RevisionName is the name of the config with the revision when there is a
// later one.
func RevisionName(stackName string, number int) string {
	return "stackup.revision." + shortened(stackName) + "." + strconv.Itoa(number)
}

// LockName is the name of the config that is a stack's lock.
func LockName(stackName string) string { return "stackup.lock." + shortened(stackName) }

// shortened is a name for use in the name of a config: a long one is cut, and
// told from others by a digest.
func shortened(name string) string {
	const most = 36
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:most-11] + "-" + hex.EncodeToString(sum[:5])
}

// Lock is who is applying to a stack. It lives in the labels of a config, which
// unlike a config's data can be changed, and only by one who has seen the last
// version.
type Lock struct {
	ID      string    // of this holder: random
	Holder  string    // user@host
	URL     string    // of the CI job; may be empty
	Command string    // what runs: "apply"
	Since   time.Time // UTC, in whole seconds
	Beat    int       // counts up while the holder lives
}

const labelLock = LabelPrefix + "lock."

// Labels is the lock as the labels of its config.
func (l Lock) Labels(stackName string) map[string]string {
	return map[string]string{
		LabelStack:            stackName,
		labelLock + "id":      l.ID,
		labelLock + "holder":  l.Holder,
		labelLock + "url":     l.URL,
		labelLock + "command": l.Command,
		labelLock + "since":   l.Since.UTC().Format(time.RFC3339),
		labelLock + "beat":    strconv.Itoa(l.Beat),
	}
}

// LockOf reads a lock from labels. What is missing or makes no sense is left
// out.
func LockOf(labels map[string]string) Lock {
	since, _ := time.Parse(time.RFC3339, labels[labelLock+"since"])
	beat, _ := strconv.Atoi(labels[labelLock+"beat"])
	return Lock{
		ID: labels[labelLock+"id"], Holder: labels[labelLock+"holder"], URL: labels[labelLock+"url"],
		Command: labels[labelLock+"command"], Since: since, Beat: beat,
	}
}

// Drift is one object that is not as the last revision left it: somebody has
// changed it since without stackup.
type Drift struct {
	Ref  Ref
	Key  string // in the compose file, or the name without the stack's
	What DriftKind
	// Fields is what differs of a changed object: Old is as it was applied, New
	// as it is now. Effect is not set.
	Fields []FieldChange
}

// DriftKind is how an object has drifted.
type DriftKind string

// The ways to drift.
const (
	Changed DriftKind = "changed"
	Missing DriftKind = "removed"
	Added   DriftKind = "added"
)
