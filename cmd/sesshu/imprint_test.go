package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/samples"
	"sesshu/samples/scan"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// counter is a station beside a running service.
type counter struct {
	*station.Station
	state   string
	service *runningService
	intake  *handin.Client
	slips   [][]byte
}

func startCounter(t *testing.T, slips int) counter {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	if err := samples.Generate(t.Context(), samples.Config{Out: dir, Count: slips, Seed: 9, Tier: scan.Office, Dates: samples.DatesPrint}); err != nil {
		t.Fatal(err)
	}
	c := counter{state: t.TempDir()}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	for _, file := range files {
		content, readErr := os.ReadFile(file)
		c.slips, err = append(c.slips, content), errors.Join(err, readErr)
	}
	if err != nil || len(c.slips) != slips {
		t.Fatalf("%d slips, %v", len(c.slips), err)
	}
	c.service = startService(t, c.state)
	if c.intake, err = handin.New(handin.Config{URL: c.service.address, Token: c.service.station}); err != nil {
		t.Fatal(err)
	}
	c.Station, err = station.Open(station.Config{Name: "counter", Dir: t.TempDir(), Intake: c.intake, RetryFirst: 50 * time.Millisecond, RetryMost: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		c.Close()
		c.intake.Close()
	})
	return c
}

// feed feeds slips through a scanner with an endorser, into a batch that nobody
// counted.
func (c counter) feed(t *testing.T, batch string, endorse bool, script []virtual.Fault, slips ...int) {
	t.Helper()
	device := virtual.New(virtual.Config{Imprinter: true, Script: script})
	for _, i := range slips {
		device.Load(virtual.Sheet{Front: c.slips[i]})
	}
	server := httptest.NewServer(device)
	defer server.Close()
	client, err := escl.New(escl.Config{URL: server.URL + "/eSCL", Poll: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := c.Scan(t.Context(), client, scanner.Settings{DPI: 300, Endorse: endorse}, batch, nil); err != nil {
		t.Fatal(err)
	}
}

// account waits until the service has closed the batch or refused to.
func (c counter) account(t *testing.T, batch string) station.Batch {
	t.Helper()
	for {
		accounts := c.Batches()
		at := slices.IndexFunc(accounts, func(b station.Batch) bool { return b.Name == batch })
		if at >= 0 && (accounts[at].ClosedAt != nil || accounts[at].Disagreement != nil) {
			return accounts[at]
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("batch %s was neither closed nor refused", batch)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestImprintsAreReadBack feeds sheets through the virtual scanner's endorser
// into a whole service: sheets in order close by themselves, and when the scanner
// loses or doubles a page behind the endorser somebody has to answer.
func TestImprintsAreReadBack(t *testing.T) {
	c := startCounter(t, 5)
	c.feed(t, "whole", true, nil, 0, 1)
	c.feed(t, "lost", true, []virtual.Fault{{Kind: virtual.LosePage, Sheet: 2}}, 2, 3, 4)
	c.feed(t, "doubled", true, []virtual.Fault{{Kind: virtual.RepeatPage, Sheet: 1}}, 0, 1)
	c.feed(t, "plain", false, nil, 3)
	for _, batch := range []string{"whole", "lost", "plain"} {
		if err := c.CloseBatch(batch, station.Closing{}); err != nil {
			t.Fatal(err)
		}
	}
	for batch, want := range map[string]slip.ImprintCount{"whole": {Printed: 2, Same: 2}, "plain": {}} {
		closed := c.account(t, batch)
		if closed.ClosedAt == nil || closed.Count.ClosedBy != "" || closed.Count.Imprints != want {
			t.Errorf("batch %s: %+v, refused with %+v", batch, closed.Count, closed.Disagreement)
		}
	}

	refused := c.account(t, "lost")
	if refused.ClosedAt != nil {
		t.Fatalf("a batch that lost a page closed silently: %+v", refused.Count)
	}
	const said = "Sheet 2 bears the imprint “counter lost 00003”, which no sheet has that came in. The imprint of sheet 2 was found on no sheet"
	if !strings.Contains(refused.Disagreement.English, said) || !strings.Contains(refused.Disagreement.Japanese, "「counter lost 00003」") {
		t.Errorf("refused with %+v", refused.Disagreement)
	}
	states, err := c.intake.Sheets(t.Context(), "counter", "lost", 0)
	if err != nil || len(states) != 2 || states[0].Imprint != slip.ImprintSame || states[1].Imprint != slip.ImprintOther || states[1].State != slip.SheetReview {
		t.Errorf("states %+v, %v", states, err)
	}
	if err := c.CloseBatch("lost", station.Closing{Person: "Suzuki", Reason: "sheet 2 lay under the scanner"}); err != nil {
		t.Fatal(err)
	}
	if closed := c.account(t, "lost"); closed.ClosedAt == nil || closed.Count.ClosedBy != "Suzuki" || closed.Count.Imprints != (slip.ImprintCount{Printed: 2, Same: 1, Other: 1}) {
		t.Errorf("closed %+v", closed.Count)
	}

	if err := c.CloseBatch("doubled", station.Closing{}); !errors.Is(err, station.ErrRepeats) {
		t.Errorf("a batch with a doubled page closes: %v", err)
	}
	for count := (slip.BatchCount{Waiting: 1}); count.Waiting > 0; {
		if count, err = c.intake.Batch(t.Context(), "counter", "doubled"); err != nil {
			t.Fatal(err)
		}
		if want := (slip.ImprintCount{Printed: 3, Same: 1, Other: 2}); count.Waiting == 0 && count.Imprints != want {
			t.Errorf("a doubled page: %+v", count.Imprints)
		}
	}
	command(t, c.state, "verify") // fails when the ledger is not sound
}
