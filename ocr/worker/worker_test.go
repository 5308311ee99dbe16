package worker_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"sesshu/ledger/images"
	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
	"sesshu/ocr/worker"
)

// The test binary is its own reading process when this variable is set.
const childVariable = "SESSHU_TEST_READING_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if opening, err := time.ParseDuration(os.Getenv(openingVariable)); err == nil {
			time.Sleep(opening)
		}
		err := worker.Answer(os.Stdin, os.NewFile(worker.AnswerDescriptor, "answers"), scripted{})
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// openingVariable says how long the reading process takes to open its readers.
const openingVariable = "SESSHU_TEST_OPENING"

// scripted does what the file's bytes say: the process protocol is under test
// here, not the reading.
type scripted struct{}

func (scripted) Read(file []byte, printed *worker.Printed) (worker.Result, error) {
	switch string(file) {
	case "abort":
		_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
		select {}
	case "hang":
		select {}
	case "fault":
		return worker.Result{}, errors.New("engine is broken")
	case "memory":
		if err := worker.LimitMemory(256 << 20); err != nil {
			return worker.Result{}, err
		}
		var hog [][]byte // in pieces, see LimitMemory
		for range 16 {
			hog = append(hog, bytes.Repeat([]byte{1}, 64<<20))
		}
		return worker.Result{}, errors.New("allocated " + strconv.Itoa(len(hog)) + " pieces")
	case "print":
		_, _ = os.Stdout.WriteString("a library prints\n")
	}
	page := slip.PageReading{SHA256: slip.HashOf(file), Page: 1, Width: os.Getpid()}
	if printed != nil {
		page.Imprint = &slip.ImprintReading{Expected: printed.Text, Verdict: slip.ImprintVerdict(file), Text: strconv.Itoa(printed.DPI)}
	}
	return worker.Result{Pages: []slip.PageReading{page}}, nil
}

func (scripted) Page(file []byte, page int) ([]byte, error) {
	return append([]byte(strconv.Itoa(page)+":"), file...), nil
}

// Compare takes files with the same beginning for one paper.
func (scripted) Compare(first, second worker.Scan) (paper.Verdict, error) {
	switch {
	case first.Page != 1 || second.Page != 1 || first.Registration.Form != second.Registration.Form:
		return paper.Unsure, errors.New("other pages than asked for")
	case string(first.File) == "fault":
		return paper.Unsure, errors.New("engine is broken")
	case len(first.File) > 0 && len(second.File) > 0 && first.File[0] == second.File[0]:
		return paper.Same, nil
	}
	return paper.Different, nil
}

func (scripted) Versions() map[string]string { return map[string]string{"scripted": "1"} }

func startPool(t *testing.T, config worker.Config) *worker.Pool {
	t.Helper()
	config.Command = []string{os.Args[0]}
	config.Environment = append(config.Environment, childVariable+"=1")
	pool := worker.NewPool(config)
	ctx, cancel := context.WithCancel(context.Background())
	var group errgroup.Group
	group.Go(func() error { return pool.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		if err := group.Wait(); err != nil {
			t.Errorf("pool ended with %v", err)
		}
	})
	return pool
}

func TestPoolAnswers(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 2})
	result, err := pool.Read(t.Context(), []byte("print"))
	if err != nil || len(result.Pages) != 1 || result.Pages[0].SHA256 != slip.HashOf([]byte("print")) {
		t.Fatalf("result %+v, error %v", result, err)
	}
	page, err := pool.Page(t.Context(), []byte("x"), 3)
	if err != nil || string(page) != "3:x" {
		t.Fatalf("page %q, error %v", page, err)
	}
	versions, err := pool.Versions(t.Context())
	if err != nil || len(versions) != 1 || versions["scripted"] != "1" {
		t.Fatalf("versions %v, error %v", versions, err)
	}
	if _, err := pool.Read(t.Context(), []byte("fault")); !errors.Is(err, worker.ErrFault) {
		t.Fatalf("fault came back as %v", err)
	}
}

func TestPoolSurvivesDeaths(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1, TimeLimit: 2 * time.Second})
	for _, file := range []string{"abort", "hang", "memory"} {
		if _, err := pool.Read(t.Context(), []byte(file)); !errors.Is(err, worker.ErrCrashed) {
			t.Errorf("%s came back as %v", file, err)
		}
		if _, err := pool.Read(t.Context(), []byte("fine")); err != nil {
			t.Errorf("after %s: %v", file, err)
		}
	}
}

// TestPoolWaitsForOpening has a process that takes longer to open its readers
// than a file may take: nothing is wrong with the file.
func TestPoolWaitsForOpening(t *testing.T) {
	pool := startPool(t, worker.Config{TimeLimit: 3 * time.Second, Environment: []string{openingVariable + "=4s"}})
	if result, err := pool.Read(t.Context(), []byte("x")); err != nil || len(result.Pages) != 1 {
		t.Errorf("result %+v, error %v", result, err)
	}
	if _, err := pool.Read(t.Context(), []byte("hang")); !errors.Is(err, worker.ErrCrashed) {
		t.Errorf("a file that takes too long: %v", err)
	}
}

// TestPoolGivesUpOnOpening has processes that never open their readers.
func TestPoolGivesUpOnOpening(t *testing.T) {
	pool := startPool(t, worker.Config{OpenLimit: 100 * time.Millisecond, Environment: []string{openingVariable + "=1h"}})
	if _, err := pool.Read(t.Context(), []byte("x")); !errors.Is(err, worker.ErrCrashed) {
		t.Errorf("error %v", err)
	}
}

func TestPoolBlamesNobodyForIdleDeath(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	for range 5 {
		result, err := pool.Read(t.Context(), []byte("fine"))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(result.Pages[0].Width, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPoolRecycles(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1, Recycle: 3})
	processes := map[int]int{}
	for range 9 {
		result, err := pool.Read(t.Context(), []byte("fine"))
		if err != nil {
			t.Fatal(err)
		}
		processes[result.Pages[0].Width]++
	}
	if len(processes) != 3 {
		t.Fatalf("nine files went to processes %v, want three each to three", processes)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := pool.Read(ctx, []byte("hang")); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, worker.ErrCrashed) {
		t.Fatalf("hanging read ended with %v", err)
	}
}

// memoryStore keeps what a desk records.
type memoryStore struct {
	mu      sync.Mutex
	images  map[slip.Hash][]byte
	pages   map[slip.SheetID][]slip.PageDecision
	crashes map[slip.SheetID]int
	earlier []slip.EarlierPage
	asked   []string
	same    map[slip.SheetID]slip.SheetID
}

type closer struct{ *bytes.Reader }

func (closer) Close() error { return nil }

func (s *memoryStore) Image(_ context.Context, hash slip.Hash) (io.ReadSeekCloser, error) {
	return closer{bytes.NewReader(s.images[hash])}, nil
}

func (s *memoryStore) RecordPages(_ context.Context, sheet slip.Sheet, pages []slip.PageDecision) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[sheet.SheetID] = pages
	return nil
}

func (s *memoryStore) Earlier(_ context.Context, id slip.SheetID, name slip.DoseName) ([]slip.EarlierPage, error) {
	s.asked = append(s.asked, id.String()+" "+name.MunicipalityCode+" "+name.TicketNumber+name.ReferenceNumber+name.Vaccine+" "+name.Dose)
	return s.earlier, nil
}

func (s *memoryStore) RecordSamePaper(_ context.Context, sheet slip.Sheet, _ []slip.PageDecision, first slip.SheetID) error {
	s.same[sheet.SheetID] = first
	return nil
}

func (s *memoryStore) RecordCrash(_ context.Context, id slip.SheetID) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashes[id]++
	return s.crashes[id], nil
}

func TestDeskGivesUpAfterTwoCrashes(t *testing.T) {
	pool := startPool(t, worker.Config{Size: 1})
	sheet := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 1}, SHA256: slip.HashOf([]byte("abort"))}
	fine := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 2}, SHA256: slip.HashOf([]byte("fine"))}
	store := &memoryStore{
		images:  map[slip.Hash][]byte{sheet.SHA256: []byte("abort"), fine.SHA256: []byte("fine")},
		pages:   map[slip.SheetID][]slip.PageDecision{},
		crashes: map[slip.SheetID]int{},
	}
	desk := &worker.Desk{
		Store: store, Reader: pool, Logger: slog.New(slog.DiscardHandler),
		Decide: func(context.Context, slip.Sheet, slip.PageReading) (slip.Decision, error) {
			return slip.Decision{Outcome: slip.Accepted}, nil
		},
	}
	if err := desk.ReadSheet(t.Context(), sheet); !errors.Is(err, worker.ErrCrashed) {
		t.Fatalf("first crash came back as %v, want a retry", err)
	}
	if err := desk.ReadSheet(t.Context(), sheet); err != nil {
		t.Fatalf("second crash came back as %v, want it settled", err)
	}
	if err := desk.ReadSheet(t.Context(), fine); err != nil || len(store.pages[fine.SheetID]) != 1 {
		t.Fatalf("the next sheet: %v, %v", err, store.pages)
	}
	// A store that gives other bytes than the hash names must stop the reading.
	store.images[fine.SHA256] = []byte("other")
	if err := desk.ReadSheet(t.Context(), fine); err == nil {
		t.Fatal("damaged image was read")
	}
}

// A store that is away stays named, so that the queue knows whose trouble it is.
func TestDeskSaysThatTheStoreIsAway(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "images")
	sheet := slip.Sheet{SheetID: slip.SheetID{Station: "s", Batch: "b", Sequence: 1}, SHA256: slip.HashOf([]byte("fine"))}
	desk := &worker.Desk{Store: folderStore{&memoryStore{}, images.New(folder)}, Logger: slog.New(slog.DiscardHandler)}
	if err := desk.ReadSheet(t.Context(), sheet); !errors.Is(err, images.ErrAway) {
		t.Errorf("the store is away: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "incoming"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := desk.ReadSheet(t.Context(), sheet); err == nil || errors.Is(err, images.ErrAway) {
		t.Errorf("an image is missing: %v", err)
	}
}

// folderStore has its images in a real image store.
type folderStore struct {
	*memoryStore
	images *images.Store
}

func (s folderStore) Image(ctx context.Context, hash slip.Hash) (io.ReadSeekCloser, error) {
	return s.images.Open(ctx, hash)
}
