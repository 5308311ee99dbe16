package tesseract_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/otiai10/gosseract/v2"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sesshu/ocr/tesseract"
)

// TestPeer reads the same print through gosseract, which shares nothing with
// our own binding but the engine: on clean digits both must say the same.
func TestPeer(t *testing.T) {
	reader, err := tesseract.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	peer := gosseract.NewClient()
	defer peer.Close()
	if err := peer.SetVariable("debug_file", "/dev/null"); err != nil {
		t.Fatal(err)
	}
	if err := peer.SetPageSegMode(gosseract.PSM_SINGLE_LINE); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"2190345678", "0000427781", "5551234"} {
		line := printed(t, text)
		var file bytes.Buffer
		fmt.Fprintf(&file, "P5 %d %d 255\n", line.Rect.Dx(), line.Rect.Dy())
		file.Write(line.Pix)
		if err := peer.SetImageFromBytes(file.Bytes()); err != nil {
			t.Fatal(err)
		}
		said, err := peer.Text()
		if err != nil {
			t.Fatal(err)
		}
		candidates, err := reader.Line(line, 300, "0123456789")
		if err != nil || len(candidates) == 0 {
			t.Fatalf("no reading: %v", err)
		}
		if said = strings.Join(strings.Fields(said), ""); said != text || candidates[0].Text != text {
			t.Errorf("printed %s, gosseract says %s, we say %s", text, said, candidates[0].Text)
		}
	}
}

// printed draws text as an office printer would at 300 dpi, 11 points high.
func printed(t *testing.T, text string) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 11, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	line := image.NewGray(image.Rect(0, 0, font.MeasureString(face, text).Ceil()+40, 70))
	draw.Draw(line, line.Rect, image.White, image.Point{}, draw.Src)
	drawer := font.Drawer{Dst: line, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(20, 52)}
	drawer.DrawString(text)
	return line
}
