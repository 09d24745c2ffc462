//go:build unix

package main

import "syscall"

// apart starts a process in a session of its own: it outlives the terminal.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
