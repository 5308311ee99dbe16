// Command fit makes the calibration table of ocr/tesseract: it draws lines in
// the typefaces of the system, damages them, reads them, and fits how often
// the best reading is right. Typefaces are divided into families for fitting
// and families for the report, which never meet.
//
//	go run ./ocr/tesseract/fit -out ocr/tesseract/calibration.json
//	go run ./ocr/tesseract/fit -report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"

	"sesshu/ocr/tesseract"
)

func main() {
	out := flag.String("out", "", "write the table to this file")
	report := flag.Bool("report", false, "measure the table in use on typefaces and seeds that fitted nothing")
	lines := flag.Int("lines", 12000, "lines a class")
	seed := flag.Uint64("seed", 20210217, "of the generator")
	fonts := flag.String("fonts", "/usr/share/fonts", "folder of the system's fonts")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*out, *report, *lines, *seed, *fonts); err != nil {
		log.Fatal(err)
	}
}

func run(out string, report bool, lines int, seed uint64, fonts string) error {
	if out == "" && !report {
		return fmt.Errorf("say -out FILE or -report")
	}
	reader, err := tesseract.Open()
	if err != nil {
		return fmt.Errorf("open reader: %w", err)
	}
	defer reader.Close()
	if report {
		return measure(reader, lines, seed+1, fonts)
	}
	tables := make(map[string]tesseract.Table)
	for _, class := range classes {
		samples, err := read(reader, class, lines, seed, fonts, fittingFamilies)
		if err != nil {
			return err
		}
		tables[class.name] = fit(samples)
		log.Printf("%s: %d lines", class.name, len(samples))
	}
	file, err := json.MarshalIndent(map[string]any{
		"Made":   fmt.Sprintf("go run ./ocr/tesseract/fit -lines %d -seed %d", lines, seed),
		"Models": reader.Models(),
		"Tables": tables,
	}, "", " ")
	if err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return os.WriteFile(out, append(file, '\n'), 0o644)
}
