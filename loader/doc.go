// Package loader turns compose files into a [stack.Stack]: what a user wants,
// in the engine's own types, equal to what `docker stack deploy` would send.
//
// It is the only package that speaks compose. compose-go reads, merges and
// interpolates the files; everything after that, from names to specs, is done
// here from its merged model, because the typed model of compose-go cannot
// tell "not set" from zero, and rounds and reorders values.
//
// Nothing a file says is lost silently: the table in [keys] says of every key
// of the Compose Specification whether it is mapped, ignored with a warning,
// or refused, and why. Errors and warnings name the file and line. Where that is
// not what docker does, docs/differences.md says so. What compose has no word
// for stands under x-stackup, whose keys are the table in [settings].
//
// The package reads the files it is given and those they name. It talks to no
// engine and decides nothing about what runs.
package loader
