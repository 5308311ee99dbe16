package station_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"sesshu/ledger"
	"sesshu/ledger/images"
	"sesshu/ledger/postgres/postgrestest"
	"sesshu/ledger/slip"
	"sesshu/ledger/verify"
	"sesshu/review"
	"sesshu/scanner/handin"
)

// Environment of the server process.
const (
	serverProcess = "SERVER_PROCESS_DATABASE"
	serverImages  = "SERVER_PROCESS_IMAGES"
)

// serverMain is the real door of the service with a real ledger, as a process
// that can be killed.
func serverMain() error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { // nobody writes to it; it closes when the test is gone, however it went
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	store, err := ledger.Open(ctx, ledger.Config{DatabaseURL: os.Getenv(serverProcess), Images: images.New(os.Getenv(serverImages)), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer store.Close()
	door, err := review.New(review.Config{
		Store: store, Sessions: store.Sessions(), Page: func(file []byte, _ int) ([]byte, error) { return file, nil },
		Faults: review.Faults{
			NotFound: ledger.ErrNotFound, SheetConflict: ledger.ErrSheetConflict, HashMismatch: ledger.ErrHashMismatch,
			Truncated: ledger.ErrTruncated, StorageFull: ledger.ErrStorageFull, Invalid: ledger.ErrInvalid,
			NoItem: ledger.ErrNoItem, Leased: ledger.ErrLeased, NotLeased: ledger.ErrNotLeased, Stale: ledger.ErrStale,
			NothingToUndo: ledger.ErrNothingToUndo, Incomplete: ledger.ErrIncomplete, DuplicateDose: ledger.ErrDuplicateDose,
			BatchDescribed: ledger.ErrBatchDescribed, BatchDiscarded: ledger.ErrBatchDiscarded,
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return door.Run(ctx, listener)
}

// server is the service as a station's network shows it: a process that dies
// and comes back, behind an address that can be cut off and can lose answers.
type server struct {
	t        *testing.T
	database string
	images   string
	store    *ledger.Store // the test's own look into the ledger
	client   *handin.Client

	command *exec.Cmd
	life    io.Closer
	target  atomic.Pointer[url.URL] // nil while the process is dead
	away    atomic.Bool
	lose    atomic.Int32 // answers to lose on the way
}

func newServer(t *testing.T) *server {
	t.Helper()
	owner, service := postgrestest.New(t)
	if err := ledger.Migrate(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, database: service, images: t.TempDir()}
	var err error
	s.store, err = ledger.Open(t.Context(), ledger.Config{DatabaseURL: service, Images: images.New(s.images), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.store.Close)
	token, err := s.store.AddToken(t.Context(), stationName, "station")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	front := httptest.NewServer(&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(request *httputil.ProxyRequest) {
			if target := s.target.Load(); target != nil && !s.away.Load() {
				request.SetURL(target)
				return
			}
			request.SetURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}) // nobody listens there
		},
		ModifyResponse: func(response *http.Response) error {
			if response.Request.Method == http.MethodPut && strings.Contains(response.Request.URL.Path, "/sheets/") && s.lose.Add(-1) >= 0 {
				return errors.New("the answer was lost on the way")
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	})
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.client, err = handin.New(handin.Config{URL: front.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.client.Close()
		front.Close()
		transport.CloseIdleConnections()
		s.kill()
	})
	t.Setenv(stationService, front.URL)
	t.Setenv(stationToken, token)
	s.start()
	return s
}

func (s *server) start() {
	s.t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serverProcess+"="+s.database, serverImages+"="+s.images)
	command.Stderr = os.Stderr
	life, err := command.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.life = life
	stdout, err := command.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.command = command
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		s.t.Fatalf("the server says %q: %v", line, err)
	}
	s.target.Store(&url.URL{Scheme: "http", Host: strings.TrimSpace(line)})
}

// kill is kill -9.
func (s *server) kill() {
	s.target.Store(nil)
	if s.command.Process.Kill() == nil {
		_ = s.command.Wait() // killed
	}
}

// wantSheets requires that the ledger holds exactly these images as the batch.
func (s *server) wantSheets(batch string, want ...[]byte) {
	s.t.Helper()
	count, err := s.store.Batch(s.t.Context(), stationName, batch)
	if err != nil || count.Stored != len(want) || count.ClosedAt == nil {
		s.t.Errorf("ledger holds %d sheets of %s, want %d: %v", count.Stored, batch, len(want), err)
	}
	for i, image := range want {
		sheet, err := s.store.Sheet(s.t.Context(), slip.SheetID{Station: stationName, Batch: batch, Sequence: i + 1})
		if err != nil || sheet.SHA256 != slip.HashOf(image) {
			s.t.Errorf("sheet %d of %s is another paper: %v", i+1, batch, err)
		}
	}
}

// verified requires that the ledger proves whole.
func (s *server) verified() {
	s.t.Helper()
	report, err := verify.Check(s.t.Context(), s.database, images.New(s.images))
	if err != nil || !report.Sound() {
		s.t.Errorf("the ledger is not sound: %+v, %v", report, err)
	}
}
