package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// errDemoRuns says that another demo has this state directory.
var errDemoRuns = errors.New("a demo runs in this state directory already: end it, or name another directory with --state-dir or SESSHU_STATE_DIR / " +
	"このディレクトリーでは別のデモが動いています。終了するか、--state-dir で別の場所を指定してください")

// lockDemo takes the demo's folder below a state directory for this process,
// before anything in it is looked at: a demo whose stack is settled keeps its
// desk open, and the next would take its folder for an old one. The lock lies
// beside the folder, which comes and goes, and ends with the process. The caller
// closes it. errDemoRuns, or what the file system says.
func lockDemo(stateDir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(stateDir, "demo.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the demo's folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errDemoRuns
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the demo's folder: %w", err), file.Close())
	}
	return file, nil
}
