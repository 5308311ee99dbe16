package samples_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/truth"
	"sesshu/samples"
	"sesshu/samples/scan"
)

func decodeGray(t *testing.T, content []byte) *image.Gray {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	gray := image.NewGray(picture.Bounds())
	draw.Draw(gray, gray.Rect, picture, gray.Rect.Min, draw.Src)
	return gray
}

func generate(t *testing.T, config samples.Config) (string, []truth.Sheet) {
	t.Helper()
	config.Out = t.TempDir()
	if err := samples.Generate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	return config.Out, readTruth(t, config.Out)
}

func readTruth(t *testing.T, dir string) []truth.Sheet {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, truth.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sheets, err := truth.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return sheets
}

// fingerprints returns the hash of every file below a folder.
func fingerprints(t *testing.T, dir string) map[string]string {
	t.Helper()
	prints := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		prints[name] = fmt.Sprintf("%x", sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return prints
}

func TestSameSeedSameBytesWhateverTheWorkers(t *testing.T) {
	config := samples.Config{Count: 5, Seed: 77, Tier: scan.Poor, Trouble: 0.3, Workers: 1}
	alone, _ := generate(t, config)
	config.Workers = 4
	together, _ := generate(t, config)
	first, second := fingerprints(t, alone), fingerprints(t, together)
	if len(first) != 5+3+3 { // sheets; truth, fonts and hashes; registers
		t.Errorf("%d files were written", len(first))
	}
	for name, print := range first {
		if second[name] != print {
			t.Errorf("%s differs with the number of workers", name)
		}
	}
	config.Seed = 78
	other, _ := generate(t, config)
	if fingerprints(t, other)["0001.jpg"] == first["0001.jpg"] {
		t.Error("another seed gives the same sheet")
	}
}

func TestTruthFitsRegisters(t *testing.T) {
	dir, sheets := generate(t, samples.Config{Count: 12, Seed: 3})
	tickets := readTable(t, dir, "tickets.csv", "ticket_number")
	lots := readTable(t, dir, "lots.csv", "lot_number")
	facilities := readTable(t, dir, "facilities.csv", "facility_code")
	if len(tickets) < 3000 {
		t.Errorf("only %d tickets are issued", len(tickets))
	}
	seen := map[string]bool{}
	for _, sheet := range sheets {
		fields := sheet.Fields
		if len(fields) != 11 || sheet.Expect != truth.Accept {
			t.Errorf("%s: expect %s, %d fields", sheet.File, sheet.Expect, len(fields))
		}
		ticket := tickets[fields[slip.TicketNumber]]
		for column, value := range map[string]slip.Value{
			"municipality_code": slip.MunicipalityCode, "ticket_type": slip.TicketType, "dose": slip.Dose, "birth_date": slip.BirthDate,
		} {
			if ticket[column] != fields[value] {
				t.Errorf("%s: %s is %q in the register, %q on the slip", sheet.File, column, ticket[column], fields[value])
			}
		}
		if ticket["status"] != slip.TicketIssued || seen[fields[slip.TicketNumber]] {
			t.Errorf("%s: the ticket is %s or stands on two slips", sheet.File, ticket["status"])
		}
		seen[fields[slip.TicketNumber]] = true
		lot := lots[fields[slip.LotNumber]]
		if lot["manufacturer"] != fields[slip.Manufacturer] || lot["first_shipped"] > fields[slip.VaccinationDate] {
			t.Errorf("%s: lot %v on %s", sheet.File, lot, fields[slip.VaccinationDate])
		}
		if fits, known := slip.LotFits(fields[slip.Manufacturer], fields[slip.LotNumber]); !fits || !known {
			t.Errorf("%s: lot %s is none of %s", sheet.File, fields[slip.LotNumber], fields[slip.Manufacturer])
		}
		if fields[slip.VaccinationDate] <= "2021-02-17" || fields[slip.VaccinationDate] > "2024-03-31" {
			t.Errorf("%s: vaccinated on %s", sheet.File, fields[slip.VaccinationDate])
		}
		if facilities[fields[slip.FacilityCode]] == nil || !slip.ValidFacilityCode(fields[slip.FacilityCode]) {
			t.Errorf("%s: facility %s", sheet.File, fields[slip.FacilityCode])
		}
		if !slip.ValidMunicipalityCode(fields[slip.MunicipalityCode]) {
			t.Errorf("%s: municipality %s", sheet.File, fields[slip.MunicipalityCode])
		}
	}
}

// readTable reads a register into rows by their key, each by column.
func readTable(t *testing.T, dir, name, key string) map[string]map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "masters", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]map[string]string{}
	for _, row := range rows[1:] {
		entry := map[string]string{}
		for i, column := range rows[0] {
			entry[column] = row[i]
		}
		if table[entry[key]] != nil {
			t.Errorf("%s holds %s twice", name, entry[key])
		}
		table[entry[key]] = entry
	}
	return table
}

func TestScansAreGreyJPEGWithResolution(t *testing.T) {
	dir, _ := generate(t, samples.Config{Count: 1, Seed: 6, Tier: scan.Office})
	content, err := os.ReadFile(filepath.Join(dir, "0001.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if _, grey := picture.(*image.Gray); !grey {
		t.Errorf("the scan is %T", picture)
	}
	if want := []byte("JFIF\x00\x01\x01\x01\x01\x2c\x01\x2c"); !bytes.Contains(content[:24], want) {
		t.Errorf("no 300 dpi in the header % x", content[:24])
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, config := range map[string]samples.Config{
		"no folder":     {Count: 1},
		"no sheets":     {Out: "x"},
		"tier":          {Out: "x", Count: 1, Tier: "bad"},
		"trouble":       {Out: "x", Count: 1, Trouble: 2},
		"split":         {Out: "x", Count: 1, Split: "bad"},
		"dates":         {Out: "x", Count: 1, Dates: "bad"},
		"form":          {Out: "x", Count: 1, Forms: []string{"bad"}},
		"no digits":     {Out: "x", Count: 1, Handwriting: os.DirFS(t.TempDir())},
		"many sheets":   {Out: "x", Count: 2_000_000},
		"out is a file": {Out: filepath.Join("generate_test.go", "x"), Count: 1},
	} {
		t.Run(name, func(t *testing.T) {
			if config.Out == "x" {
				config.Out = t.TempDir()
			}
			if err := samples.Generate(t.Context(), config); err == nil || !strings.HasPrefix(err.Error(), "generate samples: ") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestGenerateStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	err := samples.Generate(ctx, samples.Config{Out: dir, Count: 50, Seed: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if left := fingerprints(t, dir); len(left) > 0 {
		t.Errorf("a set that did not become whole leaves %d files", len(left))
	}
}
