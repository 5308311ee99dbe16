package ocr

import (
	"math"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/label"
	"sesshu/ocr/register"
)

// What is looked at on a vaccine's sticker.
const (
	stickerMargin = 2.5 // millimetres beyond the field's box: stickers are pasted across its edge
	wordMargin    = 0.5
)

// pasted is a sticker's print: its lines in a straightened frame, and the map
// from that frame to the page.
type pasted struct {
	label.Print
	toPage register.Matrix
	read   map[label.Box]word // what was read already
}

// word is a word of a sticker with what the line network reads in it.
type word struct {
	box   label.Box
	crop  register.Crop
	texts []slip.Candidate
}

// stickerCharacters is what the words of a sticker are read for: lot numbers,
// dates, names in Latin capitals. The letters O and I are not among them. Most
// typefaces draw them like 0 and 1, and a reader that tells them apart by a
// hair's breadth shares its certainty out among spellings of one print; the
// pattern of lots and the words of names say which was meant.
const stickerCharacters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-./年月日"

// word reads a word of the sticker once.
func (s *sheet) word(found pasted, box label.Box) (word, error) {
	if read, ok := found.read[box]; ok {
		return read, nil
	}
	crop, err := s.cut(found.toPage, form.Rectangle(box), wordMargin)
	if err != nil {
		return word{}, err
	}
	texts, err := s.network(stepLine, crop, stickerCharacters, 0)
	if err != nil {
		return word{}, err
	}
	read := word{box, crop, texts}
	found.read[box] = read
	return read, nil
}

// sticker reads the lot number and the manufacturer from a pasted sticker. Each
// is a reading of its own, named FIELD/VALUE.
func (s *sheet) sticker(field form.Field, toPage register.Matrix) error {
	crop, err := s.cut(toPage, field.Box, stickerMargin)
	if err != nil {
		return err
	}
	stop := s.clock.start(stepSticker)
	blank, err := s.cutter.CutBlank(s.fit, field, field.Box, stickerMargin, crop.PixelsPerMM)
	if err != nil {
		return err
	}
	print := label.Find(crop.Image, blank, crop.PixelsPerMM)
	stop()
	found := pasted{Print: print, toPage: toPage.Times(straight(field.Box, stickerMargin, print.Turn)), read: map[label.Box]word{}}
	for _, gives := range field.Gives {
		var reading slip.Reading
		switch gives.Value {
		case slip.LotNumber:
			reading, err = s.lot(found)
		case slip.Manufacturer:
			reading, err = s.manufacturer(found)
		default:
			continue
		}
		if err != nil {
			return err
		}
		reading.Field = field.Name + "/" + string(gives.Value)
		reading.Source = field.Source()
		if len(found.Lines) == 0 {
			reading.Empty = noInk
			s.by(&reading, "label", "1")
		}
		if reading.Quad == (slip.Quad{}) {
			reading.Quad = crop.Quad
		}
		s.add(reading)
	}
	return nil
}

// straight maps the straightened frame of a crop to the coordinates that the
// crop's box is given in.
func straight(box form.Rectangle, margin, turn float64) register.Matrix {
	x, y := box.Width/2+margin, box.Height/2+margin
	sine, cosine := math.Sincos(turn * math.Pi / 180)
	return register.Matrix{
		cosine, -sine, box.X - margin + x - cosine*x + sine*y,
		sine, cosine, box.Y - margin + y - sine*x - cosine*y,
		0, 0, 1,
	}
}

// dpi returns a crop's density in the unit that Tesseract wants.
func dpi(crop register.Crop) int { return int(math.Round(crop.PixelsPerMM * 25.4)) }
