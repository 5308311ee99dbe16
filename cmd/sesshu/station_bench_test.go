package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"sesshu/ledger"
	"sesshu/samples"
	"sesshu/samples/scan"
	"sesshu/scanner"
	"sesshu/scanner/escl"
	"sesshu/scanner/handin"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// BenchmarkStation measures the whole way of the paper up to storage: sample
// slips (A4, 300 dpi, grey JPEG), both sides, out of the virtual device at full
// speed, over eSCL into the spool, over HTTP into the service, into PostgreSQL
// and the image folder. One operation is one image. "reading" has the readers
// work on the same cores meanwhile, and counts until the last slip is decided; its
// slips all differ, for copies of one are compared with each other as the same paper;
// "airscan" is the yardstick: Debian's scanimage with sane-airscan, which writes
// the same pages of the same device to files.
func BenchmarkStation(b *testing.B) {
	pages := drawPages(b, 2)
	b.Run("storing", func(b *testing.B) { benchmarkStation(b, pages, false) })
	b.Run("reading", func(b *testing.B) { benchmarkStation(b, drawPages(b, 2*sheetsOf(b)), true) })
	b.Run("airscan", func(b *testing.B) { benchmarkAirscan(b, pages) })
}

// drawPages draws pages; sheets are made of two each, and begin again with the first.
func drawPages(b *testing.B, count int) [][]byte {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "set")
	if err := samples.Generate(b.Context(), samples.Config{Out: dir, Count: count, Seed: 4, Tier: scan.Office, Dates: samples.DatesMixed}); err != nil {
		b.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil || len(files) != count {
		b.Fatalf("%v, %v", files, err)
	}
	pages := make([][]byte, count)
	for i, file := range files {
		if pages[i], err = os.ReadFile(file); err != nil {
			b.Fatal(err)
		}
	}
	return pages
}

// loaded returns a device that holds as many sheets as the images need, and its
// address.
func loaded(b *testing.B, pages [][]byte) (device *virtual.Device, address string) {
	b.Helper()
	device = virtual.New(virtual.Config{Stamp: true})
	for i := range sheetsOf(b) {
		device.Load(virtual.Sheet{Front: pages[2*i%len(pages)], Back: pages[(2*i+1)%len(pages)]})
	}
	server := httptest.NewServer(device)
	b.Cleanup(server.Close)
	return device, server.URL
}

func sheetsOf(b *testing.B) int { return (b.N + 1) / 2 }

// benchmarkStation stores into a private PostgreSQL with the settings of the
// product, not those that make tests quick: a commit is on disk.
func benchmarkStation(b *testing.B, pages [][]byte, reading bool) {
	settings := &Settings{StateDir: b.TempDir(), LogLevel: "error", LogFormat: "text", stdout: io.Discard, stderr: io.Discard, logger: slog.New(slog.DiscardHandler)}
	err := settings.withStore(b.Context(), func(store *ledger.Store) error {
		feedInto(b, settings, store, pages, reading)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// feedInto feeds the stack into a ledger and waits until it is there.
func feedInto(b *testing.B, settings *Settings, store *ledger.Store, pages [][]byte, reading bool) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	address := startDesk(ctx, b, group, settings, store, reading)
	token, err := store.AddToken(ctx, "bench", ledger.TokenStation)
	if err != nil {
		b.Fatal(err)
	}
	intake, err := handin.New(handin.Config{URL: address, Token: token})
	if err != nil {
		b.Fatal(err)
	}
	defer intake.Close()
	_, scannerAddress := loaded(b, pages)
	client, err := escl.New(escl.Config{URL: scannerAddress + "/eSCL", Poll: time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	memory := &memoryWatch{}
	counter, err := station.Open(station.Config{Name: "bench", Dir: b.TempDir(), Intake: intake, Progress: memory.progress})
	if err != nil {
		b.Fatal(err)
	}
	defer counter.Close()
	group.Go(func() error { return counter.Run(ctx) })
	declared := sheetsOf(b)
	b.SetBytes(int64(len(pages[0])+len(pages[1])) / 2)
	used := processorTime(b)
	b.ResetTimer()
	if _, err := counter.Scan(ctx, client, scanner.Settings{DPI: 300, Duplex: true, DoubleFeedDetection: true}, "b1", &declared); err != nil {
		b.Fatal(err)
	}
	if err := counter.CloseBatch("b1", station.Closing{Person: "bench", Reason: "a stack of copies"}); err != nil {
		b.Fatal(err)
	}
	if err := counter.Settled(ctx); err != nil {
		b.Fatal(err)
	}
	for reading {
		count, err := store.Batch(ctx, "bench", "b1")
		if err != nil {
			b.Fatal(err)
		}
		reading = count.Waiting > 0
		time.Sleep(20 * time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "images/min")
	b.ReportMetric((processorTime(b)-used).Seconds()*1000/float64(b.N), "cpu-ms/image")
	memory.report(b)
	count, err := store.Batch(ctx, "bench", "b1")
	if err != nil || count.Stored != declared {
		b.Errorf("%d sheets stored of %d, %v", count.Stored, declared, err)
	}
	stop()
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		b.Error(err)
	}
}

// startDesk runs the service that stations hand in to: with its readers, or the
// desk and the API alone.
func startDesk(ctx context.Context, b *testing.B, group *errgroup.Group, settings *Settings, store *ledger.Store, reading bool) (address string) {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	v, err := settings.newService(store, serviceOptions{stateDir: settings.StateDir, listener: listener}) //nolint:contextcheck // as in serve
	if err != nil {
		b.Fatal(err)
	}
	if reading {
		group.Go(func() error { return v.Run(ctx) })
	} else {
		group.Go(func() error { return v.desk.Run(ctx, listener) })
	}
	return v.address()
}

// processorTime is what this process has used: virtual device, station and
// service together, without PostgreSQL. Unlike the time on the wall it does not
// depend on what else the machine does.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memoryWatch looks at the heap, after collection, each time another thousand
// sheets are stored.
type memoryWatch struct{ live []float64 }

func (m *memoryWatch) progress(event station.Event) {
	const every = 1000
	if event.Kind != station.HandedIn || event.HandedIn%every != 0 {
		return
	}
	runtime.GC()
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	m.live = append(m.live, float64(now.HeapAlloc)/(1<<20))
	fmt.Fprintf(os.Stderr, "%d sheets stored, live heap %.1f MiB\n", event.HandedIn, m.live[len(m.live)-1])
}

// report fails when the heap grew by more than a few pages between the first
// thousand sheets and the last.
func (m *memoryWatch) report(b *testing.B) {
	b.Helper()
	if len(m.live) < 2 {
		return
	}
	first, last := m.live[0], m.live[len(m.live)-1]
	b.Logf("live heap after each 1,000 sheets, MiB: %.1f", m.live)
	b.ReportMetric(first, "MiB-after-1000")
	b.ReportMetric(last, "MiB-at-end")
	const most = 32
	if last > first+most {
		b.Errorf("memory grew from %.1f to %.1f MiB", first, last)
	}
}

func benchmarkAirscan(b *testing.B, pages [][]byte) {
	_, address := loaded(b, pages)
	folder := b.TempDir()
	for name, text := range map[string]string{
		"dll.conf":     "airscan\n",
		"airscan.conf": fmt.Sprintf("[devices]\n\"Sim\" = %s/eSCL, eSCL\n[options]\ndiscovery = disable\nmodel = network\n", address),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	command := exec.CommandContext(b.Context(), "scanimage", "-d", "airscan:e0:Sim", "--source", "ADF Duplex", "--mode", "Gray",
		"--resolution", "300", "--format=jpeg", "--batch="+filepath.Join(folder, "%d.jpg"))
	command.Env = append(os.Environ(), "SANE_CONFIG_DIR="+folder, "HOME="+folder, "LC_ALL=C")
	b.ResetTimer()
	text, err := command.CombinedOutput()
	b.StopTimer()
	written, globError := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil && !strings.Contains(string(text), "out of documents") || globError != nil || len(written) != 2*sheetsOf(b) {
		b.Fatalf("%v, %d pages\n%s", err, len(written), text)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "images/min")
}
