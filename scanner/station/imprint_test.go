package station_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/scanner"
	"sesshu/scanner/station"
	"sesshu/scanner/virtual"
)

// imprintLedger remembers what was said to be printed on each sheet.
type imprintLedger struct {
	*memoryLedger
	imprints map[int]string
}

func (l *imprintLedger) StoreSheet(ctx context.Context, sheet slip.Sheet, image io.Reader) (bool, error) {
	stored, err := l.memoryLedger.StoreSheet(ctx, sheet, image)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.imprints[sheet.Sequence] = sheet.Imprint
	return stored, err
}

// blank is an empty page, A4 at 100 dpi.
func blank(t *testing.T) []byte {
	t.Helper()
	page := image.NewGray(image.Rect(0, 0, 827, 1169))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, page, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// dark counts the dark pixels of a part of a page, in tenths of its height from
// the top.
func dark(t *testing.T, file []byte, from, to int) (count int) {
	t.Helper()
	page, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	size := page.Bounds().Size()
	for y := size.Y * from / 10; y < size.Y*to/10; y++ {
		for x := range size.X {
			if color.GrayModel.Convert(page.At(x, y)).(color.Gray).Y < 100 { //nolint:forcetypeassert // the model's own type
				count++
			}
		}
	}
	return count
}

// Station and batch are printed on every sheet, with the sheet's number, which
// goes on after a jam and after a restart of the device's job; what was printed
// is handed in with the sheet.
func TestEverySheetIsEndorsedWithItsNumber(t *testing.T) {
	for name, script := range map[string][]virtual.Fault{
		"without a fault": nil, "a jam": {{Kind: virtual.Jam, Sheet: 3}}, "jobs of a few sheets": {{Kind: virtual.JobTooShort, Sheet: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			ledger := &imprintLedger{memoryLedger: newLedger(), imprints: map[int]string{}}
			s := open(t, t.TempDir(), ledger, nil)
			run(t, s)
			device := virtual.New(virtual.Config{Imprinter: true, Resolution: 100, Script: script})
			sheet := virtual.Sheet{Front: blank(t)}
			device.Load(sheet, sheet, sheet, sheet)
			settings := scanner.Settings{DPI: 100, Endorse: true}
			client := scannerFor(t, device)
			report, err := s.Scan(t.Context(), client, settings, "b1", count(4))
			if errors.Is(err, scanner.Jam) {
				stack := device.Clear()
				device.Load(stack[report.Safe:]...)
				report, err = s.Scan(t.Context(), client, settings, "b1", nil)
			}
			if err != nil || report.Safe != 4 || len(report.Repeats) != 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			settle(t, s)
			for sequence, want := range map[int]string{1: stationName + " b1 00001", 2: stationName + " b1 00002", 3: stationName + " b1 00003", 4: stationName + " b1 00004"} {
				if got := ledger.imprints[sequence]; got != want {
					t.Errorf("sheet %d: imprint %q, want %q", sequence, got, want)
				}
				page := ledger.sheets[slip.SheetID{Station: stationName, Batch: "b1", Sequence: sequence}]
				if above, below := dark(t, page, 0, 9), dark(t, page, 9, 10); above != 0 || below < 100 {
					t.Errorf("sheet %d: %d dark pixels at the bottom edge, %d elsewhere", sequence, below, above)
				}
			}
		})
	}
}

// A device without an endorser says so before it feeds anything.
func TestEndorsingIsRefusedWithoutAnEndorser(t *testing.T) {
	s := open(t, t.TempDir(), nil, nil)
	device := virtual.New(virtual.Config{})
	device.Load(cards(1)...)
	_, err := s.Scan(t.Context(), scannerFor(t, device), scanner.Settings{Endorse: true}, "b1", nil)
	if !errors.Is(err, scanner.Unsupported) || len(device.Feeder()) != 1 {
		t.Errorf("fed all the same: %v", err)
	}
}

var _ station.Intake = (*imprintLedger)(nil)
