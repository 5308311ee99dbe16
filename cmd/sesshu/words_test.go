package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sesshu/ledger/slip"
	"sesshu/ocr/report"
)

// TestWords gives the program command lines that make no sense: each answer
// names the fault and the way on.
func TestWords(t *testing.T) {
	for name, line := range map[string]struct {
		args   []string
		status int
		wants  []string
	}{
		"no command":      {nil, 2, []string{"demo", "verify", "--help"}},
		"unknown flag":    {[]string{"serve", "--lisn", "x"}, 2, []string{"--listen", "`sesshu serve --help`"}},
		"missing flag":    {[]string{"samples"}, 2, []string{"--out", "`sesshu samples --help`"}},
		"unknown tier":    {[]string{"samples", "--out", t.TempDir(), "--tier", "best"}, 1, []string{"clean, office, poor"}},
		"no truth":        {[]string{"bench", t.TempDir()}, 1, []string{"truth.jsonl", "`sesshu samples`"}},
		"nothing to fit":  {[]string{"calibrate", t.TempDir()}, 1, []string{"truth.jsonl", "`sesshu samples`"}},
		"worker by hand":  {[]string{"worker"}, 1, []string{"DATABASE_URL"}},
		"state not ours":  {[]string{"verify", "--state-dir", "/sys"}, 1, []string{"may not write", "SESSHU_STATE_DIR"}},
		"state in a file": {[]string{"verify", "--state-dir", "/dev/null/state"}, 1, []string{"SESSHU_STATE_DIR"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := startProgram(t, t.TempDir(), line.args...)
			if status := p.wait(); status != line.status || p.stdout.String() != "" {
				t.Errorf("status %d, standard output %q", status, p.stdout.String())
			}
			for _, want := range line.wants {
				if !strings.Contains(p.stderr.String(), want) {
					t.Errorf("%q is not in: %s", want, p.stderr.String())
				}
			}
			if strings.Contains(p.stderr.String(), "again") {
				t.Errorf("a lasting fault was tried again: %s", p.stderr.String())
			}
		})
	}
}

// TestTableIsStraight measures the demo's table as a terminal shows it, where a
// Japanese character takes two columns.
func TestTableIsStraight(t *testing.T) {
	var table bytes.Buffer
	printTable(&table, demoReport{Fed: 41, Accepted: 36, MedianSeconds: 3.04})
	for line := range strings.Lines(strings.TrimSpace(table.String())) {
		line = strings.Trim(line, " \n")
		columns := utf8.RuneCountInString(line) + (len(line)-utf8.RuneCountInString(line))/2
		if columns != 53 {
			t.Errorf("%d columns: %s", columns, line)
		}
	}
}

// TestTakenAddress wants the desk at an address where something else answers.
func TestTakenAddress(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	settings := &Settings{logger: slog.New(slog.DiscardHandler)}
	_, err = settings.listen(t.Context(), t.TempDir(), serveOptions{listen: other.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "--listen") || !strings.Contains(err.Error(), other.Addr().String()) {
		t.Errorf("error %v", err)
	}
}

// TestVersion names every reader, as a policy's promises do.
func TestVersion(t *testing.T) {
	said := command(t, t.TempDir(), "version")
	for _, reader := range []string{"sesshu ", "tesseract ", "line ", "digits ", "mark ", "codes "} {
		if !strings.Contains(said, reader) {
			t.Errorf("%q is not in:\n%s", reader, said)
		}
	}
}

// TestReadOtherSheets reads a batch's header, its separator and an empty sheet:
// none is an unknown form, and what they are is said in both languages.
func TestReadOtherSheets(t *testing.T) {
	dir := t.TempDir()
	header, separator, blank := filepath.Join(dir, "header.png"), filepath.Join(dir, "separator.pdf"), filepath.Join(dir, "blank.png")
	command(t, dir, "batch", "header", "--declared", "50", "--month", "2026-11", "--out", header)
	command(t, dir, "batch", "separator", "--out", separator)
	writeWhite(t, blank)

	p := startProgram(t, dir, "read", "--json", header, separator, blank)
	if status := p.wait(); status != 0 {
		t.Fatalf("status %d:\n%s", status, p.stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(p.stdout.String()), "\n")
	reasons := []slip.Reason{slip.ReasonBatchHeader, slip.ReasonSeparator, slip.ReasonBlankPage}
	if len(lines) != len(reasons) {
		t.Fatalf("%d pages of %d sheets", len(lines), len(reasons))
	}
	for i, line := range lines {
		var page report.Page
		if err := json.Unmarshal([]byte(line), &page); err != nil {
			t.Fatal(err)
		}
		if page.Outcome != slip.Rejected || page.Form != nil || !slices.Equal(page.Reasons, reasons[i:i+1]) {
			t.Errorf("%s: %s for %v", page.File, page.Outcome, page.Reasons)
		}
	}
	said := p.stderr.String()
	if !strings.Contains(said, "何も書かれていない紙") || strings.Contains(said, "header.png") || strings.Contains(said, "separator.pdf") {
		t.Errorf("standard error says: %s", said)
	}

	said = command(t, dir, "read", header)
	for _, want := range []string{"declared=50;month=2026-11", "A batch header sheet", "束の表紙です"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in: %s", want, said)
		}
	}
}

func writeWhite(t *testing.T, file string) {
	t.Helper()
	page := image.NewGray(image.Rect(0, 0, 2480, 3508))
	draw.Draw(page, page.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, page); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, encoded.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
