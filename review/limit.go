package review

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// attempts limits how often something may be tried under one name, such as
// signing in to an account or from an address.
type attempts struct {
	now   func() time.Time
	every time.Duration // one more attempt is earned in this time
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// attemptsKept bounds the memory a flood of names can take.
const attemptsKept = 10_000

func newAttempts(now func() time.Time, every time.Duration, burst int) *attempts {
	return &attempts{now: now, every: every, burst: burst, buckets: map[string]*rate.Limiter{}}
}

// allow takes one attempt and reports whether there was one left.
func (a *attempts) allow(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	bucket, ok := a.buckets[name]
	if !ok {
		a.sweep(now)
		bucket = rate.NewLimiter(rate.Every(a.every), a.burst)
		a.buckets[name] = bucket
	}
	return bucket.AllowN(now, 1)
}

// giveBack gives a name the one attempt back that it took last, because it was
// no guess. The failed ones before it still count.
func (a *attempts) giveBack(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if bucket, ok := a.buckets[name]; ok {
		bucket.AllowN(a.now(), -1) // the limiter keeps to its burst by itself
	}
}

// forget gives a name all its attempts back, after a success.
func (a *attempts) forget(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.buckets, name)
}

// sweep makes room by forgetting names that have all attempts back. When a
// flood leaves none of those, all are forgotten: the other limit still holds.
func (a *attempts) sweep(now time.Time) {
	if len(a.buckets) < attemptsKept {
		return
	}
	for name, bucket := range a.buckets {
		if bucket.TokensAt(now) >= float64(a.burst) {
			delete(a.buckets, name)
		}
	}
	if len(a.buckets) >= attemptsKept {
		clear(a.buckets)
	}
}
