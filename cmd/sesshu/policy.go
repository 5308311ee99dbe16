package main

import (
	"context"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"sesshu/ocr/decide"
	"sesshu/ocr/worker"
)

// checkPolicy refuses a policy file that was calibrated for other readers than
// those of the pool. The built-in policy is kept in step by a test.
func (s *Settings) checkPolicy(ctx context.Context, pool *worker.Pool, policy decide.Policy) error {
	if s.Policy == "" || policy.Calibrated == nil {
		return nil
	}
	running, err := pool.Versions(ctx)
	if err != nil {
		return fmt.Errorf("ask for the readers' versions: %w", err)
	}
	if err := policy.CheckReaders(running); err != nil {
		return fmt.Errorf("policy %s: %w", s.Policy, err)
	}
	return nil
}

// progress shows how many files are done on standard error, where somebody may
// be looking. The caller calls done.
func (s *Settings) progress() (tell func(finished, total int), done func()) {
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(s.stderr), progressbar.OptionThrottle(time.Second), progressbar.OptionShowCount())
	return func(finished, total int) {
		bar.ChangeMax(total)
		_ = bar.Set(finished)
	}, func() { _ = bar.Clear() }
}
