// Package imprint reads back what a scanner's endorser printed on a sheet: one
// line of small characters, often of dots, along an edge, on either side and in
// any of the four directions. The station knows what was to be printed; the
// picture shows whether it is there. Another sheet's text in its place means that
// sheets were swapped, lost or doubled between the printing and the picture.
//
// There are three answers. Same: the text is there. Other: another text of the
// same shape is surely there. Unreadable: everything else, also when nothing is
// found. The caution is with the second: a picture that is taken for another
// sheet's stops a batch, so it takes
//
//   - two of three looks at the line, made ready in different ways, that agree to
//     the character, and none that shows the expected text,
//   - at each place that differs a digit that Tesseract's network gives 0.9 and
//     more, where it gives the expected one and its lookalikes 0.03 at most, and
//     that is no 6, 8 or 9 for a 0, as zeros with a dot or a stroke are read,
//   - most of the other characters as expected, so that it is an endorser's line,
//   - the same number in the eyes of the other network, package line's.
//
// Letters are never told apart; of which batch a sheet is, its digits must say.
//
// Measured on imprints drawn on slips and on empty paper at 200 and 300 dpi, in
// all directions: same / unreadable / other, first where the text was expected,
// then where the number beside it was.
//
//	dots                   26  4 0     0  6 24
//	dots apart              7  5 0     0  9  3
//	dots, a nozzle missing  4  8 0     0 10  2
//	OCR-B                  12  0 0     0  0 12
//	other type             10  2 0     0  3  9
//	faint                   9  3 0     0  3  9
//	tilted up to 3°         9  3 0     0  5  7
//
// by go test ./ocr/imprint -run TestDrawnImprints -v -imprints 12 (dots: 30). With
// rules that were looser in two points, 268 sheets of these and three more kinds
// gave 190 78 0 and 1 110 157: stretched 23 9 0, dirty 14 6 0, over slip print
// 3 17 0. No right text was taken for another one, so that is rarer than 1.2 % of
// sheets (95 %, sheets like these); the one wrong text that passed led to the
// second look for "same". Type whose zero has a dot or a stroke is mostly
// unreadable, and so is an imprint on other print.
package imprint

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/tess"
	"sesshu/ocr/line"
)

// method is the version of everything here but the networks.
const method = "imprint-1"

// shortest is how many characters a text must have that is told from others.
const shortest = 5

// leastDPI is the resolution below which the characters are too small to read.
const leastDPI = 120

// Reader reads imprints back. It is not safe for concurrent use.
//
// It loads its networks when it is first asked to read: most scanners have no
// endorser.
type Reader struct {
	engine  *tess.Engine
	digits  *line.Reader
	version string
}

// New returns a reader that has loaded nothing yet. The caller closes it.
func New() *Reader { return &Reader{} }

// open loads both networks.
func (r *Reader) open() error {
	if r.engine != nil {
		return nil
	}
	model, hash, err := tess.LoadModel("eng")
	if err != nil {
		return fmt.Errorf("open the imprint's reader: %w", err)
	}
	digits, err := line.Open()
	if err != nil {
		return fmt.Errorf("open the imprint's reader of digits: %w", err)
	}
	if r.engine, err = tess.Open(model, "eng"); err != nil {
		return errors.Join(fmt.Errorf("open the imprint's reader: %w", err), digits.Close())
	}
	r.digits = digits
	r.version = method + " tesseract-" + tess.Version() + " eng-" + hash + " " + digits.Version()
	return nil
}

// Close frees the networks. It may be called twice.
func (r *Reader) Close() error {
	if r.engine == nil {
		return nil
	}
	r.engine.Close()
	return r.digits.Close()
}

// Read looks for the expected text on a page as it was scanned, in any of the
// four directions. The picture begins at 0,0; dpi is its resolution, pixels per
// inch. An error is a fault of the program, not of the page.
//
// The text that another one is compared with stands for its shape, too: of the
// other text only digits and letters are told where the expected one has them.
func (r *Reader) Read(page *image.Gray, dpi float64, expected string) (slip.ImprintReading, error) {
	if err := r.open(); err != nil {
		return slip.ImprintReading{}, err
	}
	found := slip.ImprintReading{Expected: expected, Verdict: slip.ImprintUnreadable, Version: r.version}
	text := shapeOf(expected)
	if len(text.places) < shortest || !text.counted || dpi < leastDPI {
		return found, nil
	}
	scale := dpi / 25.4 / coarse
	upright := page
	for turn := range 2 {
		if turn == 1 {
			upright = standing(page)
		}
		small := shrink(upright, scale)
		for _, candidate := range strips(inkOf(small), small.Rect.Dx(), small.Rect.Dy(), len(text.places)) {
			said, err := r.strip(upright, candidate, scale, text)
			if err != nil {
				return slip.ImprintReading{}, err
			}
			if said.verdict == slip.ImprintUnreadable {
				continue
			}
			found.Verdict, found.Text = said.verdict, ""
			found.Quad = quadOf(candidate, scale, turn, page.Rect.Dy(), said.down)
			if said.verdict == slip.ImprintSame {
				return found, nil
			}
			// Paper that was fed twice may bear two imprints: the search goes on.
			found.Text = text.spelled(said.text)
		}
	}
	return found, nil
}

// quadOf returns a strip's outline in the page's pixels, the text's own top left
// corner first. turn is 1 in the page turned by a quarter, whose width is high.
func quadOf(line strip, scale float64, turn, high int, down bool) slip.Quad {
	half := line.height * 0.7
	at := func(x, offset float64) slip.Point {
		px, py := x*scale, (line.middle+line.slope*x+offset)*scale
		if turn == 1 {
			return slip.Point{X: py, Y: float64(high) - px}
		}
		return slip.Point{X: px, Y: py}
	}
	quad := slip.Quad{at(line.left, -half), at(line.right, -half), at(line.right, half), at(line.left, half)}
	if down {
		quad[0], quad[1], quad[2], quad[3] = quad[2], quad[3], quad[0], quad[1]
	}
	return quad
}
