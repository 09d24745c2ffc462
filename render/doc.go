// Package render turns what stackup knows into what people read: the text of
// a plan, the progress of an apply, the report at its end, drift, the history,
// who holds a lock, errors and warnings. It decides nothing: every reason,
// effect and message arrives ready in the nouns of package stack, and this
// package only lays it out.
//
// The rules of the output stand here, in one place.
//
//   - Plans and reports go to standard output, progress, warnings and errors to
//     standard error. The caller picks the writer.
//   - What the package itself writes is ASCII. Values keep their own characters.
//   - Nothing from outside reaches a terminal unescaped: control characters,
//     escape sequences, bidirectional overrides and invalid UTF-8 are shown as
//     \x1b, \n, \u202e.
//   - No line is wider than [Style.Width], unless a single word is. Sentences
//     and task errors are wrapped, never cut. Commands and addresses stay in
//     one piece, to be copied. Values of fields are cut around the first
//     difference, so that a change never looks like none, and have a digest
//     then. Lines of logs are cut.
//   - Times are UTC and say so.
//   - Symbols: + creates, ~ updates, * scales, > runs, & adopts, - deletes,
//     -/+ replaces, = stays, ! went wrong or may do so.
//   - What is long is folded in the middle, and said to be; what is the same in
//     several services is said once.
//   - Without [Style.Color] there are no escape sequences at all. Colour repeats
//     what the words say and never says more.
//   - Names are quoted and the object comes first.
//
// The package does no I/O but writing to the given writer, and reads neither
// the environment nor, but for [Live], the clock.
package render
