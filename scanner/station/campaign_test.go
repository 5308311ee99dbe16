package station_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/media"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

var campaignBatches = flag.Int("campaign", 50, "batches of the fault campaign")

// The fault campaign: batches with planted jams, double feeds, lost and repeated
// pages, cut connections, a server that goes away, answers that are lost,
// interrupted feeds and restarted stations, all drawn at random. The operator
// does what the station says. No sheet is lost or doubled, and whatever a device
// hides is found before its batch can close.
func TestFaultCampaign(t *testing.T) {
	tally := map[virtual.Kind]int{}
	found, fed := 0, 0
	var c *campaign
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d: %d sheets, script %v", c.seed, c.sheets, c.script)
		}
	})
	for number := range *campaignBatches {
		c = newCampaign(t, uint64(number))
		c.bringHome()
		for kind, times := range c.happened {
			tally[kind] += times
		}
		found += c.found
		fed += c.sheets
		c.close()
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d batches, %d sheets, 0 lost, 0 doubled; %d batches with hidden losses or doubles found by the count; faults that happened: %v",
		*campaignBatches, fed, found, tally)
}

// campaign is one batch's story.
type campaign struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand

	directory string
	sheets    int
	settings  scanner.Settings
	stack     []virtual.Sheet
	script    []virtual.Fault
	device    *virtual.Device
	server    *httptest.Server
	client    *escl.Device
	ledger    *memoryLedger
	station   *station.Station
	stop      func()

	happened map[virtual.Kind]int
	found    int
}

func newCampaign(t *testing.T, seed uint64) *campaign {
	c := &campaign{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), directory: t.TempDir(), ledger: newLedger(), happened: map[virtual.Kind]int{}} //nolint:gosec // a test's dice
	c.sheets = 3 + c.random.IntN(20)
	c.settings.DoubleFeedDetection = true
	c.settings.Duplex = c.random.IntN(4) == 0
	c.stack = cards(upTo(c.sheets)...)
	kinds := slices.DeleteFunc(virtual.Kinds(), func(kind virtual.Kind) bool {
		return kind == virtual.Stall // costs its patience in real time; see TestEveryFaultComesHome
	})
	for range c.random.IntN(5) {
		c.script = append(c.script, virtual.Fault{Kind: kinds[c.random.IntN(len(kinds))], Sheet: 1 + c.random.IntN(c.sheets)})
	}
	c.device = virtual.New(virtual.Config{Script: slices.Clone(c.script), Forgetful: c.random.IntN(2) == 0,
		EndStatus: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusServiceUnavailable}[c.random.IntN(4)]})
	c.device.Load(c.stack...)
	c.server = httptest.NewServer(c.device)
	client, err := escl.New(escl.Config{URL: c.server.URL + "/eSCL", JobFile: filepath.Join(c.directory, "job"), Poll: time.Millisecond,
		BusyPatience: 50 * time.Millisecond, StallPatience: 10 * time.Second, SettlePatience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c.client = client
	c.ledger.lose = c.random.IntN(3)
	c.open()
	return c
}

// open starts the station, as after a restart.
func (c *campaign) open() {
	s, err := station.Open(station.Config{Name: stationName, Dir: filepath.Join(c.directory, "spool"), Intake: c.ledger,
		RetryFirst: time.Millisecond, RetryMost: 2 * time.Millisecond})
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	c.station = s
	c.stop = func() {
		cancel()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			c.t.Error(err)
		}
	}
}

func (c *campaign) close() {
	c.stop()
	_ = c.client.Close()
	c.server.Close()
}

// feed scans once, perhaps interrupted, with a server that may be away, and
// perhaps followed by a restart of the station.
func (c *campaign) feed(batch string) (station.Report, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if c.random.IntN(5) == 0 {
		time.AfterFunc(time.Duration(c.random.IntN(30))*time.Millisecond, cancel)
	}
	if c.random.IntN(4) == 0 {
		c.ledger.setFailure(errors.New("server is away"))
	}
	report, err := c.station.Scan(ctx, c.client, c.settings, batch, count(c.sheets))
	c.ledger.setFailure(nil)
	if c.random.IntN(4) == 0 {
		c.stop()
		c.open()
	}
	return report, err
}

// bringHome feeds until the stack is in, by the station's own instructions.
func (c *campaign) bringHome() {
	for attempt := 1; attempt <= 8; attempt++ {
		batch := fmt.Sprintf("b%d", attempt)
		before := c.device.Pending()
		repeats := 0
		report, err := c.feed(batch)
		for round := 0; err != nil; round++ {
			if round == 30 {
				c.t.Fatalf("not home after %d rounds: %v", round, err)
			}
			repeats += len(report.Repeats)
			c.device.Clear()
			c.device.Load(c.stack[c.position(report):]...)
			if len(c.device.Feeder()) == 0 {
				// The last sheet came in and then something failed.
				break
			}
			report, err = c.feed(batch)
		}
		repeats += len(report.Repeats)
		silent := c.account(before)
		if report.Missing == 0 && repeats == 0 {
			c.finish(batch, silent)
			return
		}
		if silent == 0 {
			c.t.Errorf("%d missing and %d repeats, and nothing was planted", report.Missing, repeats)
		}
		c.found++
		if err := c.station.CloseBatch(batch, station.Closing{}); report.Missing != 0 && !errors.Is(err, station.ErrCountsDisagree) {
			c.t.Errorf("batch with a wrong count: %v", err)
		}
		if err := c.station.CloseBatch(batch, station.Closing{Person: "operator-7", Reason: "fed again as the next batch"}); err != nil {
			c.t.Error(err)
		}
		c.device.Clear()
		c.device.Load(c.stack...)
	}
	c.t.Error("the stack never came home")
}

// position finds the paper behind the last safe sheet, by that sheet's picture.
func (c *campaign) position(report station.Report) int {
	if report.Safe == 0 {
		return 0
	}
	for i, sheet := range c.stack {
		if bytes.Contains(report.LastImage, sheet.Front) {
			return i + 1
		}
	}
	c.t.Fatalf("sheet %d has no picture of a sheet in the stack", report.Safe)
	return 0
}

// account notes which faults happened, and returns how many of them the device
// kept silent about.
func (c *campaign) account(before []virtual.Fault) (silent int) {
	after := c.device.Pending()
	for _, fault := range before {
		if i := slices.Index(after, fault); i >= 0 {
			after = slices.Delete(after, i, i+1)
			continue
		}
		c.happened[fault.Kind]++
		switch fault.Kind {
		case virtual.RepeatPage, virtual.LosePage, virtual.DoubleFeedUnseen:
			silent++
		default:
		}
	}
	return silent
}

// finish closes a batch that came home and compares the ledger with the stack.
func (c *campaign) finish(batch string, silent int) {
	if err := c.station.CloseBatch(batch, station.Closing{}); err != nil {
		c.t.Fatalf("close: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.station.Settled(ctx); err != nil {
		c.t.Fatalf("settle: %v", err)
	}
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	for i, sheet := range c.stack {
		want := sheet.Front
		if c.settings.Duplex {
			both, err := media.Pair(sheet.Front, sheet.Back, 300)
			if err != nil {
				c.t.Fatal(err)
			}
			want = both
		}
		id := slip.SheetID{Station: stationName, Batch: batch, Sequence: i + 1}
		if !bytes.Equal(c.ledger.sheets[id], want) {
			c.t.Errorf("%s is another paper (%d silent faults)", id, silent)
		}
	}
	if extra := (slip.SheetID{Station: stationName, Batch: batch, Sequence: c.sheets + 1}); c.ledger.sheets[extra] != nil {
		c.t.Errorf("%s should not be", extra)
	}
}
