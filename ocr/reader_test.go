package ocr_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr"
	"sesshu/ocr/page"
)

func open(t testing.TB, all []*form.Form) *ocr.Reader {
	t.Helper()
	reader, err := ocr.Open(ocr.Config{Forms: all, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

func read(t testing.TB, reader *ocr.Reader, file []byte) slip.PageReading {
	t.Helper()
	result, err := reader.Read(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Pages) != 1 || len(result.Errors) != 1 {
		t.Fatalf("%d pages, want 1", len(result.Pages))
	}
	return result.Pages[0]
}

func TestReadsTheSlipWhicheverWayUp(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	f := preprinted(t, all)
	for turn := range 4 {
		got := read(t, reader, drawSlip(t, f, turn))
		if got.Registration.Form != f.Name || len(got.Faults) != 0 {
			t.Fatalf("turned by %d: form %q, faults %v", 90*turn, got.Registration.Form, got.Faults)
		}
		if upright := (360 - 90*turn) % 360; got.Registration.Turn != upright {
			t.Errorf("must be turned by %d, says %d", upright, got.Registration.Turn)
		}
		for name, text := range want {
			i := slices.IndexFunc(got.Readings, func(r slip.Reading) bool { return r.Field == name })
			if i < 0 {
				t.Errorf("turned by %d: no reading of %s", 90*turn, name)
				continue
			}
			reading := got.Readings[i]
			if best := reading.Best(); best.Text != text {
				t.Errorf("turned by %d: %s reads %q (%.3f), want %q", 90*turn, name, best.Text, best.P, text)
			}
			if reading.Reader == "" || !strings.HasPrefix(reading.Version, reader.Versions()["fields"]+" ") || strings.HasSuffix(reading.Version, " ") || reading.Source == "" || reading.Quad == (slip.Quad{}) {
				t.Errorf("%s does not say who read what where: %+v", name, reading)
			}
		}
	}
}

// TestNothingIsKept reads the same files in different orders, with broken and
// foreign ones between, and wants the same answers to the last bit.
func TestNothingIsKept(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	f := preprinted(t, all)
	files := [][]byte{drawSlip(t, f, 0), drawSlip(t, f, 1), f.Blank, []byte("no image"), all[len(all)-1].Blank}
	first := make([]string, len(files))
	for i, file := range files {
		first[i] = answer(t, reader, file)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 2 {
		for _, i := range random.Perm(len(files)) {
			if again := answer(t, reader, files[i]); again != first[i] {
				t.Fatalf("file %d was read as\n%s\nthen as\n%s", i, first[i], again)
			}
		}
	}
	fresh := open(t, all)
	if again := answer(t, fresh, files[0]); again != first[0] {
		t.Errorf("another process reads\n%s\nthis one\n%s", again, first[0])
	}
}

func answer(t *testing.T, reader *ocr.Reader, file []byte) string {
	t.Helper()
	result, err := reader.Read(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(result.Pages)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFaultsOfPages(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	whole := drawSlip(t, preprinted(t, all), 0)
	for name, test := range map[string]struct {
		file []byte
		want slip.Reason
		err  *page.Error
	}{
		"empty file": {nil, slip.ReasonUnreadable, page.ErrEmpty},
		"text":       {[]byte("hello"), slip.ReasonUnreadable, page.ErrWrongType},
		"truncated":  {whole[:len(whole)/2], slip.ReasonUnreadable, page.ErrTruncated},
	} {
		result, err := reader.Read(context.Background(), test.file)
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Pages[0]; !slices.Equal(got.Faults, []slip.Reason{test.want}) || len(got.Readings) != 0 || got.Page != 1 {
			t.Errorf("%s: %+v", name, got)
		}
		if got := result.Pages[0].Fault; got != test.err.Code || !slices.Contains(slip.Faults(), got) {
			t.Errorf("%s: fault %q, want %q", name, got, test.err.Code)
		}
		if page.Message(result.Errors[0], "ja") != test.err.Japanese {
			t.Errorf("%s: %v, want %v", name, result.Errors[0], test.err)
		}
	}
}

func TestCancelledReadLearnsNothing(t *testing.T) {
	all := forms(t)
	reader := open(t, all)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if result, err := reader.Read(ctx, all[0].Blank); err == nil || len(result.Pages) != 0 {
		t.Errorf("a cancelled read returned %d pages and %v", len(result.Pages), err)
	}
}
