//go:build unix

package station

import (
	"errors"
	"os"
	"syscall"

	"sesshu/scanner"
)

// diskCondition names what the disk has against a write. EFBIG is a limit on
// file sizes: to the operator it is a full disk.
func diskCondition(err error) scanner.Condition {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return scanner.SpoolFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return scanner.SpoolReadOnly
	}
	return scanner.SpoolFailed
}

// syncDirectory forces the names in a directory to disk.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// lockFile takes a lock that the kernel gives back when the process dies.
func lockFile(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrSpoolInUse
	}
	return err
}
