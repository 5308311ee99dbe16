package drift

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sesshu/ledger/slip"
	"sesshu/ocr/decide"
)

// Decided is one page's stored decision.
type Decided struct {
	Row      int64 // of the sheet; grows with the order in which sheets came in
	Page     int
	Form     string // that the page was registered to; empty for none
	Decision slip.Decision
}

// GuardConfig is what a guard needs. Policy and Decisions must be set.
type GuardConfig struct {
	Policy decide.Policy
	Bands  []decide.Band // that the stream is held against; none: nothing is watched
	// Decisions returns the decisions on sheets after a row, in the order of rows
	// and pages, at most limit of them.
	Decisions func(ctx context.Context, after int64, limit int) ([]Decided, error)
	// Last returns the row of the newest sheet, 0 when there is none.
	Last   func(ctx context.Context) (int64, error)
	Watch  Config
	Every  time.Duration // between two looks at the ledger; 30 s when 0
	Logger *slog.Logger  // slog.Default when nil
}

const (
	history = 5000 // sheets that are looked at again when a guard starts
	lagging = 200  // sheets behind the newest that may still be decided
	portion = 500  // decisions fetched at a time
)

// Guard keeps the policy in force as tight as the stream demands. It follows the
// decisions in the ledger, so that every machine that reads comes to the same
// policy, and a restarted one comes back to it.
//
// A value that left its band stays asked until the policy itself is another one:
// calibrated anew, or with a changed note by somebody who found the cause.
type Guard struct {
	config GuardConfig
	logger *slog.Logger

	mutex  sync.RWMutex
	policy decide.Policy // in force
	alarms []Alarm

	watch *Watch
	after int64
	seen  map[[2]int64]bool
}

// NewGuard returns a guard that has not looked at the ledger yet.
func NewGuard(config GuardConfig) *Guard {
	if config.Every <= 0 {
		config.Every = 30 * time.Second
	}
	g := &Guard{config: config, logger: config.Logger, policy: config.Policy, seen: map[[2]int64]bool{}}
	if g.logger == nil {
		g.logger = slog.Default()
	}
	g.watch = New(config.Bands, config.Watch)
	return g
}

// Policy returns the policy in force.
func (g *Guard) Policy() decide.Policy {
	g.mutex.RLock()
	defer g.mutex.RUnlock()
	return g.policy
}

// Alarms lists what left its band since the policy came into force.
func (g *Guard) Alarms() []Alarm {
	g.mutex.RLock()
	defer g.mutex.RUnlock()
	return slices.Clone(g.alarms)
}

// Start looks at the sheets that the ledger holds already, so that nothing is
// decided under a looser policy than before the service was restarted.
func (g *Guard) Start(ctx context.Context) error {
	if !g.watch.Watching() {
		g.logger.InfoContext(ctx, "drift is not watched: the policy has no bands of this stream; make one on labelled slips with sesshu calibrate")
		return nil
	}
	last, err := g.config.Last(ctx)
	if err != nil {
		return fmt.Errorf("watch for drift: %w", err)
	}
	g.after = max(0, last-history)
	return g.Look(ctx)
}

// Run looks at the ledger again and again until ctx ends. A ledger that does not
// answer is asked again later.
func (g *Guard) Run(ctx context.Context) error {
	if !g.watch.Watching() {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(g.config.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := g.Look(ctx); err != nil && ctx.Err() == nil {
			g.logger.WarnContext(ctx, "drift not looked at", slog.Any("error", err))
		}
	}
}

// Look takes in the decisions that are new in the ledger. It is not safe for
// concurrent use with itself, Start and Run.
func (g *Guard) Look(ctx context.Context) error {
	cursor := g.after
	for {
		decisions, err := g.config.Decisions(ctx, cursor, portion)
		if err != nil {
			return fmt.Errorf("watch for drift: %w", err)
		}
		for _, decided := range decisions {
			cursor = decided.Row
			at := [2]int64{decided.Row, int64(decided.Page)}
			if g.seen[at] {
				continue
			}
			g.seen[at] = true
			if err := g.take(ctx, decided); err != nil {
				return err
			}
		}
		if len(decisions) < portion {
			break
		}
		if decisions[0].Row < cursor {
			cursor-- // the rest of the last sheet's pages may not have come along
		}
	}
	// Sheets are not decided in the order in which they came in.
	g.after = max(g.after, cursor-lagging)
	for at := range g.seen {
		if at[0] <= g.after {
			delete(g.seen, at)
		}
	}
	return nil
}

// take observes one decision that was made under this policy, as loose as it
// was or tightened.
func (g *Guard) take(ctx context.Context, decided Decided) error {
	if decided.Decision.PolicyBase != g.config.Policy.Base {
		return nil
	}
	alarms := g.watch.Observe(decided.Form, decided.Decision)
	for value, field := range decided.Decision.Fields {
		// Another machine, or this one before a restart, has seen what may lie too
		// far back by now.
		if slices.Contains(field.Reasons, slip.ReasonDrift) && g.watch.adopt(decided.Form, value) {
			alarms = append(alarms, Alarm{Form: decided.Form, Value: value})
		}
	}
	if len(alarms) == 0 {
		return nil
	}
	policy := g.Policy()
	for _, alarm := range alarms {
		var err error
		if policy, err = policy.Tighten(alarm.Form, alarm.Value); err != nil {
			return fmt.Errorf("watch for drift: %w", err)
		}
		g.logger.WarnContext(ctx, "the stream left its band: the policy is tightened",
			slog.String("form", alarm.Form), slog.String("value", string(alarm.Value)), slog.String("measure", string(alarm.Measure)),
			slog.Int("page", alarm.Page), slog.String("policy", policy.Hash.String()))
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.policy, g.alarms = policy, g.watch.Alarms()
	return nil
}
