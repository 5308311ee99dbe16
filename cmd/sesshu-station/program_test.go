package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sesshu/ledger"
	"sesshu/ledger/ledgertest"
	"sesshu/ledger/slip"
	"sesshu/review"
	"sesshu/scanner/panel"
	"sesshu/scanner/virtual"
)

// programVariable makes the test binary the program itself.
const programVariable = "SESSHU_STATION_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// service is the real door with a real ledger.
func service(t *testing.T, store *ledger.Store) (address string) {
	t.Helper()
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
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- door.Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("stop the service: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

// process is the program with its page.
type process struct {
	t       *testing.T
	command *exec.Cmd
	page    string
	stderr  lockedBuffer
}

type lockedBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}

// start starts the program and waits until it says where its page is.
func start(t *testing.T, configuration string) *process {
	t.Helper()
	p, _ := startWith(t, nil, "--config", configuration)
	return p
}

// startWith starts the program with these arguments and, beside the test's own,
// these variables, and returns the line too that says where its page is.
func startWith(t *testing.T, environment []string, arguments ...string) (*process, string) {
	t.Helper()
	p := &process{t: t, command: exec.Command(os.Args[0], arguments...)}
	p.command.Env = append(append(os.Environ(), programVariable+"=1"), environment...)
	p.command.Stderr = &p.stderr
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	found := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || found == "" {
		t.Fatalf("the program says %q: %v\n%s", line, err, p.stderr.String())
	}
	p.page = strings.TrimSuffix(found, "/")
	return p, line
}

// kill is kill -9.
func (p *process) kill() {
	if p.command.Process.Kill() == nil {
		_ = p.command.Wait() // killed
	}
}

// deed presses a button of the page.
func (p *process) deed(name string, body map[string]any) {
	p.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.Post(p.page+"/deeds/"+name, "application/json", bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusNoContent {
		p.t.Fatalf("%s: status %d: %s", name, response.StatusCode, answer)
	}
}

// until follows the page's stream until it shows what is wanted.
func (p *process) until(what string, wanted func(panel.Snapshot) bool) panel.Snapshot {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 90*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.page+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	var now panel.Snapshot
	for lines.Scan() {
		text, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		now = panel.Snapshot{}
		if err := json.Unmarshal([]byte(text), &now); err != nil {
			p.t.Fatal(err)
		}
		if wanted(now) {
			return now
		}
	}
	p.t.Fatalf("the page never showed %s: %v; it shows %+v\n%s", what, lines.Err(), now, p.stderr.String())
	return now
}

// card is the file of one paper: it differs from every other, and is whole.
func card(number int) []byte {
	// The smallest JPEG there is, with its number in a comment: the station
	// proves a file's structure and decodes nothing.
	file := []byte{0xff, 0xd8, 0xff, 0xfe, 0, 6, byte(number >> 24), byte(number >> 16), byte(number >> 8), byte(number)}
	file = append(file, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0)
	return append(file, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0xd9)
}

// The program dies by kill -9 with paper in the feeder and leaves the scanner
// busy. Started again, it shows where to go on, and brings the batch home.
func TestKilledProgramGoesOn(t *testing.T) {
	const sheets = 60
	store := ledgertest.NewStore(t)
	token, err := store.AddToken(t.Context(), "desk-1", "station")
	if err != nil {
		t.Fatal(err)
	}
	device := virtual.New(virtual.Config{Pace: 20 * time.Millisecond})
	var papers []virtual.Sheet
	for number := 1; number <= sheets; number++ {
		papers = append(papers, virtual.Sheet{Name: fmt.Sprint(number), Front: card(number)})
	}
	device.Load(papers...)
	scannerServer := httptest.NewServer(device)
	t.Cleanup(scannerServer.Close)
	configuration := filepath.Join(t.TempDir(), "station.conf")
	text := fmt.Sprintf("name = desk-1\nserver = %s\ntoken = %s\nspool = %s\ndevice = escl:%s/eSCL\npage = 127.0.0.1:0\n",
		service(t, store), token, filepath.Join(t.TempDir(), "spool"), scannerServer.URL)
	if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	p := start(t, configuration)
	p.deed("start", map[string]any{"batch": "b1", "declared": sheets, "facility": "0410113719", "month": "2026-04"})
	fed := 0
	for _, until := range []int{10, 30} {
		p.until("sheets", func(now panel.Snapshot) bool { return now.Batch != nil && now.Batch.Fed >= until })
		p.kill()
		died := time.Now()
		p = start(t, configuration)
		now := p.until("where to go on", func(now panel.Snapshot) bool { return now.Phase == panel.PhaseStopped && now.Batch.Problem != nil })
		if last := now.Batch.Problem.Last; last < until || last <= fed || last >= sheets {
			t.Fatalf("%d sheets are said to be in", last)
		}
		fed = now.Batch.Problem.Last
		device.Clear()
		device.Load(papers[fed:]...)
		p.deed("continue", map[string]any{"batch": "b1"})
		p.until("that it goes on", func(now panel.Snapshot) bool { return now.Batch.Fed > fed })
		t.Logf("killed with %d sheets in; feeding again after %v", fed, time.Since(died).Round(time.Millisecond))
	}
	p.until("that all is in", func(now panel.Snapshot) bool { return now.Phase == panel.PhaseComplete })
	p.deed("close", map[string]any{"batch": "b1"})
	p.until("that the batch is closed", func(now panel.Snapshot) bool { return now.Phase == panel.PhaseClosed })
	count, err := store.Batch(t.Context(), "desk-1", "b1")
	if err != nil || count.Stored != sheets || count.FacilityCode != "0410113719" || count.Month != "2026-04" {
		t.Fatalf("ledger: %+v, %v", count, err)
	}
	for number := 1; number <= sheets; number++ {
		sheet, err := store.Sheet(t.Context(), slip.SheetID{Station: "desk-1", Batch: "b1", Sequence: number})
		if err != nil || sheet.SHA256 != slip.HashOf(card(number)) {
			t.Errorf("sheet %d is another paper: %v", number, err)
		}
	}
}

// Wrong credential and unknown certificate: the page says so, and the paper is
// safe all the same.
func TestServiceThatCannotBeUsed(t *testing.T) {
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	stranger.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	for name, c := range map[string]struct {
		server, extra, want string
	}{
		"wrong token":     {service(t, ledgertest.NewStore(t)), "", "トークン"},
		"unknown":         {stranger.URL, "", "証明書"},
		"another key":     {stranger.URL, "server_pin = " + pinned + "\n", "登録されたものと違います"},
		"nobody is there": {"http://127.0.0.1:1", "", "サーバーに接続できません"},
	} {
		t.Run(name, func(t *testing.T) {
			device := virtual.New(virtual.Config{})
			device.Load(virtual.Sheet{Front: card(1)}, virtual.Sheet{Front: card(2)})
			scannerServer := httptest.NewServer(device)
			t.Cleanup(scannerServer.Close)
			configuration := filepath.Join(t.TempDir(), "station.conf")
			text := fmt.Sprintf("name = desk-1\nserver = %s\n%stoken = wrong\nspool = %s\ndevice = escl:%s/eSCL\npage = 127.0.0.1:0\n",
				c.server, c.extra, filepath.Join(t.TempDir(), "spool"), scannerServer.URL)
			if err := os.WriteFile(configuration, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			p := start(t, configuration)
			p.deed("start", map[string]any{"batch": "b1", "declared": 2})
			now := p.until("that all is in and why nothing is handed in", func(now panel.Snapshot) bool {
				return now.Phase == panel.PhaseComplete && now.Server != nil && strings.Contains(now.Server.Title.Japanese+now.Server.Steps.Japanese, c.want)
			})
			if now.Batch.Fed != 2 || now.Backlog != 2 || now.Server.Steps.Japanese == "" || now.Server.Steps.English == "" {
				t.Errorf("the page shows %+v, server %+v", now, now.Server)
			}
		})
	}
}
