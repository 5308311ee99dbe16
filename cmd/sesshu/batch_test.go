package main

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sesshu/ledger/slip"
	"sesshu/samples/scan"
	"sesshu/scanner/handin"
	"sesshu/scanner/media"
)

// TestABatchWithAHeader feeds a batch as an operator does who declares by the
// sheet on top: header, a slip with a blank back, a separator, and the slip once
// more after a jam, upside down. The header tells the service the count, and the
// second picture of the slip needs nobody.
func TestABatchWithAHeader(t *testing.T) {
	state := t.TempDir()
	service := startService(t, state)
	dir := drawSamples(t, "--count", "1", "--seed", "7", "--tier", "clean", "--dates", "print")
	command(t, state, "master", "load", filepath.Join(dir, "masters", "tickets.csv"),
		filepath.Join(dir, "masters", "lots.csv"), filepath.Join(dir, "masters", "facilities.csv"))
	printed := func(args ...string) []byte {
		out := filepath.Join(t.TempDir(), "sheet.png")
		command(t, state, append(append([]string{"batch"}, args...), "--out", out)...)
		return read(t, out)
	}
	paper := read(t, filepath.Join(dir, "0001.jpg"))
	empty := image.NewGray(image.Rect(0, 0, 2480, 3508))
	draw.Draw(empty, empty.Rect, image.White, image.Point{}, draw.Src)
	sheet, err := media.Pair(paper, scanAgain(t, empty, 0), 300)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := jpeg.Decode(bytes.NewReader(paper))
	if err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(picture.Bounds())
	draw.Draw(grey, grey.Rect, picture, grey.Rect.Min, draw.Src)

	client, err := handin.New(handin.Config{URL: service.address, Token: service.station})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	service.batch(t, http.MethodPut, "b1", `{"declared":null}`)
	files := [][]byte{
		printed("header", "--declared", "1", "--facility", "0410113719", "--month", "2026-11"), sheet, printed("separator"), scanAgain(t, grey, 180),
	}
	for i, file := range files {
		if status := service.handIn(t, "b1", i+1, file); status != http.StatusCreated {
			t.Fatalf("sheet %d: status %d", i+1, status)
		}
		// One after the other, as after a jam: the first is read by then.
		for deadline := time.Now().Add(4 * time.Minute); service.batch(t, http.MethodGet, "b1", "").Waiting > 0; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("sheet %d is not read\n%s", i+1, service.stderr.String())
			}
		}
	}
	states, err := client.Sheets(t.Context(), "counter", "b1", 0)
	if err != nil || len(states) != 4 {
		t.Fatalf("states %+v, %v", states, err)
	}
	got := ""
	for _, state := range states {
		got += fmt.Sprintf(" %s %t", state.State, state.Duplicate)
	}
	slipState := states[1].State
	if want := " rejected false " + slipState + " false rejected false rejected true"; got != want || slipState != slip.SheetAccepted && slipState != slip.SheetReview {
		t.Errorf("states%s, want%s\n%s", got, want, service.stderr.String())
	}
	if same := states[3].SamePaper; same == nil || same.Sequence != 2 {
		t.Errorf("the slip fed again is the same paper as %v", same)
	}
	fed := len(files)
	count, err := client.CloseBatchAs(t.Context(), "counter", "b1", slip.Closing{Fed: &fed})
	if err != nil || count.Declared == nil || *count.Declared != 1 || count.Control != 2 || count.Again != 1 || count.FacilityCode != "0410113719" {
		t.Errorf("closed: %+v, %v", count, err)
	}
	command(t, state, "verify")
}

// scanAgain is another way of a sheet over the glass.
func scanAgain(t *testing.T, sheet *image.Gray, turn int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	settings := scan.Draw(random, scan.Clean)
	settings.Turn, settings.Specks, settings.Bleed = turn, 0, 0
	file, err := scan.JPEG(scan.NewScanner(sheet).Scan(random, sheet, 300/25.4, settings), 300, 85)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
