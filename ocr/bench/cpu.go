//go:build unix

package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// processCPU returns the processor time, user and system, of this process with
// all its threads.
func processCPU() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return 0 // only a bad argument fails, and this is none
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
