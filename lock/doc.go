// Package lock sees to it that one apply at a time runs on a stack, wherever it
// was started. The lock is a config in the swarm itself, named
// [stack.LockName]: two cannot be created under one name, and its labels, in
// which the holder stands, can only be changed by one who has seen the last
// version.
//
// A holder changes the lock every 10 s, to show that it lives. Who waits goes by
// its own clock alone, and takes the lock over when it has not changed for
// 60 s. A holder that could not change it for 50 s takes it for lost. Clocks of
// different machines are never compared.
//
// The lock saves people from surprises. That no write overwrites another one
// unseen is the work of the versions in each write, lock or not.
package lock
