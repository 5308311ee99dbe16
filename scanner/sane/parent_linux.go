package sane

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the kernel interrupt scanimage when this process dies, so
// that the scanner is not left running. (The signal is tied to the thread that
// started the child; threads of a Go program last as long as the process unless
// a goroutine ends while locked to one, which nothing here does.)
func endWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
}
