package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/ocr/bench"
	"sesshu/ocr/report"
)

func drawSamples(t *testing.T, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "samples")
	command(t, t.TempDir(), append([]string{"samples", "--out", dir}, args...)...)
	return dir
}

// TestTrouble reads sheets of which none is an ordinary slip: blank, foreign
// and half covered pages, used and other cities' tickets, another person's
// code, crossed-out dates, slips turned by 90 and 180 degrees. Nothing that
// must be asked may be accepted, nothing accepted may be wrong, and the turned
// slips must be read.
func TestTrouble(t *testing.T) {
	dir := drawSamples(t, "--count", "36", "--seed", "5", "--tier", "office", "--trouble", "1")
	sheets, err := readTruth(dir)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"read", "--json", "--masters", filepath.Join(dir, "masters")}
	for _, sheet := range sheets {
		args = append(args, filepath.Join(dir, sheet.File))
	}
	lines := strings.Split(command(t, t.TempDir(), args...), "\n")
	if len(lines) != len(sheets) {
		t.Fatalf("%d pages for %d sheets", len(lines), len(sheets))
	}
	turned, readTurned := 0, 0
	for i, line := range lines {
		var page report.Page
		if err := json.Unmarshal([]byte(line), &page); err != nil {
			t.Fatal(err)
		}
		sheet := sheets[i]
		if page.Outcome == slip.Accepted && (sheet.Expect == truth.Review || sheet.Expect == truth.Reject) {
			t.Errorf("%s was accepted, must be %s", sheet.File, sheet.Expect)
		}
		for value, field := range page.Fields {
			if field.Outcome == slip.Accepted && sheet.Fields[value] != field.Value {
				t.Errorf("%s: wrong %s accepted", sheet.File, value)
			}
		}
		if sheet.Expect == truth.Accept { // in order but turned
			turned++
			if page.Form != nil && page.Fields[slip.TicketNumber].Value == sheet.Fields[slip.TicketNumber] {
				readTurned++
			}
		}
	}
	if turned == 0 || readTurned < turned-1 {
		t.Errorf("%d of %d turned slips were read", readTurned, turned)
	}
}

// TestBench runs the bench on a few clean slips: the report must hold together,
// and nothing wrong may be accepted.
func TestBench(t *testing.T) {
	dir := drawSamples(t, "--count", "24", "--seed", "6", "--tier", "clean", "--dates", "print")
	var found bench.Report
	if err := json.Unmarshal([]byte(command(t, t.TempDir(), "bench", "--json", dir)), &found); err != nil {
		t.Fatal(err)
	}
	if found.Pages != 24 || found.WrongAcceptedFields != 0 || found.WrongAcceptedSlips != 0 || found.CPUMillis <= 0 {
		t.Errorf("report %+v", found)
	}
	if found.StraightThrough < 0.75 {
		t.Errorf("straight through %.2f of clean slips with printed dates", found.StraightThrough)
	}
	number := found.Fields[slip.TicketNumber]
	if number.N != 24 || number.Exact < 22 || number.Upper95 <= 0 {
		t.Errorf("ticket numbers %+v", number)
	}
}
