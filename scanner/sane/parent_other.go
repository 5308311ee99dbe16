//go:build !linux

package sane

import "os/exec"

// endWithParent does nothing: only Linux has a call for it.
func endWithParent(*exec.Cmd) {}
