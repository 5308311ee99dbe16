package postgres

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock is held by the one process that may start and stop the server of a
// directory. It is the kernel's: it ends with the process, also by kill -9, and
// is not inherited by the server.
type lock struct{ file *os.File }

func acquire(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrInUse
		holder := make([]byte, 32)
		if n, _ := file.Read(holder); n > 0 {
			err = fmt.Errorf("%w (process %s)", ErrInUse, holder[:n])
		}
	}
	if err == nil {
		err = write(file, fmt.Sprint(os.Getpid()))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &lock{file}, nil
}

// write leaves the holder's process id for whoever finds the lock taken.
func write(file *os.File, text string) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// release gives the lock up. Closing the descriptor cannot fail in a way that
// keeps it.
func (l *lock) release() { _ = l.file.Close() }
