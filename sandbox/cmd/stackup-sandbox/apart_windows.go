package main

import "syscall"

// detachedProcess is DETACHED_PROCESS of Windows' CreateProcess.
const detachedProcess = 0x8

// apart starts a process without a console: it outlives the terminal.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}
