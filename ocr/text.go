package ocr

import (
	"image"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// dateCharacters is what a printed date may be made of.
const dateCharacters = "0123456789年月日明治大正昭和平成令元西暦MTSHR/-. "

// The digits of a ticket number, and of the OCR line that ends with it.
const (
	ticketDigits = 10
	lineDigits   = 18
)

// shapeText brings one text into the field's own form.
func shapeText(field form.Field, text string) (string, bool) {
	text = strings.Join(strings.Fields(slip.HalfWidth(text)), "")
	if field.Type == form.Date {
		return slip.ParseDate(text)
	}
	if field.Type == form.Barcode && field.Length == ticketDigits && len(text) == lineDigits {
		text = text[lineDigits-ticketDigits:] // some cities print the whole OCR line as bars
	}
	if field.Length > 0 && len([]rune(text)) != field.Length {
		return "", false
	}
	return text, text != ""
}

// inkless reports whether a crop holds nothing darker than its paper: then no
// reader is asked, for readers find texts in noise.
func inkless(crop *image.Gray) bool {
	var counts [256]int
	for _, pixel := range crop.Pix {
		counts[pixel]++
	}
	total := len(crop.Pix)
	// The paper is the median of the brighter half.
	paper, seen := 255, 0
	for ; paper > 0 && seen+counts[paper] < total/4; paper-- {
		seen += counts[paper]
	}
	dark := 0
	for shade := 0; shade < paper-inkContrast; shade++ {
		dark += counts[shade]
	}
	return float64(dark) < inkShare*float64(total)
}

// noInk is the probability that a crop without ink has nothing written in it.
const noInk = 0.999

// What counts as ink: as many grey levels below the paper, on more than this
// share of the crop. Frames that show at a crop's edge are ink too, so this
// finds only the clear cases.
const (
	inkContrast = 40
	inkShare    = 0.002
)

// maskPersonalNumbers makes sure that no 個人番号 leaves this package: in any
// text that holds one its digits are replaced, and the page is marked.
func (s *sheet) maskPersonalNumbers() {
	found := false
	for i := range s.reading.Readings {
		for j := range s.reading.Readings[i].Candidates {
			candidate := &s.reading.Readings[i].Candidates[j]
			masked, count := slip.MaskPersonalNumbers(candidate.Text)
			if count > 0 {
				candidate.Text = masked
				found = true
			}
		}
	}
	if found {
		s.reading.Faults = append(s.reading.Faults, slip.ReasonPersonalNumber)
	}
}
