package escl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"sesshu/scanner"
	"sesshu/scanner/internal/testcard"
	"sesshu/scanner/virtual"
)

// stack returns the sheets first to last, front and back drawn apart.
func stack(first, last int) []virtual.Sheet {
	var sheets []virtual.Sheet
	for number := first; number <= last; number++ {
		sheets = append(sheets, virtual.Sheet{Name: fmt.Sprint(number), Front: testcard.JPEG(number), Back: testcard.JPEG(1000 + number)})
	}
	return sheets
}

// bench is a client, the device it talks to, and the file between them.
type bench struct {
	client *Device
	device *virtual.Device
	url    string
	jobs   string
}

func newBench(t *testing.T, config virtual.Config, sheets []virtual.Sheet) *bench {
	t.Helper()
	device := virtual.New(config)
	device.Load(sheets...)
	server := httptest.NewServer(device)
	t.Cleanup(server.Close)
	b := &bench{device: device, url: server.URL + "/eSCL", jobs: filepath.Join(t.TempDir(), "job")}
	b.client = b.newClient(t)
	return b
}

// newClient makes a client that is impatient enough for a test: the limits say
// how long faults are waited for, no test depends on how fast things go.
func (b *bench) newClient(t *testing.T) *Device {
	t.Helper()
	client, err := New(Config{
		URL: b.url, JobFile: b.jobs,
		BusyPatience: 20 * time.Second, StallPatience: 2 * time.Second,
		SettlePatience: 5 * time.Second, Poll: 5 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// feed scans until the end and returns the sheets' images and how it ended.
func (b *bench) feed(t *testing.T, settings scanner.Settings) ([][]byte, error) {
	t.Helper()
	batch, err := b.client.Scan(t.Context(), settings)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := batch.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := batch.Close(); err != nil {
			t.Errorf("close again: %v", err)
		}
	}()
	var images [][]byte
	for {
		image, err := batch.Next(t.Context())
		if err != nil {
			if _, again := batch.Next(t.Context()); !errors.Is(again, err) {
				t.Errorf("after %v, Next returns %v", err, again)
			}
			return images, err
		}
		want := scanner.Front
		if settings.Duplex && len(images)%2 == 1 {
			want = scanner.Back
		}
		if image.Side != want {
			t.Errorf("image %d is side %d, want %d", len(images)+1, image.Side, want)
		}
		images = append(images, image.Bytes)
	}
}

// wantImages requires exactly the fronts of the sheets with these numbers.
func wantImages(t *testing.T, got [][]byte, numbers ...int) {
	t.Helper()
	if len(got) != len(numbers) {
		t.Fatalf("got %d images, want %d", len(got), len(numbers))
	}
	for i, number := range numbers {
		if !bytes.Equal(got[i], testcard.JPEG(number)) {
			t.Errorf("image %d is not that of sheet %d", i+1, number)
		}
	}
}

func upTo(last int) []int {
	var numbers []int
	for number := 1; number <= last; number++ {
		numbers = append(numbers, number)
	}
	return numbers
}

func TestFeedsAWholeStack(t *testing.T) {
	for _, end := range []int{http.StatusNotFound, http.StatusConflict, http.StatusGone} {
		b := newBench(t, virtual.Config{EndStatus: end}, stack(1, 12))
		images, err := b.feed(t, scanner.Settings{})
		if err != io.EOF { //nolint:errorlint // the contract promises io.EOF itself
			t.Errorf("end %d: %v, want io.EOF", end, err)
		}
		wantImages(t, images, upTo(12)...)
	}
}

func TestFeedsBothSides(t *testing.T) {
	b := newBench(t, virtual.Config{}, stack(1, 3))
	images, err := b.feed(t, scanner.Settings{Duplex: true})
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	wantImages(t, images, 1, 1001, 2, 1002, 3, 1003)
}

// Every fault of the virtual device: what arrives before it, and how the feed
// ends. In no case is there an image that is not whole, missing or doubled in
// between.
func TestFaults(t *testing.T) {
	cases := []struct {
		script    virtual.Kind
		forgetful bool
		want      []int // sheets that arrive
		end       error
	}{
		{script: virtual.Jam, want: upTo(3), end: scanner.Jam},
		{script: virtual.LateState, want: upTo(3), end: scanner.Jam},
		{script: virtual.DoubleFeed, want: upTo(3), end: scanner.DoubleFeed},
		{script: virtual.CoverOpen, want: upTo(3), end: scanner.CoverOpen},
		{script: virtual.OperatorStop, want: upTo(3), end: scanner.OperatorStop},
		{script: virtual.Stall, want: upTo(3), end: scanner.Stalled},
		{script: virtual.Vanish, want: upTo(3), end: scanner.Unplugged},
		{script: virtual.DropConnection, want: upTo(6), end: io.EOF},
		{script: virtual.DropConnection, forgetful: true, want: upTo(3), end: scanner.BrokenTransfer},
		{script: virtual.TruncatedImage, want: upTo(3), end: scanner.BrokenTransfer},
		{script: virtual.WrongLength, want: upTo(3), end: scanner.BrokenTransfer},
		{script: virtual.JobTooShort, want: upTo(6), end: io.EOF},
		{script: virtual.UnreachableAddress, want: upTo(6), end: io.EOF},
		{script: virtual.WarmingUp, want: upTo(6), end: io.EOF},
		// The device's word is taken here; the station finds these by the count.
		{script: virtual.EmptyTooEarly, want: upTo(3), end: io.EOF},
		{script: virtual.RepeatPage, want: []int{1, 2, 3, 4, 4, 5, 6}, end: io.EOF},
		{script: virtual.LosePage, want: []int{1, 2, 3, 5, 6}, end: io.EOF},
		{script: virtual.DoubleFeedUnseen, want: []int{1, 2, 3, 4, 6}, end: io.EOF},
	}
	for _, c := range cases {
		for _, end := range []int{http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable} {
			t.Run(fmt.Sprintf("%s/%t/%d", c.script, c.forgetful, end), func(t *testing.T) {
				t.Parallel()
				sheet := 4
				if c.script == virtual.UnreachableAddress || c.script == virtual.WarmingUp {
					sheet = 0
				}
				b := newBench(t, virtual.Config{EndStatus: end, Forgetful: c.forgetful,
					Script: []virtual.Fault{{Kind: c.script, Sheet: sheet}}}, stack(1, 6))
				images, err := b.feed(t, scanner.Settings{DoubleFeedDetection: true})
				if (err == io.EOF) != (c.end == io.EOF) { //nolint:errorlint // the contract promises io.EOF itself
					t.Errorf("ended with %v, want %v", err, c.end)
				}
				if !errors.Is(err, c.end) {
					t.Errorf("ended with %v, want %v", err, c.end)
				}
				wantImages(t, images, c.want...)
			})
		}
	}
}

// Double feeds are noticed because the client asks the device to.
func TestDoubleFeedDetectionIsAsked(t *testing.T) {
	for _, asked := range []bool{true, false} {
		b := newBench(t, virtual.Config{Script: []virtual.Fault{{Kind: virtual.DoubleFeed, Sheet: 2}}}, stack(1, 4))
		_, err := b.feed(t, scanner.Settings{DoubleFeedDetection: asked})
		if errors.Is(err, scanner.DoubleFeed) != asked {
			t.Errorf("asked %t: %v", asked, err)
		}
	}
}

func TestBusyForEver(t *testing.T) {
	b := newBench(t, virtual.Config{Script: []virtual.Fault{{Kind: virtual.BusyForever}}}, stack(1, 2))
	b.client.config.BusyPatience = 300 * time.Millisecond
	if _, err := b.client.Scan(t.Context(), scanner.Settings{}); !errors.Is(err, scanner.Busy) {
		t.Fatalf("got %v, want busy", err)
	}
}

func TestEmptyFeeder(t *testing.T) {
	b := newBench(t, virtual.Config{}, nil)
	if _, err := b.feed(t, scanner.Settings{}); !errors.Is(err, scanner.FeederEmpty) {
		t.Fatalf("got %v, want feeder empty", err)
	}
}

func TestUnsupportedSettings(t *testing.T) {
	b := newBench(t, virtual.Config{}, stack(1, 1))
	for _, settings := range []scanner.Settings{{DPI: 600}, {Color: scanner.Color}, {MediaType: "image/tiff"}} {
		if _, err := b.client.Scan(t.Context(), settings); !errors.Is(err, scanner.Unsupported) {
			t.Errorf("%+v: got %v, want unsupported", settings, err)
		}
	}
}

func TestSecondBatchIsRefused(t *testing.T) {
	b := newBench(t, virtual.Config{}, stack(1, 2))
	batch, err := b.client.Scan(t.Context(), scanner.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer batch.Close()
	if _, err := b.client.Scan(t.Context(), scanner.Settings{}); !errors.Is(err, scanner.Busy) {
		t.Errorf("got %v, want busy", err)
	}
}

// A client that dies leaves the device busy. The next one frees it, both when
// the job's address was written down and when the crash came before that.
func TestFreesTheDeviceAfterACrash(t *testing.T) {
	for _, known := range []bool{true, false} {
		b := newBench(t, virtual.Config{}, stack(1, 5))
		batch, err := b.client.Scan(t.Context(), scanner.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := batch.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The process dies here: nothing is closed.
		note, found, err := b.client.jobs.read()
		if err != nil || !found || note.Path == "" {
			t.Fatalf("job note: %+v %t %v", note, found, err)
		}
		if !known {
			note.Path = ""
			if err := b.client.jobs.write(note); err != nil {
				t.Fatal(err)
			}
		}
		b.client = b.newClient(t)
		images, err := b.feed(t, scanner.Settings{})
		if !errors.Is(err, io.EOF) {
			t.Fatalf("address known %t: %v", known, err)
		}
		wantImages(t, images, 2, 3, 4, 5)
	}
}

func TestContextEndsAFeed(t *testing.T) {
	b := newBench(t, virtual.Config{Script: []virtual.Fault{{Kind: virtual.Stall, Sheet: 2}}}, stack(1, 3))
	b.client.config.StallPatience = time.Hour
	batch, err := b.client.Scan(t.Context(), scanner.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := batch.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := batch.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want cancelled", err)
	}
	if err := batch.Close(); err != nil {
		t.Error(err)
	}
	if b.device.Clear(); len(b.device.Feeder()) != 0 {
		t.Error("device was not cleared")
	}
}
