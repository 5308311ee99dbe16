package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"sesshu/ledger"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/samples"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

type demoCommand struct {
	Once   bool   `help:"Print one JSON object on standard output and exit; the status is 0 only if every sheet is accounted for and no wrong value was accepted."`
	Listen string `help:"Address of the review desk." default:"127.0.0.1:0"`
	Seed   uint64 `help:"Seed of the sample slips." default:"20210217"`
}

// demoReport is what a demo came to. Fed = Accepted + Review + Rejected +
// Unaccounted; Duplicates are counted among them.
type demoReport struct {
	Fed           int     `json:"fed"`
	Accepted      int     `json:"accepted"`
	Review        int     `json:"review"`
	Rejected      int     `json:"rejected"`
	Duplicates    int     `json:"duplicates"`
	Unaccounted   int     `json:"unaccounted"`
	WrongAccepted int     `json:"wrong_accepted"`
	Entries       int     `json:"entries"`
	MedianSeconds float64 `json:"median_seconds"` // from paper to decision
	MaxSeconds    float64 `json:"max_seconds"`
	Desk          string  `json:"desk"`
}

const (
	demoStation = "demo-counter"
	demoBatch   = "demo-stack"
	demoAccount = "demo"
)

// demo is one showing: a stack of slips, its scanner and station, and the
// account of what became of them.
type demo struct {
	settings *Settings
	dir      string // state of the demo alone
	stack    []truth.Sheet
	files    [][]byte
	quiet    bool
}

func (c *demoCommand) Run(ctx context.Context, settings *Settings) error {
	stateDir, err := settings.stateDir()
	if err != nil {
		return err
	}
	lock, err := lockDemo(stateDir)
	if err != nil {
		return orElsewhere(err)
	}
	defer lock.Close()
	d := &demo{settings: settings, dir: filepath.Join(stateDir, "demo"), quiet: c.Once}
	if err := d.prepare(ctx, c.Seed); err != nil {
		return fmt.Errorf("prepare the demo: %w", orElsewhere(err))
	}
	own := settings.forDemo(d.dir)
	var report demoReport
	err = own.serve(ctx, serveOptions{listen: c.Listen, ready: func(ctx context.Context, v *service) error {
		var err error
		if report, err = d.show(ctx, v); err != nil {
			return err
		}
		if c.Once {
			return nil
		}
		return d.stayOpen(ctx, v, report)
	}})
	if err != nil {
		return err
	}
	if !c.Once {
		return nil
	}
	if err := json.NewEncoder(settings.stdout).Encode(report); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	if report.Unaccounted != 0 || report.WrongAccepted != 0 {
		return errQuiet
	}
	return nil
}

// forDemo returns the settings of a demo with its state in dir. Its slips are
// fictional, and so must be its ledger: a database that somebody named is not
// touched.
func (s *Settings) forDemo(dir string) *Settings {
	if s.DatabaseURL != "" || s.OwnerDatabaseURL != "" {
		fmt.Fprintln(s.stderr, "The demo has a database of its own; DATABASE_URL is ignored / デモは専用のデータベースを使います。DATABASE_URL は使いません")
	}
	own := *s
	own.StateDir, own.DatabaseURL, own.OwnerDatabaseURL = dir, "", ""
	return &own
}

// finishedMark lies in the demo's folder once its stack is settled: the next
// demo starts afresh. Without it, an interrupted demo goes on where it was.
const finishedMark = "finished"

// prepare lays out the sample stack, or finds the one of an interrupted demo.
func (d *demo) prepare(ctx context.Context, seed uint64) error {
	if _, err := os.Stat(filepath.Join(d.dir, finishedMark)); err == nil {
		if err := os.RemoveAll(d.dir); err != nil {
			return err
		}
	}
	stackDir := filepath.Join(d.dir, "stack")
	if _, err := os.Stat(filepath.Join(stackDir, truth.FileName)); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(d.settings.stderr, "Drawing the sample slips … / 見本の予診票を作成しています…")
		unfinished := stackDir + ".new"
		if err := os.RemoveAll(unfinished); err != nil {
			return err
		}
		if _, err := samples.Stack(ctx, samples.StackConfig{Out: unfinished, Seed: seed}); err != nil {
			return err
		}
		if err := os.Rename(unfinished, stackDir); err != nil {
			return err
		}
	}
	sheets, err := readTruth(stackDir)
	if err != nil {
		return err
	}
	d.stack = sheets
	for _, sheet := range sheets {
		file, err := os.ReadFile(filepath.Join(stackDir, sheet.File))
		if err != nil {
			return err
		}
		d.files = append(d.files, file)
	}
	return nil
}

func readTruth(dir string) ([]truth.Sheet, error) {
	file, err := os.Open(filepath.Join(dir, truth.FileName))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return truth.Read(file)
}

// show feeds the stack through the virtual scanner and waits until every sheet
// is decided.
func (d *demo) show(ctx context.Context, v *service) (demoReport, error) {
	masters := filepath.Join(d.dir, "stack", "masters")
	rows, err := parseMasters([]string{
		filepath.Join(masters, "tickets.csv"), filepath.Join(masters, "lots.csv"), filepath.Join(masters, "facilities.csv"),
	})
	if err != nil {
		return demoReport{}, err
	}
	if err := d.patiently(ctx, func() error { return loadMasters(ctx, v.store, rows) }); err != nil {
		return demoReport{}, err
	}
	if err := d.feed(ctx, v); err != nil {
		return demoReport{}, err
	}
	var report demoReport
	err = d.patiently(ctx, func() (err error) {
		report, err = d.account(ctx, v)
		return err
	})
	if err != nil {
		return demoReport{}, err
	}
	if err := os.WriteFile(filepath.Join(d.dir, finishedMark), nil, 0o644); err != nil {
		return demoReport{}, err
	}
	return report, nil
}

// feed scans the stack over eSCL into the spool, hands it in over HTTP and
// waits for the last decision.
func (d *demo) feed(ctx context.Context, v *service) error {
	var token string
	err := d.patiently(ctx, func() (err error) {
		token, err = d.token(ctx, v.store)
		return err
	})
	if err != nil {
		return err
	}
	client, err := handin.New(handin.Config{URL: v.address(), Token: token})
	if err != nil {
		return err
	}
	defer client.Close()
	show := newProgress(d.settings.stderr, len(d.files))
	counter, err := station.Open(station.Config{
		Name: demoStation, Dir: filepath.Join(d.dir, "spool"), Intake: client, Logger: d.settings.logger,
	})
	if err != nil {
		return err
	}
	defer counter.Close()

	// Only paper that is not safely in lies in the feeder: an interrupted demo
	// goes on where it was.
	safe := 0
	for _, batch := range counter.Batches() {
		if batch.Name == demoBatch {
			safe = batch.Safe
		}
	}
	device := virtual.New(virtual.Config{Logger: d.settings.logger})
	for i := safe; i < len(d.files); i++ {
		device.Load(virtual.Sheet{Name: d.stack[i].File, Front: d.files[i]})
	}
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	address, err := serveDevice(ctx, group, device)
	if err != nil {
		return err
	}
	group.Go(func() error { return counter.Run(ctx) })
	group.Go(func() error { return show.run(ctx, v.store) })
	group.Go(func() error {
		defer stop()
		if safe < len(d.files) {
			if err := d.scan(ctx, counter, address); err != nil {
				return err
			}
		}
		if err := counter.CloseBatch(demoBatch, station.Closing{At: time.Now()}); err != nil && !errors.Is(err, station.ErrBatchClosed) {
			return err
		}
		if err := counter.Settled(ctx); err != nil {
			return err
		}
		return d.decided(ctx, v.store)
	})
	err = group.Wait()
	show.finish()
	return err
}

func (d *demo) scan(ctx context.Context, counter *station.Station, address string) error {
	device, err := escl.New(escl.Config{URL: address, JobFile: filepath.Join(d.dir, "job"), Poll: 50 * time.Millisecond, Logger: d.settings.logger})
	if err != nil {
		return err
	}
	defer device.Close()
	declared := len(d.files)
	report, err := counter.Scan(ctx, device, scanner.Settings{DPI: 300, DoubleFeedDetection: true}, demoBatch, &declared)
	if err != nil {
		return err
	}
	if !report.Complete() {
		return fmt.Errorf("%s: %s", report.Title.English, report.Steps.English)
	}
	return nil
}

// decided waits until no sheet of the batch waits for its reading.
func (d *demo) decided(ctx context.Context, store *ledger.Store) error {
	for {
		count, err := store.Batch(ctx, demoStation, demoBatch)
		// While PostgreSQL is brought back after a crash, asking fails; the
		// answer will come.
		if err == nil && count.Stored >= len(d.files) && count.Waiting == 0 {
			return nil
		}
		if err != nil {
			d.settings.logger.WarnContext(ctx, "cannot count the batch", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// patiently repeats an act that may be repeated, for a minute: PostgreSQL may
// be on its way back from a crash.
func (d *demo) patiently(ctx context.Context, act func() error) error {
	for deadline := time.Now().Add(time.Minute); ; {
		err := act()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		d.settings.logger.WarnContext(ctx, "trying again", slog.Any("error", err))
		select {
		case <-ctx.Done():
			return err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// token returns the station's credential; an interrupted demo finds its own.
func (d *demo) token(ctx context.Context, store *ledger.Store) (string, error) {
	file := filepath.Join(d.dir, "token")
	if kept, err := os.ReadFile(file); err == nil {
		if _, _, err := store.Token(ctx, string(kept)); err == nil {
			return string(kept), nil
		}
	}
	secret, err := store.AddToken(ctx, demoStation, "station")
	if err != nil {
		return "", fmt.Errorf("make the station's token: %w", err)
	}
	return secret, os.WriteFile(file, []byte(secret), 0o600)
}

// account counts what became of the stack and compares every entry with the
// truth.
func (d *demo) account(ctx context.Context, v *service) (demoReport, error) {
	count, err := v.store.Batch(ctx, demoStation, demoBatch)
	if err != nil {
		return demoReport{}, err
	}
	totals, err := v.store.Totals(ctx)
	if err != nil {
		return demoReport{}, err
	}
	report := demoReport{
		Fed:           len(d.files),
		Accepted:      count.Accepted,
		Review:        count.Review,
		Rejected:      count.Rejected,
		Duplicates:    count.Duplicates,
		Unaccounted:   len(d.files) - count.Accepted - count.Review - count.Rejected,
		Entries:       totals.Entries,
		MedianSeconds: totals.MedianSeconds,
		MaxSeconds:    totals.MaxSeconds,
		Desk:          v.address(),
	}
	for after := int64(0); ; {
		entries, err := v.store.Entries(ctx, after, 1000)
		if err != nil {
			return demoReport{}, err
		}
		if len(entries) == 0 {
			return report, nil
		}
		for _, entry := range entries {
			after = entry.Sequence
			report.WrongAccepted += d.wrong(entry)
		}
	}
}

// wrong counts the values of an entry that its paper does not say.
func (d *demo) wrong(entry slip.Entry) int {
	if entry.DecidedBy.Kind != slip.ActorMachine || entry.Sheet.Sequence < 1 || entry.Sheet.Sequence > len(d.stack) {
		return 0
	}
	wrong := 0
	known := d.stack[entry.Sheet.Sequence-1].Fields
	for value, text := range entry.Values {
		if known[value] != text {
			wrong++
		}
	}
	return wrong
}

// stayOpen prints the table and the way to the desk, and waits for Ctrl-C.
func (d *demo) stayOpen(ctx context.Context, v *service, report demoReport) error {
	password := rand.Text()
	err := addAccount(ctx, v.store, demoAccount, "見本の担当者", slip.RoleReviewer, password)
	if err != nil {
		return fmt.Errorf("make the demo's account: %w", err)
	}
	printTable(d.settings.stdout, report)
	fmt.Fprintf(d.settings.stdout, `
The review desk is open / 確認画面を開けます:  %s
  account / 利用者  %s
  password / パスワード  %s
Ctrl-C ends it. / 終了は Ctrl-C
`, report.Desk, demoAccount, password)
	<-ctx.Done()
	return nil
}

func printTable(w io.Writer, report demoReport) {
	fmt.Fprintln(w)
	row := func(japanese, english string, value any) {
		// A Japanese character is as wide as two others.
		wide := 44 - len(english) - len(" / ") - 2*utf8.RuneCountInString(japanese)
		fmt.Fprintf(w, "  %s / %s%*s %8v\n", english, japanese, wide, "", value)
	}
	row("読み込み", "sheets fed", report.Fed)
	row("台帳へ", "accepted", report.Accepted)
	row("確認待ち", "waiting for review", report.Review)
	row("対象外", "rejected", report.Rejected)
	row("重複", "of these duplicates", report.Duplicates)
	row("行方不明", "unaccounted", report.Unaccounted)
	row("誤った値", "wrong values accepted", report.WrongAccepted)
	row("中央値", "seconds, paper to ledger, median", fmt.Sprintf("%.1f", report.MedianSeconds))
	row("最大", "seconds, slowest", fmt.Sprintf("%.1f", report.MaxSeconds))
}

// serveDevice puts the virtual scanner on the loopback interface and returns
// its eSCL root.
func serveDevice(ctx context.Context, group *errgroup.Group, device http.Handler) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("open the virtual scanner's address: %w", err)
	}
	server := &http.Server{Handler: device, ReadHeaderTimeout: 10 * time.Second}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("virtual scanner: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	return "http://" + listener.Addr().String() + "/eSCL", nil
}

// progress draws one bar: sheets decided of sheets fed.
type progress struct {
	bar *progressbar.ProgressBar
}

func newProgress(w io.Writer, sheets int) *progress {
	return &progress{bar: progressbar.NewOptions(sheets,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("paper → ledger / 紙から台帳へ"),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond),
	)}
}

func (p *progress) run(ctx context.Context, store *ledger.Store) error {
	for {
		if count, err := store.Batch(ctx, demoStation, demoBatch); err == nil {
			_ = p.bar.Set(count.Stored - count.Waiting)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (p *progress) finish() {
	_ = p.bar.Finish()
	_ = p.bar.Exit()
}
