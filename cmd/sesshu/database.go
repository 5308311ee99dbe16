package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres"
	"sesshu/ledger/slip"
)

// database is where the ledger lives: an own PostgreSQL named by a URL, or the
// private one in the state directory, which it then runs.
type database struct {
	private      *postgres.Server // nil with an own PostgreSQL
	ownerURL     string
	serviceURL   string
	imagesFolder string
}

// openDatabase starts the private server if none is named, and migrates. The
// caller runs and closes it. A visitor joins the server that a running service
// holds, if one does.
func (s *Settings) openDatabase(ctx context.Context, stateDir string, visitor bool) (*database, error) {
	for attempt := 1; ; attempt++ {
		d, err := s.startDatabase(ctx, stateDir, visitor)
		// A private server that is killed while it is migrated has nobody yet
		// who watches over it; starting it again recovers it.
		if err == nil || s.DatabaseURL != "" || attempt == startAttempts || ctx.Err() != nil ||
			errors.Is(err, postgres.ErrInUse) || errors.Is(err, postgres.ErrNoBinaries) || errors.Is(err, postgres.ErrNoUser) ||
			errors.Is(err, postgres.ErrNotWritable) {
			return d, err
		}
		s.logger.WarnContext(ctx, "starting the database again", slog.Any("error", err))
	}
}

// startAttempts is how often the private server is started before its fault is
// taken to be lasting.
const startAttempts = 3

func (s *Settings) startDatabase(ctx context.Context, stateDir string, visitor bool) (*database, error) {
	d := &database{imagesFolder: filepath.Join(stateDir, "images")}
	if s.DatabaseURL != "" {
		d.serviceURL, d.ownerURL = s.DatabaseURL, s.OwnerDatabaseURL
		if d.ownerURL == "" {
			d.ownerURL = s.DatabaseURL
		}
	} else {
		config := postgres.Config{Dir: filepath.Join(stateDir, "postgres"), Logger: s.logger}
		private, err := postgres.Start(ctx, config)
		if errors.Is(err, postgres.ErrInUse) && visitor {
			private, err = postgres.Attach(ctx, config)
		}
		if errors.Is(err, postgres.ErrNotWritable) {
			err = orElsewhere(err)
		}
		if err != nil {
			return nil, fmt.Errorf("start the private PostgreSQL: %w", err)
		}
		d.private, d.ownerURL, d.serviceURL = private, private.OwnerURL(), private.ServiceURL()
	}
	if err := d.migrate(ctx, s.logger); err != nil {
		d.close(s.logger)
		return nil, fmt.Errorf("migrate the ledger: %w", err)
	}
	return d, nil
}

// migrate brings the ledger up to this program. A login that may do nothing but
// serve is content with a ledger that another one has migrated: a service needs
// no right to change what it may only add to.
func (d *database) migrate(ctx context.Context, logger *slog.Logger) error {
	err := ledger.Migrate(ctx, d.ownerURL)
	if !errors.Is(err, ledger.ErrMissingRole) || d.ownerURL != d.serviceURL {
		return err
	}
	store, notReady := ledger.Open(ctx, ledger.Config{DatabaseURL: d.serviceURL, Images: images.New(d.imagesFolder), Logger: logger})
	switch {
	case notReady == nil:
		store.Close()
		return nil
	case errors.Is(notReady, ledger.ErrNotMigrated):
		return fmt.Errorf("%w: run `sesshu migrate` with a login that may / 権限のあるログインで `sesshu migrate` を実行してください", notReady)
	}
	return err
}

// run keeps the private server alive until ctx ends.
func (d *database) run(ctx context.Context) error {
	if d.private == nil {
		<-ctx.Done()
		return nil
	}
	return d.private.Run(ctx)
}

func (d *database) close(logger *slog.Logger) {
	if d.private == nil {
		return
	}
	if err := d.private.Close(); err != nil {
		logger.Error("private PostgreSQL did not stop cleanly", slog.Any("error", err))
	}
}

// openStore opens the ledger and its images. A private server may be on its way
// back from a crash, so it is given a while.
func (d *database) openStore(ctx context.Context, logger *slog.Logger) (*ledger.Store, error) {
	for deadline := time.Now().Add(30 * time.Second); ; {
		originals := images.New(d.imagesFolder)
		store, err := ledger.Open(ctx, ledger.Config{
			DatabaseURL: d.serviceURL,
			Images:      originals,
			Logger:      logger,
			Validate: func(value slip.Value, text string) error {
				_, err := slip.Normalise(value, text)
				return err
			},
		})
		if err == nil {
			if err = expectImages(ctx, store, originals); err == nil {
				return store, nil
			}
			store.Close()
		}
		if d.private == nil || time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// expectImages keeps a ledger that holds sheets from beginning a new image store
// where its own is not mounted.
func expectImages(ctx context.Context, store *ledger.Store, originals *images.Store) error {
	held, err := store.HoldsSheets(ctx)
	if held {
		originals.Expect()
	}
	return err
}

// withStore runs act with the ledger open: for the short commands. When a
// service already runs on the private server, it is joined, not started twice.
func (s *Settings) withStore(ctx context.Context, act func(*ledger.Store) error) error {
	stateDir, err := s.stateDir()
	if err != nil {
		return err
	}
	d, err := s.openDatabase(ctx, stateDir, true)
	if err != nil {
		return err
	}
	defer d.close(s.logger)
	store, err := d.openStore(ctx, s.logger)
	if err != nil {
		return err
	}
	defer store.Close()
	return act(store)
}
