package ledger_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
)

// In the environment these make this test binary read sheets, and hang on each,
// until it is killed.
const (
	victimURL    = "SESSHU_TEST_VICTIM_URL"
	victimImages = "SESSHU_TEST_VICTIM_IMAGES"
)

func TestMain(m *testing.M) {
	if os.Getenv(victimURL) != "" {
		os.Exit(beVictim())
	}
	// The shared server lives as long as the test binary, and so does who waits for it.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("sesshu/ledger/postgres.reap"))
}

func beVictim() int {
	ctx := context.Background()
	store, err := ledger.Open(ctx, ledger.Config{DatabaseURL: os.Getenv(victimURL), Images: images.New(os.Getenv(victimImages))})
	if err == nil {
		err = store.RunJobs(ctx, ledger.JobsConfig{
			Concurrency: 2, ClientID: "worker", Logger: slog.New(slog.DiscardHandler),
			Read: func(context.Context, slip.Sheet) error {
				fmt.Println("reading")
				select {}
			},
		})
	}
	fmt.Println("error", err)
	return 1
}

// reading starts RunJobs and returns how to end it and wait for its end.
func reading(t testing.TB, store *ledger.Store, client string, read func(context.Context, slip.Sheet) error) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- store.RunJobs(ctx, ledger.JobsConfig{
			Concurrency: 4, ClientID: client, Read: read, Logger: slog.New(slog.DiscardHandler),
		})
	}()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return end
}

// await waits until no sheet waits any more.
func await(t testing.TB, store *ledger.Store) slip.Totals {
	t.Helper()
	for {
		totals := totals(t, store)
		if totals.Waiting == 0 {
			return totals
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func acceptAll(store *ledger.Store) func(context.Context, slip.Sheet) error {
	return func(ctx context.Context, sheet slip.Sheet) error {
		decision := certain(fmt.Sprintf("%010d", sheet.Sequence))
		return store.RecordPages(ctx, sheet, []slip.PageDecision{onPage(sheet, 1, decision)})
	}
}

func TestEverySheetIsReadOnce(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	const sheets = 30
	for sequence := 1; sequence <= sheets/2; sequence++ {
		handIn(t, store, sequence)
	}
	var reads atomic.Int32
	accept := acceptAll(store)
	reading(t, store, "worker", func(ctx context.Context, sheet slip.Sheet) error {
		reads.Add(1)
		return accept(ctx, sheet)
	})
	for sequence := sheets/2 + 1; sequence <= sheets; sequence++ {
		handIn(t, store, sequence)
	}
	got := await(t, store)
	if got.Accepted != sheets || got.Entries != sheets || reads.Load() != sheets {
		t.Errorf("after %d reads: %+v", reads.Load(), got)
	}
	if got.MedianSeconds <= 0 || got.MaxSeconds < got.MedianSeconds {
		t.Errorf("times %v, %v", got.MedianSeconds, got.MaxSeconds)
	}
}

func TestAProcessKilledInTheMiddleOfAJobIsSucceeded(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	folder := t.TempDir()
	config.Images = images.New(folder)
	store := ledgertest.Open(t, config)
	handIn(t, store, 1)
	handIn(t, store, 2)

	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), victimURL+"="+config.DatabaseURL, victimImages+"="+folder)
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	for range 2 {
		if line, err := lines.ReadString('\n'); err != nil || line != "reading\n" {
			t.Fatalf("victim says %q, %v", line, err)
		}
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, lines)
	_ = victim.Wait() // killed

	reading(t, store, "worker", acceptAll(store))
	if got := await(t, store); got.Accepted != 2 || got.Entries != 2 {
		t.Errorf("totals %+v", got)
	}
}

func TestTwoProcessesDoNotWorkUnderOneName(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	handIn(t, store, 1)
	started := make(chan struct{})
	reading(t, store, "worker", func(ctx context.Context, _ slip.Sheet) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	err := store.RunJobs(ctx, ledger.JobsConfig{Concurrency: 1, ClientID: "worker", Read: acceptAll(store)})
	if err != nil {
		t.Errorf("asked to end while it waits for the other: %v", err)
	}
	if got := totals(t, store); got.Waiting != 1 {
		t.Errorf("the second took the first one's sheet: %+v", got)
	}
}

func TestASheetInReadingWhenWeStopIsReadLater(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	handIn(t, store, 1)
	started := make(chan struct{})
	end := reading(t, store, "worker", func(ctx context.Context, _ slip.Sheet) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	<-started
	end()
	reading(t, store, "worker", acceptAll(store))
	if got := await(t, store); got.Accepted != 1 {
		t.Errorf("totals %+v", got)
	}
}

func TestAFailingSheetIsTriedAgain(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	handIn(t, store, 1)
	accept := acceptAll(store)
	var reads atomic.Int32
	reading(t, store, "worker", func(ctx context.Context, sheet slip.Sheet) error {
		switch reads.Add(1) {
		case 1:
			return errors.New("out of luck")
		case 2:
			return nil // says it is done and has recorded nothing
		}
		return accept(ctx, sheet)
	})
	if got := await(t, store); got.Accepted != 1 || reads.Load() != 3 {
		t.Errorf("after %d reads: %+v", reads.Load(), got)
	}
}

func TestASheetThatKillsTwoReadersGoesToAPersonWhole(t *testing.T) {
	t.Parallel()
	store := ledgertest.NewStore(t)
	sheet := handIn(t, store, 1)
	reading(t, store, "worker", func(ctx context.Context, sheet slip.Sheet) error {
		crashes, err := store.RecordCrash(ctx, sheet.SheetID)
		return errors.Join(fmt.Errorf("reader died %d times", crashes), err)
	})
	if got := await(t, store); got.Review != 1 {
		t.Errorf("totals %+v", got)
	}
	item := next(t, store, "sato")
	if item.Page.Page != 1 || item.Page.SHA256 != sheet.SHA256 || len(item.Open) != 9 || item.Decision.Reasons[0] != slip.ReasonUnreadable {
		t.Errorf("item %+v", item)
	}
	for value, field := range certain("0000000001").Fields {
		item = answer(t, store, item, "sato", value, field.Value)
	}
	if _, err := store.Confirm(t.Context(), item.ID, item.Version, "sato"); err != nil {
		t.Error(err)
	}
}

func TestWaitingSheetsWithoutAJobGetOne(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	store := ledgertest.Open(t, config)
	handIn(t, store, 1)
	if _, err := connect(t, config.DatabaseURL).Exec(t.Context(), "delete from river_job"); err != nil {
		t.Fatal(err)
	}
	reading(t, store, "worker", acceptAll(store))
	if got := await(t, store); got.Accepted != 1 {
		t.Errorf("totals %+v", got)
	}
}

// fetching reads a sheet's own bytes before it accepts the sheet, as a reader
// does.
func fetching(store *ledger.Store, reads *atomic.Int32) func(context.Context, slip.Sheet) error {
	accept := acceptAll(store)
	return func(ctx context.Context, sheet slip.Sheet) error {
		reads.Add(1)
		image, err := store.Image(ctx, sheet.SHA256)
		if err != nil {
			return fmt.Errorf("fetch image: %w", err)
		}
		_, err = io.Copy(io.Discard, image)
		if err := errors.Join(err, image.Close()); err != nil {
			return err
		}
		return accept(ctx, sheet)
	}
}

// The image store's folder goes away, as a lost mount does, and comes back: no
// failure is laid to the sheets, and one line says so however often they are
// tried.
func TestSheetsWaitForALostImageStore(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	folder := filepath.Join(t.TempDir(), "images")
	config.Images = images.New(folder)
	var log bytes.Buffer // read when the reading has ended
	config.Logger = slog.New(slog.NewTextHandler(&log, nil))
	store := ledgertest.Open(t, config)
	handIn(t, store, 1)
	handIn(t, store, 2)
	if err := errors.Join(os.Rename(folder, folder+".elsewhere"), os.Mkdir(folder, 0o700)); err != nil {
		t.Fatal(err)
	}
	var reads atomic.Int32
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- store.RunJobs(ctx, ledger.JobsConfig{Concurrency: 2, ClientID: "worker", Read: fetching(store, &reads)})
	}()
	for reads.Load() < 6 {
		time.Sleep(20 * time.Millisecond)
	}
	var failures int
	err := connect(t, config.DatabaseURL).QueryRow(t.Context(), `select coalesce(sum(cardinality(errors)), 0) from river_job`).Scan(&failures)
	if got := totals(t, store); err != nil || failures != 0 || got.Waiting != 2 {
		t.Errorf("%d failures, %v, while the store is away: %+v", failures, err, got)
	}
	if err := errors.Join(os.Remove(folder), os.Rename(folder+".elsewhere", folder)); err != nil {
		t.Fatal(err)
	}
	if got := await(t, store); got.Accepted != 2 {
		t.Errorf("with the store back: %+v", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if lines := strings.Count(log.String(), "the image store is away"); lines != 1 {
		t.Errorf("%d lines say that the store is away:\n%s", lines, log.String())
	}
}

// With the store there, a missing image is the sheet's own trouble.
func TestASheetWithoutItsImageGoesToAPerson(t *testing.T) {
	t.Parallel()
	config := ledgertest.Prepare(t)
	folder := t.TempDir()
	config.Images = images.New(folder)
	store := ledgertest.Open(t, config)
	sheet := handIn(t, store, 1)
	handIn(t, store, 2)
	name := sheet.SHA256.String()
	if err := os.Remove(filepath.Join(folder, name[:2], name[2:4], name)); err != nil {
		t.Fatal(err)
	}
	// All its failures but the last: waiting for them takes more than a minute.
	_, err := connect(t, config.DatabaseURL).Exec(t.Context(), `
		update river_job set errors = array_fill('{"attempt": 1, "at": "2021-02-17T00:00:00Z", "error": "missing", "trace": ""}'::jsonb, array[4])
		where (args->>'sequence')::int = 1`)
	if err != nil {
		t.Fatal(err)
	}
	var reads atomic.Int32
	reading(t, store, "worker", fetching(store, &reads))
	if got := await(t, store); got.Review != 1 || got.Accepted != 1 {
		t.Errorf("totals %+v", got)
	}
	if item := next(t, store, "sato"); item.Decision.Reasons[0] != slip.ReasonUnreadable {
		t.Errorf("reasons %v", item.Decision.Reasons)
	}
}
