package real_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// The collections themselves are not part of the program: these tests build small
// ones in the same formats.

// stroke draws a thick line, dark on light.
func stroke(img *image.Gray, x0, y0, x1, y1, width float64) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			dx, dy := x1-x0, y1-y0
			t := min(1, max(0, ((float64(x)-x0)*dx+(float64(y)-y0)*dy)/(dx*dx+dy*dy)))
			if math.Hypot(float64(x)-x0-t*dx, float64(y)-y0-t*dy) < width/2 {
				img.SetGray(x, y, color.Gray{Y: 30})
			}
		}
	}
}

func sheet(width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 245
	}
	return img
}

// digit draws a 1, a 4 or a 7 as MNIST has them: in the middle 20 of 28 pixels.
func digit(value int) *image.Gray {
	img := sheet(28, 28)
	switch value {
	case 1:
		stroke(img, 14, 4, 14, 24, 2.5)
	case 4:
		stroke(img, 10, 4, 7, 15, 2.5)
		stroke(img, 7, 15, 21, 15, 2.5)
		stroke(img, 17, 6, 17, 24, 2.5)
	case 7:
		stroke(img, 7, 5, 20, 5, 2.5)
		stroke(img, 20, 5, 12, 24, 2.5)
	}
	return img
}

func packed(t *testing.T, content []byte) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	writer := gzip.NewWriter(&b)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

// mnist puts MNIST's train file into a folder: the pictures say what the labels
// say, but for those in wrong, which get another label.
func mnist(t *testing.T, dir fstest.MapFS, count int, label func(i int) byte) {
	t.Helper()
	images := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, uint32(count))
	images = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(images, 28), 28)
	labels := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(count))
	for i := range count {
		for _, value := range digit([]int{1, 4, 7}[i%3]).Pix {
			images = append(images, 255-value)
		}
		labels = append(labels, label(i))
	}
	dir["mnist/train-images-idx3-ubyte.gz"] = packed(t, images)
	dir["mnist/train-labels-idx1-ubyte.gz"] = packed(t, labels)
}

func pngOf(t *testing.T, img image.Image) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

func text(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }

// semeion is one line of the collection.
func semeion(value int, blank bool) string {
	var line strings.Builder
	for y := range 16 {
		for x := range 16 {
			ink := value == 1 && x >= 7 && x <= 8 || value == 7 && (y < 2 || x == 14-y/2 || x == 13-y/2)
			line.WriteString(map[bool]string{true: "1.0000,", false: "0.0000,"}[ink])
		}
	}
	for i := range 10 {
		line.WriteString(map[bool]string{true: "1,", false: "0,"}[i == value && !blank])
	}
	return strings.TrimSuffix(line.String(), ",") + "\n"
}

func zipped(t *testing.T, name, content string) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	entry, err := archive.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entry.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

// printed draws lines of text as a page at 300 dpi.
func printed(t *testing.T, lines ...string) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 12, DPI: 300})
	if err != nil {
		t.Fatal(err)
	}
	page := sheet(1500, 100+90*len(lines))
	for i, line := range lines {
		drawer := font.Drawer{Dst: page, Src: image.NewUniform(color.Gray{Y: 20}), Face: face, Dot: fixed.P(60, 100+90*i)}
		drawer.DrawString(line)
	}
	return page
}
