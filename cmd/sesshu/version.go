package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

func (versionCommand) Run(settings *Settings) error { //nolint:unparam // kong wants an error from every command
	revision, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				revision = setting.Value
			case "vcs.modified":
				if setting.Value == "true" {
					modified = " (modified)"
				}
			}
		}
	}
	fmt.Fprintf(settings.stdout, "sesshu %s%s, %s\n", revision, modified, runtime.Version())
	return nil
}
