// Package real runs the readers on real things that nobody of this project drew:
// collections of handwriting, codes, mark sheets, foreign papers, printed
// pages, and lists of real numbers. Every function reads one collection from a
// folder as its publisher lays it out, and counts.
//
// None of the collections comes with the program. One that is not there is
// named in the result and is no error; one that is there and damaged is.
//
// Nothing here is a slip: the figures show how far the readers can be trusted
// beyond what they were made with, not how many slips pass.
package real

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	// The collections' pictures that are no pages.
	_ "image/jpeg"
	_ "image/png"

	"golang.org/x/image/draw"
	// Some pictures are WebP under another name.
	_ "golang.org/x/image/webp"

	"sesshu/ocr/bound"
)

// Measured is all that was counted, ready to be written down.
type Measured struct {
	Command string // that made it
	Day     string // on which it was made
	Readers map[string]string
	Missing []string // collections that were not there
	Digits  []DigitSet
	Codes   []CodeSet
	Strange []Stranger
	Marks   []MarkSet
	Papers  []PaperSet
	Texts   []TextPage
	Lots    []LotList
	Numbers []NumberList
}

// confidence of all bounds, one-sided.
const confidence = 0.95

// there reports whether a collection's folder is there.
func there(root fs.FS, folder string) (bool, error) {
	_, err := fs.Stat(root, folder)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// pictures returns the names of a folder's pictures, in order, the folder's own
// only.
func pictures(root fs.FS, folder string) ([]string, error) {
	entries, err := fs.ReadDir(root, folder)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if isPicture(entry.Name()) && !entry.IsDir() {
			names = append(names, path.Join(folder, entry.Name()))
		}
	}
	return names, nil
}

func isPicture(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".tif"}, strings.ToLower(path.Ext(name)))
}

// grey decodes a picture; what is transparent in it is white.
func grey(root fs.FS, name string) (*image.Gray, error) {
	content, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	decoded, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	result := image.NewGray(image.Rect(0, 0, decoded.Bounds().Dx(), decoded.Bounds().Dy()))
	draw.Draw(result, result.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(result, result.Rect, decoded, decoded.Bounds().Min, draw.Over)
	return result, nil
}

// share writes a count of good things with its lower bound.
func share(right, n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%d (%s, at least %s)", right, percent(right, n), percentOf(bound.Lower(right, n, confidence)))
}

// faults writes a count of bad things with its upper bound.
func faults(wrong, n int) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%d of %d (at most %s)", wrong, n, percentOf(bound.Upper(wrong, n, confidence)))
}

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return percentOf(float64(part) / float64(whole))
}

func percentOf(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// versions lists the readers' versions in the order of their names.
func versions(readers map[string]string) string {
	var text []string
	for _, name := range slices.Sorted(maps.Keys(readers)) {
		text = append(text, "`"+readers[name]+"`")
	}
	return strings.Join(text, ", ")
}
