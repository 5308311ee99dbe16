package ledger_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
)

// PostgreSQL is killed again and again while sheets come in, are read and
// reviewed. Stations, readers and people try again, as they do; in the end every
// sheet is accounted for once.
func TestKillingPostgreSQLLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := postgres.Start(t.Context(), postgres.Config{Dir: filepath.Join(dir, "postgres"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	watch, stop := context.WithCancel(context.Background())
	watched := make(chan error, 1)
	go func() { watched <- server.Run(watch) }()
	defer func() {
		stop()
		if err := <-watched; err != nil {
			t.Error(err)
		}
	}()
	if err := ledger.Migrate(t.Context(), server.OwnerURL()); err != nil {
		t.Fatal(err)
	}
	originals := images.New(filepath.Join(dir, "images"))
	store, err := ledger.Open(t.Context(), ledger.Config{
		DatabaseURL: server.ServiceURL(), Images: originals, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	end := reading(t, store, "worker", func(ctx context.Context, sheet slip.Sheet) error {
		time.Sleep(20 * time.Millisecond)
		decision := certain(fmt.Sprintf("%010d", sheet.Sequence/2)) // every dose on two papers
		return store.RecordPages(ctx, sheet, []slip.PageDecision{onPage(sheet, 1, decision)})
	})
	defer end()

	const sheets, kills = 60, 5
	var group sync.WaitGroup
	group.Go(func() {
		for sequence := 1; sequence <= sheets; sequence++ {
			image := fmt.Sprint("image ", sequence)
			again(t, func() error {
				_, err := store.StoreSheet(t.Context(), scanned(sequence, image), strings.NewReader(image))
				return err
			})
		}
	})
	for range kills {
		time.Sleep(300 * time.Millisecond)
		signal(t, filepath.Join(dir, "postgres"), syscall.SIGKILL)
		again(t, func() error { return store.Ready(t.Context()) })
	}
	group.Wait()
	var count slip.Totals
	again(t, func() (err error) {
		if count, err = store.Totals(t.Context()); err == nil && count.Waiting > 0 {
			err = fmt.Errorf("%d sheets wait", count.Waiting)
		}
		return err
	})
	if count.Stored != sheets || count.Entries != sheets/2+1 || count.Accepted != sheets/2+1 || count.Review != sheets/2-1 {
		t.Errorf("totals %+v", count)
	}
	report, err := verify.Check(t.Context(), server.ServiceURL(), originals)
	if err != nil || !report.Sound() {
		t.Errorf("problems %q, %v", report.Problems, err)
	}
}

// again does what every part outside the ledger does: it tries until it is
// done.
func again(t testing.TB, act func() error) {
	for act() != nil && t.Context().Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
}
