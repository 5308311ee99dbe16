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
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/media"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

var campaignBatches = flag.Int("campaign", 50, "batches of the fault campaign")

// The fault campaign: batches with planted jams, double feeds, lost and repeated
// pages, cut connections, a server that goes away or is killed, answers that are
// lost, disks that fill up, interrupted feeds, and stations that are restarted or
// killed, all drawn at random. The operator does what the station says. No sheet
// is lost or doubled, and whatever a device hides is found before its batch can
// close. The service is the real one, with a real ledger.
func TestFaultCampaign(t *testing.T) {
	tally := map[string]int{}
	service := newServer(t)
	found, fed := 0, 0
	var c *campaign
	t.Cleanup(func() {
		if t.Failed() && c != nil {
			t.Logf("seed %d: %d sheets, script %v", c.seed, c.sheets, c.script)
		}
	})
	for number := range *campaignBatches {
		c = newCampaign(t, uint64(number), service, tally)
		c.bringHome()
		found += c.found
		fed += c.sheets
		c.close()
		if t.Failed() {
			t.FailNow()
		}
		if number%100 == 99 {
			t.Logf("%d batches, %d sheets so far: %v", number+1, fed, tally)
		}
	}
	service.verified()
	t.Logf("%d batches, %d sheets, 0 lost, 0 doubled; %d batches with hidden losses or doubles found before they could close; faults that happened: %v",
		*campaignBatches, fed, found, tally)
}

// campaign is one batch's story.
type campaign struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	tally  map[string]int // what happened, over all batches

	directory string
	sheets    int
	settings  scanner.Settings
	stack     []virtual.Sheet
	script    []virtual.Fault
	device    *virtual.Device
	server    *httptest.Server
	client    *escl.Device
	service   *server
	station   *station.Station
	stop      func()
	small     bool   // the spool is on a disk that fills up
	unmount   func() // gives the small disk back
	revive    func() // starts the server again when it was killed in this feed

	found int
}

func newCampaign(t *testing.T, seed uint64, service *server, tally map[string]int) *campaign {
	c := &campaign{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), tally: tally, directory: t.TempDir(), service: service, unmount: func() {}} //nolint:gosec // a test's dice
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
	client, err := newScanner(c.server.URL+"/eSCL", c.directory)
	if err != nil {
		t.Fatal(err)
	}
	c.client = client
	c.service.lose.Store(int32(c.random.IntN(3))) //nolint:gosec // 0 to 2
	if c.small = c.random.IntN(8) == 0; c.small {
		c.mount()
	}
	c.open()
	return c
}

// mount puts the spool on a disk that has room for the reserve and four sheets.
// Where it may not (tests that are not run by root), the disk is full for a
// station process that may write no file as large as a sheet: see feed.
func (c *campaign) mount() {
	spool := filepath.Join(c.directory, "spool")
	if err := os.Mkdir(spool, 0o700); err != nil {
		c.t.Fatal(err)
	}
	sheet := len(c.stack[0].Front) + 8<<10 // with its record, in whole pages
	if c.settings.Duplex {
		sheet += len(c.stack[0].Back)
	}
	size := fmt.Sprintf("size=%d", 64<<10+32<<10+4*sheet)
	if exec.Command("mount", "-t", "tmpfs", "-o", size, "tmpfs", spool).Run() != nil {
		return
	}
	c.unmount = sync.OnceFunc(func() {
		if said, err := exec.Command("umount", spool).CombinedOutput(); err != nil {
			c.t.Errorf("give the small disk back: %v: %s", err, said)
		}
	})
	c.t.Cleanup(c.unmount)
	c.small = false
	c.service.away.Store(true) // until the first stop, so that it does fill up
}

// open starts the station, as after a restart.
func (c *campaign) open() {
	s, err := station.Open(station.Config{Name: stationName, Dir: filepath.Join(c.directory, "spool"), Intake: c.service.client,
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
	c.unmount()
}

// feed scans once: perhaps interrupted, with a server that may be away or die,
// in a station that may be restarted afterwards or die.
func (c *campaign) feed(batch string) (report station.Report, err error) {
	c.revive = func() {}
	if c.random.IntN(16) == 0 {
		killed := make(chan struct{})
		time.AfterFunc(time.Duration(c.random.IntN(60))*time.Millisecond, func() {
			defer close(killed)
			c.service.kill()
		})
		c.tally["killed server"]++
		c.revive = func() {
			<-killed
			c.service.start()
		}
	}
	if c.small {
		c.small = false
		return c.feedProcess(batch, len(c.stack[0].Front)/2)
	}
	if c.random.IntN(8) == 0 {
		return c.feedProcess(batch, 0)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if c.random.IntN(5) == 0 {
		time.AfterFunc(time.Duration(c.random.IntN(30))*time.Millisecond, cancel)
		c.tally["interrupted feed"]++
	}
	if c.random.IntN(4) == 0 {
		c.service.away.Store(true)
		c.tally["server away"]++
	}
	report, err = c.station.Scan(ctx, c.client, c.settings, batch, count(c.sheets))
	c.revive()
	c.service.away.Store(false)
	if errors.Is(err, scanner.SpoolFull) {
		c.tally["full disk"]++
		c.emptied()
	}
	if c.random.IntN(4) == 0 {
		c.stop()
		c.open()
		c.tally["restarted station"]++
	}
	return report, err
}

// emptied waits, as the words for a full disk say, until the backlog has been
// handed in.
func (c *campaign) emptied() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.station.Settled(ctx); err != nil {
		c.t.Fatalf("the full disk is not emptied: %v", err)
	}
}

// bringHome feeds until the stack is in, by the station's own instructions.
func (c *campaign) bringHome() {
	for attempt := 1; attempt <= 8; attempt++ {
		batch := fmt.Sprintf("s%d-%d", c.seed, attempt)
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
		c.tally[string(fault.Kind)]++
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
	var want [][]byte
	for _, sheet := range c.stack {
		image := sheet.Front
		if c.settings.Duplex {
			both, err := media.Pair(sheet.Front, sheet.Back, 300)
			if err != nil {
				c.t.Fatal(err)
			}
			image = both
		}
		want = append(want, image)
	}
	c.service.wantSheets(batch, want...)
	if c.t.Failed() {
		c.t.Logf("%s with %d silent faults", batch, silent)
	}
}
