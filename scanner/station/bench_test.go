package station_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// BenchmarkImages measures the whole station: A4 at 300 dpi, grey JPEG, duplex,
// over eSCL into the spool and over HTTP into an intake that only keeps the
// bytes. One operation is one image (half a sheet).
func BenchmarkImages(b *testing.B) {
	// Two sheets in turn: one picture twice in a row would be a repeat, for which a
	// person must answer.
	front, back := testcard.Page(1), testcard.Page(2)
	b.Logf("image of %d KiB", len(front)>>10)
	device := virtual.New(virtual.Config{})
	for i := range (b.N + 1) / 2 {
		sheet := virtual.Sheet{Front: front, Back: back}
		if i%2 == 1 {
			sheet = virtual.Sheet{Front: back, Back: front}
		}
		device.Load(sheet)
	}
	scannerServer := httptest.NewServer(device)
	defer scannerServer.Close()
	ledger := newLedger()
	ledger.countOnly = true
	service := httptest.NewServer(ledger)
	defer service.Close()
	client, err := escl.New(escl.Config{URL: scannerServer.URL + "/eSCL", Poll: time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	intake, err := handin.New(handin.Config{URL: service.URL, Token: "secret"})
	if err != nil {
		b.Fatal(err)
	}
	defer intake.Close()
	s, err := station.Open(station.Config{Name: stationName, Dir: b.TempDir(), Intake: intake})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	b.SetBytes(int64(len(front)))
	b.ResetTimer()
	if _, err := s.Scan(ctx, client, scanner.Settings{Duplex: true}, "b1", nil); err != nil {
		b.Fatal(err)
	}
	if err := s.CloseBatch("b1", station.Closing{}); err != nil {
		b.Fatal(err)
	}
	if err := s.Settled(ctx); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "images/min")
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
