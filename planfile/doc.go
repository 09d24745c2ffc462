// Package planfile is the forms in which stackup's nouns are written down, each
// with a version of its own that does not go by the program's: see
// [FormatVersion].
//
// The saved plan is one readable JSON file that holds all that is to be written,
// what the plan was made from, and why; it also gives a plan its identity
// ([ID]). A revision is the compressed form in which the swarm keeps what was
// applied. Events are what machines see of an apply, one line each; the history
// and the drift have JSON forms, too.
//
// No bytes of a secret are in any of them, only where they are read. Values that
// a service gets as environment variables or labels are part of what is written,
// so they are in saved plans and revisions, whoever may read those; [Masked] is
// for showing. Events and drift are to be shown as they are.
//
// The package knows no clock and no engine, and decides nothing.
package planfile
