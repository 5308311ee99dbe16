package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
)

// The test binary is the program itself when this variable is set: tests start
// it as any user would, and may kill it. So it is as a reading process, which
// inherits no such variable.
const programVariable = "SESSHU_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" || slices.Contains(os.Args, "--pipe") {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(status)
	}
	os.Exit(m.Run())
}
