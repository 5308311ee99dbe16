package station

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"

	"sesshu/scanner"
)

// diskCondition names what the disk has against a write.
func diskCondition(err error) scanner.Condition {
	switch {
	case errors.Is(err, windows.ERROR_DISK_FULL), errors.Is(err, windows.ERROR_HANDLE_DISK_FULL):
		return scanner.SpoolFull
	case errors.Is(err, windows.ERROR_WRITE_PROTECT), errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return scanner.SpoolReadOnly
	}
	return scanner.SpoolFailed
}

// syncDirectory does nothing: Windows has no call for it, and NTFS keeps names
// in its journal.
func syncDirectory(string) error { return nil }

// lockFile takes a lock that the system gives back when the process dies.
func lockFile(file *os.File) error {
	err := windows.LockFileEx(windows.Handle(file.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrSpoolInUse
	}
	return err
}
