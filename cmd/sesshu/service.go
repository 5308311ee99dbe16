package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"sesshu/ledger"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/decide"
	"sesshu/ocr/drift"
	"sesshu/ocr/worker"
	"sesshu/review"
)

// service is everything `serve` runs: reading, jobs and the desk, over an open
// store. It owns none of them longer than Run.
type service struct {
	settings *Settings
	store    *ledger.Store
	forms    []*form.Form
	policy   decide.Policy // as it was given; the guard has the one in force
	guard    *drift.Guard
	pool     *worker.Pool
	desk     *review.Server
	listener net.Listener // nil: no desk, reading only
	jobs     int          // sheets read at a time
	clientID string
	scheme   string // http or https
}

type serviceOptions struct {
	stateDir  string
	listener  net.Listener // nil: a reading machine without a desk
	secure    bool
	processes int // reading processes; 0: one per core

	encrypted           bool // listener speaks TLS
	stationCertificates bool // stations show a certificate, too
}

func (s *Settings) newService(store *ledger.Store, options serviceOptions) (*service, error) {
	forms, err := s.loadForms()
	if err != nil {
		return nil, err
	}
	policy, err := s.loadPolicy()
	if err != nil {
		return nil, err
	}
	processes := options.processes
	if processes < 1 {
		processes = cores()
	}
	pool, err := s.readingPool(processes)
	if err != nil {
		return nil, err
	}
	clientID, err := clientID(options.stateDir)
	if err != nil {
		return nil, err
	}
	v := &service{
		settings: s, store: store, forms: forms, policy: policy, pool: pool,
		listener: options.listener, jobs: processes, clientID: clientID, scheme: "http",
	}
	if options.encrypted {
		v.scheme = "https"
	}
	v.guard = v.newGuard()
	if options.listener == nil {
		return v, nil
	}
	v.desk, err = review.New(review.Config{
		Store:    store,
		Sessions: store.Sessions(),
		Faults: review.Faults{
			NotFound:      ledger.ErrNotFound,
			SheetConflict: ledger.ErrSheetConflict,
			HashMismatch:  ledger.ErrHashMismatch,
			Truncated:     ledger.ErrTruncated,
			StorageFull:   ledger.ErrStorageFull,
			Invalid:       ledger.ErrInvalid,
			NoItem:        ledger.ErrNoItem,
			Leased:        ledger.ErrLeased,
			NotLeased:     ledger.ErrNotLeased,
			Stale:         ledger.ErrStale,
			NothingToUndo: ledger.ErrNothingToUndo,
			Incomplete:    ledger.ErrIncomplete,
			DuplicateDose: ledger.ErrDuplicateDose,

			BatchDescribed: ledger.ErrBatchDescribed, BatchDiscarded: ledger.ErrBatchDiscarded,
		},
		Page: func(file []byte, page int) ([]byte, error) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			return pool.Page(ctx, file, page)
		},
		Forms:  forms,
		Logger: s.logger,
		Secure: options.secure,

		Notices:    v.notices,
		Collectors: []prometheus.Collector{driftCollector{v.guard}},

		StationCertificates: options.stationCertificates,
	})
	if err != nil {
		return nil, fmt.Errorf("set up the desk: %w", err)
	}
	return v, nil
}

// address is the desk's root, as a browser on this machine reaches it.
func (v *service) address() string { return v.scheme + "://" + v.listener.Addr().String() }

// Run works until ctx ends: jobs first stop taking sheets, then the reading
// processes end, then the desk.
func (v *service) Run(ctx context.Context) error {
	desk := &worker.Desk{
		Store:  v.store,
		Reader: v.pool,
		Decide: v.decide,
		Logger: v.settings.logger,
	}
	// The reading processes outlive the jobs that wait for them.
	poolContext, stopPool := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPool()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return v.pool.Run(poolContext) })
	group.Go(func() error {
		defer stopPool()
		if err := v.startReading(ctx); err != nil {
			return err
		}
		group.Go(func() error { return v.guard.Run(ctx) })
		return v.store.RunJobs(ctx, ledger.JobsConfig{
			Concurrency: v.jobs,
			ClientID:    v.clientID,
			Read:        desk.ReadSheet,
			Logger:      v.settings.logger,
		})
	})
	if v.desk != nil {
		group.Go(func() error { return v.desk.Run(ctx, v.listener) })
	}
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// decide is the decision on one page with the ledger's own registers and what
// it knows of the sheet's batch.
func (v *service) decide(ctx context.Context, sheet slip.Sheet, page slip.PageReading) (slip.Decision, error) {
	batch, err := v.store.BatchContext(ctx, sheet.SheetID)
	if err != nil {
		return slip.Decision{}, err
	}
	return decide.Slip(ctx, decide.Input{
		Form:    formNamed(v.forms, page.Registration.Form),
		Page:    page,
		ScanDay: day(sheet.CapturedAt),
		Batch:   batch,
		Masters: v.store,
		Policy:  v.guard.Policy(),
	})
}

// clientID names this place of work for the job queue. It stays the same over
// restarts, so that jobs a killed predecessor held are taken up at once.
func clientID(stateDir string) (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("find the host's name: %w", err)
	}
	return host + ":" + stateDir, nil
}
