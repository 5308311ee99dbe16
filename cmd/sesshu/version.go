package main

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"

	"sesshu/ocr/worker"
)

type versionCommand struct{}

func (versionCommand) Run(ctx context.Context, settings *Settings) error {
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
	return settings.withPool(ctx, 1, func(ctx context.Context, pool *worker.Pool) error {
		readers, err := pool.Versions(ctx)
		if err != nil {
			return fmt.Errorf("ask for the readers' versions: %w", err)
		}
		for _, name := range slices.Sorted(maps.Keys(readers)) {
			fmt.Fprintf(settings.stdout, "%-10s %s\n", name, readers[name])
		}
		return nil
	})
}
