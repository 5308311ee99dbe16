// Package plain reads slips as anybody would who has Tesseract at hand: the
// command line on each value's crop, its words taken as they come when its own
// confidence is high enough. It is what the reading is compared with, and no part
// of it. The crops are those that this program found, so what it is spared is
// finding form and place.
package plain

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// Accept is the confidence from which a text is accepted: a common choice.
const Accept = 0.9

// Crop is one place of a page that shows a value.
type Crop struct {
	Value slip.Value
	Field form.Field
	Image *image.Gray
}

// Text is what was read of one crop.
type Text struct {
	Field      string  `json:"field"`      // of the form
	Text       string  `json:"text"`       // words without blanks between them
	Confidence float64 `json:"confidence"` // of the least certain word, 0 to 1
}

// Legible reports whether a field is anything that Tesseract can read: print or
// boxes, not bars or marks.
func Legible(field form.Field) bool {
	switch field.Type {
	case form.OCRLine, form.PrintedDigits, form.PrintedText, form.Date, form.BoxedDigits, form.Sticker:
		return true
	default:
		return false
	}
}

// settings are the command line's arguments for a crop: digits where nothing
// else can stand, Japanese where it can.
func (c Crop) settings() string {
	switch {
	case c.Field.Length == 1:
		return "--psm 10 -l eng -c tessedit_char_whitelist=0123456789"
	case c.Field.Type == form.OCRLine || c.Field.Type == form.PrintedDigits || c.Field.Type == form.BoxedDigits:
		return "--psm 7 -l eng -c tessedit_char_whitelist=0123456789"
	case c.Value == slip.LotNumber:
		return "--psm 7 -l eng"
	default:
		return "--psm 7 -l jpn+eng"
	}
}

// Read reads all crops, each as one line or one character, with the tesseract command; the answers
// come in the crops' order.
func Read(ctx context.Context, crops []Crop) ([]Text, error) {
	dir, err := os.MkdirTemp("", "sesshu-plain-")
	if err != nil {
		return nil, fmt.Errorf("plain tesseract: %w", err)
	}
	defer os.RemoveAll(dir)
	groups := map[string][]int{}
	texts := make([]Text, len(crops))
	for i, crop := range crops {
		texts[i].Field = crop.Field.Name
		var file bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&file, crop.Image); err != nil {
			return nil, fmt.Errorf("plain tesseract: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)+".png"), file.Bytes(), 0o600); err != nil {
			return nil, fmt.Errorf("plain tesseract: %w", err)
		}
		groups[crop.settings()] = append(groups[crop.settings()], i)
	}
	for settings, members := range groups {
		if err := group(ctx, dir, settings, members, texts); err != nil {
			return nil, fmt.Errorf("plain tesseract: %w", err)
		}
	}
	return texts, nil
}

// group reads the crops of one kind in one run of the command.
func group(ctx context.Context, dir, settings string, members []int, texts []Text) error {
	var list bytes.Buffer
	for _, i := range members {
		fmt.Fprintf(&list, "%d.png\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "list.txt"), list.Bytes(), 0o600); err != nil {
		return err
	}
	arguments := append([]string{"list.txt", "-", "--dpi", "300"}, strings.Fields(settings)...)
	command := exec.CommandContext(ctx, "tesseract", append(arguments, "tsv")...)
	command.Dir = dir
	command.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	var answer, complaint bytes.Buffer
	command.Stdout, command.Stderr = &answer, &complaint
	if err := command.Run(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return parse(&answer, members, texts)
}

// The columns of Tesseract's TSV that count.
const (
	levelColumn, pageColumn, confidenceColumn, textColumn = 0, 1, 10, 11

	wordLevel = "5"
)

// parse takes the words out of the command's table. Its pages are the crops of
// the list, counted from 1.
func parse(answer *bytes.Buffer, members []int, texts []Text) error {
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) <= textColumn || columns[levelColumn] != wordLevel {
			continue
		}
		page, err := strconv.Atoi(columns[pageColumn])
		if err != nil || page < 1 || page > len(members) {
			return fmt.Errorf("page %q of %d in the answer", columns[pageColumn], len(members))
		}
		confidence, err := strconv.ParseFloat(columns[confidenceColumn], 64)
		if err != nil {
			return fmt.Errorf("confidence in the answer: %w", err)
		}
		word := strings.TrimSpace(columns[textColumn])
		if word == "" {
			continue
		}
		text := &texts[members[page-1]]
		if text.Text == "" || confidence/100 < text.Confidence {
			text.Confidence = confidence / 100
		}
		text.Text += word
	}
	return lines.Err()
}
