package label_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"os"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/f64"
	"golang.org/x/image/math/fixed"

	xdraw "golang.org/x/image/draw"

	"sesshu/ocr/label"
)

var density = 300 / 25.4 // pixels a millimetre

// drawLabel prints lines on a label of 46 × 20 mm and pastes it, turned, on a
// larger piece of paper.
func drawLabel(t *testing.T, turn float64, texts ...string) *image.Gray {
	t.Helper()
	data, err := os.ReadFile("/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 9, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	defer face.Close()
	piece := image.NewGray(image.Rect(0, 0, int(46*density), int(20*density)))
	draw.Draw(piece, piece.Rect, image.NewUniform(color.Gray{Y: 244}), image.Point{}, draw.Src)
	for i, text := range texts {
		drawer := font.Drawer{Dst: piece, Src: image.NewUniform(color.Gray{Y: 25}), Face: face,
			Dot: fixed.P(int(3*density), int((5.5+float64(i)*6)*density))}
		drawer.DrawString(text)
	}
	paper := image.NewGray(image.Rect(0, 0, int(66*density), int(33*density)))
	draw.Draw(paper, paper.Rect, image.NewUniform(color.Gray{Y: 252}), image.Point{}, draw.Src)
	sine, cosine := math.Sincos(turn * math.Pi / 180)
	x, y := 33*density, 16.5*density
	matrix := f64.Aff3{cosine, -sine, x - cosine*23*density + sine*10*density, sine, cosine, y - sine*23*density - cosine*10*density}
	xdraw.BiLinear.Transform(paper, matrix, piece, piece.Rect, xdraw.Over, nil)
	return paper
}

func TestFindsLinesAtAnyAngle(t *testing.T) {
	for _, turn := range []float64{-6, -3.3, 0, 1.7, 6} {
		print := label.Find(drawLabel(t, turn, "コミナティ筋注", "Lot No. EY5422", "使用期限 2021.09.30"), nil, density)
		if math.Abs(print.Turn-turn) > 0.5 {
			t.Errorf("turn %.1f was found as %.1f", turn, print.Turn)
		}
		if len(print.Lines) != 3 {
			t.Errorf("turn %.1f: %d lines, want 3: %+v", turn, len(print.Lines), print.Lines)
			continue
		}
		if words := len(print.Lines[1].Words); words < 2 || words > 3 {
			t.Errorf("turn %.1f: the lot's line has %d words", turn, words)
		}
		last := print.Lines[1].Words[len(print.Lines[1].Words)-1]
		if last.Width < 8 || last.Width > 14 {
			t.Errorf("turn %.1f: the lot is %.1f mm wide", turn, last.Width)
		}
	}
}

func TestNoPrint(t *testing.T) {
	empty := image.NewGray(image.Rect(0, 0, 700, 300))
	for i := range empty.Pix {
		empty.Pix[i] = 250
	}
	if print := label.Find(empty, nil, density); len(print.Lines) != 0 {
		t.Errorf("white paper has %d lines", len(print.Lines))
	}
	if print := label.Find(image.NewGray(image.Rect(0, 0, 3, 3)), nil, density); len(print.Lines) != 0 {
		t.Errorf("a speck has %d lines", len(print.Lines))
	}
}

func TestLeavesOutTheFormsOwnPrint(t *testing.T) {
	blank := drawLabel(t, 0, "シール貼付位置")
	if print := label.Find(blank, blank, density); len(print.Lines) != 0 {
		t.Errorf("the unfilled form shows %d lines of a label", len(print.Lines))
	}
	print := label.Find(drawLabel(t, 4, "コミナティ筋注", "EY5422"), blank, density)
	if len(print.Lines) != 2 || math.Abs(print.Turn-4) > 1 {
		t.Errorf("%d lines at %.1f°, want 2 at 4°", len(print.Lines), print.Turn)
	}
}

// Where too little space was left between two words, the gap is told.
func TestTellsNarrowGaps(t *testing.T) {
	print := label.Find(drawLabel(t, 2, "コミナティ筋注", "LOT EY5422"), nil, density)
	if len(print.Lines) != 2 || len(print.Lines[1].Words) != 1 {
		t.Fatalf("lines are %+v, want the lot's with one word", print.Lines)
	}
	line := print.Lines[1]
	if len(line.Gaps) == 0 {
		t.Fatal("no gap between LOT and EY5422")
	}
	gap := line.Gaps[0]
	if gap.Right-gap.Left < 0.4 || gap.Before.X != line.X || gap.After.Width < 1.4*gap.Before.Width || gap.After.X < gap.Right-0.01 {
		t.Errorf("the gap is %+v in %+v", gap, line.Box)
	}
}

// A streak that runs through a character is told beside the word that is left.
func TestTellsWhatRunsBesideAWord(t *testing.T) {
	paper := drawLabel(t, 0, "コミナティ筋注", "EY5422")
	find := func() (print label.Print, word label.Box) {
		t.Helper()
		print = label.Find(paper, nil, density)
		if len(print.Lines) != 2 {
			t.Fatalf("%d lines, want 2", len(print.Lines))
		}
		return print, print.Lines[1].Words[0]
	}
	print, word := find()
	if left, right := print.Runs(word, 1); left || right {
		t.Errorf("clear paper runs beside the word: %v, %v", left, right)
	}
	// Through the middle of the E, from edge to edge.
	x := int((word.X + 0.8) * density)
	draw.Draw(paper, image.Rect(x, 0, x+4, paper.Rect.Dy()), image.NewUniform(color.Gray{Y: 60}), image.Point{}, draw.Src)
	print, rest := find()
	if rest.X < word.X+1 {
		t.Fatalf("the word starts at %.1f mm with the streak, %.1f without: the streak hides nothing", rest.X, word.X)
	}
	if left, right := print.Runs(rest, 1); !left || right {
		t.Errorf("the streak runs left %v, right %v of the word", left, right)
	}
}
