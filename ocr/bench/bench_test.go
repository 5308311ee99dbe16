package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/decide"
)

const definition = `
form test
size 210 297
blank blank.png
kind covid19
field facility_code
  type printed_digits
  box 10 10 50 10
  gives facility_code
field lot
  type printed_text
  box 10 30 50 10
  gives lot_number
value facility_code
  required
  check facility
value lot_number
  required
`

// files are sheets whose bytes say what is printed on them: "CODE LOT".
var files = map[string]string{
	"right.jpg":   "0418010146 EP2163",
	"wrong.jpg":   "0415413269 EP2163",
	"doubt.jpg":   "0418010146 ?",
	"foreign.jpg": "",
	"trap.jpg":    "0418010146 EP2163",
}

const truths = `{"file":"right.jpg","form":"test","expect":"accept","fields":{"facility_code":"0418010146","lot_number":"EP2163"}}
{"file":"wrong.jpg","form":"test","expect":"accept","fields":{"facility_code":"0418010146","lot_number":"EP2163"}}
{"file":"doubt.jpg","form":"test","expect":"any","fields":{"facility_code":"0418010146","lot_number":"EP2163"}}
{"file":"foreign.jpg","form":"","expect":"reject","fields":{}}
{"file":"trap.jpg","form":"test","expect":"review","fields":{"facility_code":"0418010146","lot_number":"EP2163"}}
`

func config(t *testing.T) bench.Config {
	t.Helper()
	test, err := form.Parse("test/form.txt", []byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	masters, err := master.New(master.Rows{Facilities: []slip.Facility{{FacilityCode: "0418010146"}, {FacilityCode: "0415413269"}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := fstest.MapFS{"truth.jsonl": {Data: []byte(truths)}}
	for name, content := range files {
		dir[name] = &fstest.MapFile{Data: []byte(content)}
	}
	cpu := time.Duration(0)
	return bench.Config{
		Dir: dir, Forms: []*form.Form{test}, Masters: masters, Policy: decide.DefaultPolicy(), Read: read,
		CPU: func() time.Duration { cpu += 50 * time.Millisecond; return cpu },
	}
}

func read(_ context.Context, file []byte) ([]slip.PageReading, map[string]time.Duration, error) {
	steps := map[string]time.Duration{"decode": 10 * time.Millisecond}
	page := slip.PageReading{SHA256: slip.HashOf(file), Page: 1}
	code, lot, ok := strings.Cut(string(file), " ")
	if !ok {
		page.Faults = []slip.Reason{slip.ReasonFormUnknown}
		return []slip.PageReading{page}, steps, nil
	}
	page.Registration = slip.Registration{Form: "test", Coverage: 1}
	page.Readings = []slip.Reading{
		{Field: "facility_code", Candidates: []slip.Candidate{{Text: code, P: 0.99999}}},
		{Field: "lot", Candidates: []slip.Candidate{{Text: lot, P: 0.99999}}},
	}
	return []slip.PageReading{page}, steps, nil
}

func TestRunCounts(t *testing.T) {
	settings, seen := config(t), 0
	settings.Each = func(sheet truth.Sheet, pages []slip.PageDecision) {
		if seen++; len(pages) != 1 || pages[0].Reading.SHA256 != slip.HashOf([]byte(files[sheet.File])) {
			t.Errorf("%s comes with %d pages, or with another file's", sheet.File, len(pages))
		}
	}
	report, err := bench.Run(context.Background(), settings)
	if err != nil {
		t.Fatal(err)
	}
	if seen != 5 {
		t.Errorf("%d files were shown, want 5", seen)
	}
	if report.Pages != 5 || report.Slips != 3 || report.Accepted != 2 || math.Abs(report.StraightThrough-2.0/3) > 1e-9 {
		t.Errorf("%d pages, %d slips, %d accepted, %g straight through", report.Pages, report.Slips, report.Accepted, report.StraightThrough)
	}
	// wrong.jpg was accepted with a wrong code, trap.jpg though it had to be asked.
	if report.WrongAcceptedSlips != 2 || report.WrongAcceptedFields != 1 || len(report.Wrong) != 2 {
		t.Errorf("%d wrong slips, %d wrong fields: %v", report.WrongAcceptedSlips, report.WrongAcceptedFields, report.Wrong)
	}
	code := report.Fields[slip.FacilityCode]
	if code.N != 4 || code.Exact != 3 || code.Accepted != 4 || code.WrongAccepted != 1 || math.Abs(code.Upper95-0.7514) > 1e-4 {
		t.Errorf("facility code: %+v", code)
	}
	if math.Abs(report.ECE-1.0/7) > 1e-3 || report.CPUMillis != 10 || report.PagesPerSecond != 100 || report.StepMillis["decode"] != 10 {
		t.Errorf("calibration %g, %g ms, %g pages a second, steps %v", report.ECE, report.CPUMillis, report.PagesPerSecond, report.StepMillis)
	}
	if len(report.Asked) != 1 || report.Asked[0].Value != slip.LotNumber || report.Asked[0].Reason != slip.ReasonFormat {
		t.Errorf("asked: %+v", report.Asked)
	}
}

func TestLayoutAndTable(t *testing.T) {
	settings := config(t)
	settings.CPU, settings.Parallel = nil, 2
	report, err := bench.Run(context.Background(), settings)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range strings.Fields("pages straight_through wrong_accepted_slips wrong_accepted_fields fields ece cpu_ms_per_page steps_ms pages_per_second_per_core") {
		if _, has := keys[key]; !has {
			t.Errorf("%s is missing in %s", key, text)
		}
		delete(keys, key)
	}
	if len(keys) > 0 {
		t.Errorf("unexpected keys %v", keys)
	}
	var table strings.Builder
	if err := report.WriteTable(&table, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"WRONG  wrong.jpg page 1: facility_code", "WRONG  trap.jpg", "lot_number: format", "doubt.jpg"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, table.String())
		}
	}
	if strings.Contains(table.String(), "EP2163") || strings.Contains(table.String(), "0418010146") {
		t.Error("the table shows a value")
	}
}

func TestRunStopsOnFaults(t *testing.T) {
	for name, change := range map[string]func(*bench.Config, fstest.MapFS){
		"no truth":     func(_ *bench.Config, dir fstest.MapFS) { delete(dir, "truth.jsonl") },
		"empty truth":  func(_ *bench.Config, dir fstest.MapFS) { dir["truth.jsonl"] = &fstest.MapFile{} },
		"torn truth":   func(_ *bench.Config, dir fstest.MapFS) { dir["truth.jsonl"] = &fstest.MapFile{Data: []byte("{")} },
		"missing file": func(_ *bench.Config, dir fstest.MapFS) { delete(dir, "right.jpg") },
		"broken reader": func(c *bench.Config, _ fstest.MapFS) {
			c.Read = func(context.Context, []byte) ([]slip.PageReading, map[string]time.Duration, error) {
				return nil, nil, errors.New("broken")
			}
		},
	} {
		settings := config(t)
		change(&settings, settings.Dir.(fstest.MapFS))
		if _, err := bench.Run(context.Background(), settings); err == nil || !strings.HasPrefix(err.Error(), "bench: ") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
