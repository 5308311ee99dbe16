package real

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"sesshu/ledger/slip"
	"sesshu/ocr/bound"
	"sesshu/ocr/page"
)

// LineReader reads one line of print.
type LineReader interface {
	Line(img *image.Gray, dpi int, charset string) ([]slip.Candidate, error)
}

// TextPage is what the line reader made of one printed page, cut into lines by
// its white rows alone.
type TextPage struct {
	File       string
	Lines      int // that were cut
	TrueLines  int
	Characters int // of the truth, blanks counted once
	Wrong      int // characters to insert, delete or replace
}

// textPages are the pages of tesseract-testing whose text is known and in
// English, as the model here is.
var textPages = []struct{ picture, text, zones string }{
	{"phototest.tif", "phototest.gold.txt", ""},
	{"8087_054.3B.tif", "8087_054.3B.txt", "8087_054.3B.uzn"},
	{"8071_093.3B.tif", "8071_093.3B.txt", "8071_093.3B.uzn"},
}

const textFolder = "tesseract-testing"

// printable is what may stand on an English page.
var printable = func() string {
	var all strings.Builder
	for r := ' '; r <= '~'; r++ {
		all.WriteRune(r)
	}
	return all.String()
}()

// Texts reads the printed pages of tesseract-testing line by line.
func Texts(ctx context.Context, root fs.FS, reader LineReader) (pages []TextPage, missing []string, err error) {
	found, err := there(root, textFolder)
	if err != nil || !found {
		return nil, []string{textFolder}, err
	}
	for _, source := range textPages {
		truth, err := fs.ReadFile(root, textFolder+"/"+source.text)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		sheet, dpi, err := textPicture(ctx, root, textFolder+"/"+source.picture)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", source.picture, err)
		}
		zones := []image.Rectangle{sheet.Rect}
		if source.zones != "" {
			if zones, err = readZones(root, textFolder+"/"+source.zones); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", source.zones, err)
			}
		}
		result := TextPage{File: source.picture}
		var read []string
		for _, zone := range zones {
			for _, line := range cutLines(sheet, zone.Intersect(sheet.Rect)) {
				if err := ctx.Err(); err != nil {
					return nil, nil, err
				}
				candidates, err := reader.Line(line, dpi, printable)
				if err != nil {
					return nil, nil, fmt.Errorf("%s: %w", source.picture, err)
				}
				result.Lines++
				if len(candidates) > 0 {
					read = append(read, candidates[0].Text)
				}
			}
		}
		for line := range strings.Lines(string(truth)) {
			if strings.TrimSpace(line) != "" {
				result.TrueLines++
			}
		}
		want := []rune(strings.Join(strings.Fields(string(truth)), " "))
		got := []rune(strings.Join(strings.Fields(strings.Join(read, " ")), " "))
		result.Characters, result.Wrong = len(want), distance(got, want)
		pages = append(pages, result)
	}
	return pages, nil, nil
}

// textPicture decodes a page, with its resolution; 200 dpi where the file has
// none.
func textPicture(ctx context.Context, root fs.FS, name string) (*image.Gray, int, error) {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, 0, err
	}
	document, err := page.Open(ctx, content)
	if err != nil {
		return nil, 0, err
	}
	decoded, err := document.Decode(ctx, 1)
	if err != nil {
		return nil, 0, err
	}
	defer decoded.Close()
	dpi := int(decoded.DPI + 0.5)
	if dpi < 50 {
		dpi = 200
	}
	return decoded.Gray(), dpi, nil
}

// readZones reads a UNLV zone file: left, top, width, height and a kind, a line
// each.
func readZones(root fs.FS, name string) ([]image.Rectangle, error) {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	var zones []image.Rectangle
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var left, top, width, height int
		if _, err := fmt.Sscan(lines.Text(), &left, &top, &width, &height); err != nil {
			return nil, err
		}
		zones = append(zones, image.Rect(left, top, left+width, top+height))
	}
	return zones, lines.Err()
}

// cutLines cuts a zone between its white rows. Pieces much lower than a line, such
// as dots, go to the line below them.
func cutLines(sheet *image.Gray, zone image.Rectangle) []*image.Gray {
	const dark = 128
	var runs []image.Rectangle
	for y := zone.Min.Y; y < zone.Max.Y; y++ {
		inked := false
		for x := zone.Min.X; x < zone.Max.X && !inked; x++ {
			inked = sheet.GrayAt(x, y).Y < dark
		}
		switch row := image.Rect(zone.Min.X, y, zone.Max.X, y+1); {
		case !inked:
		case len(runs) > 0 && runs[len(runs)-1].Max.Y == y:
			runs[len(runs)-1] = runs[len(runs)-1].Union(row)
		default:
			runs = append(runs, row)
		}
	}
	if len(runs) == 0 {
		return nil
	}
	heights := make([]int, len(runs))
	for i, run := range runs {
		heights[i] = run.Dy()
	}
	slices.Sort(heights)
	usual := heights[len(heights)/2]
	var lines []*image.Gray
	for i := 0; i < len(runs); i++ {
		line := runs[i]
		for line.Dy()*2 < usual && i+1 < len(runs) && runs[i+1].Max.Y-line.Min.Y < 2*usual {
			i++
			line = line.Union(runs[i])
		}
		const margin = 6
		line = line.Inset(-margin)
		crop := image.NewGray(image.Rect(0, 0, line.Dx(), line.Dy()))
		draw.Draw(crop, crop.Rect, image.White, image.Point{}, draw.Src)
		inside := line.Intersect(zone) // the margin is white: other lines stay out
		inside.Min.Y, inside.Max.Y = line.Min.Y+margin, line.Max.Y-margin
		draw.Draw(crop, inside.Sub(line.Min), sheet, inside.Min, draw.Src)
		lines = append(lines, crop)
	}
	return lines
}

// distance is the least number of characters to insert, delete or replace.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner := row[0]
		row[0] = i + 1
		for j, y := range b {
			here := corner
			if x != y {
				here = 1 + min(corner, row[j], row[j+1])
			}
			corner, row[j+1] = row[j+1], here
		}
	}
	return row[len(b)]
}

// upper is the bound for the share of wrong characters.
func (p TextPage) upper() string {
	return percentOf(bound.Upper(min(p.Wrong, p.Characters), p.Characters, confidence))
}
