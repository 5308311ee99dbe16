package worker

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// LimitMemory bounds the private memory of this process, in bytes: beyond it
// an allocation fails, the process dies, and its parent replaces it. A reading
// process calls it before it opens anything.
func LimitMemory(bytes uint64) error {
	// The Go heap may go beyond it once: it maps over pages that it has reserved,
	// which Linux takes for no growth. What is asked for next then fails.
	//
	// RLIMIT_DATA counts private writable memory only; RLIMIT_AS would also
	// count the address space that the Go runtime merely reserves.
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return fmt.Errorf("limit memory to %d bytes: %w", bytes, err)
	}
	return nil
}
