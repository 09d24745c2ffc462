// Package planfile is the saved plan: one readable JSON file that holds all that
// is to be written, what the plan was made from, and why; and the same as a
// machine form to look at. It also gives a plan its identity ([ID]).
//
// The form is versioned by itself, not by the program: see [FormatVersion]. No
// bytes of a secret are in it, only where they are read. Values that a service
// gets as environment variables or labels are part of what is written, so they
// are in the file, whoever may read it; [Masked] is for showing.
//
// The package knows no clock and no engine, and decides nothing.
package planfile
