package page_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/signintech/gopdf"

	"sesshu/ocr/page"
)

// drawing is a picture with print-like structure: its top left is dark, its
// bottom right light.
func drawing(width, height int) *image.Gray {
	grey := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := uint8(40 + 180*(x+y)/(width+height))
			if (x/7+y/11)%5 == 0 {
				shade = 10
			}
			grey.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	return grey
}

func encodeJPEG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := jpeg.Encode(&buffer, picture, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func encodePNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, picture); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// encodeTIFF writes an uncompressed TIFF file with one page a picture.
func encodeTIFF(pictures ...*image.Gray) []byte {
	order := binary.LittleEndian
	file := []byte("II*\x00\x00\x00\x00\x00")
	pointer := 4
	for _, picture := range pictures {
		strip := len(file)
		file = append(file, picture.Pix...)
		if len(file)%2 == 1 {
			file = append(file, 0)
		}
		order.PutUint32(file[pointer:], uint32(len(file)))
		size := picture.Bounds().Size()
		entries := [][2]uint32{{256, uint32(size.X)}, {257, uint32(size.Y)}, {258, 8}, {259, 1}, {262, 1},
			{273, uint32(strip)}, {277, 1}, {278, uint32(size.Y)}, {279, uint32(len(picture.Pix))}}
		file = order.AppendUint16(file, uint16(len(entries)))
		for _, entry := range entries {
			file = order.AppendUint16(file, uint16(entry[0]))
			file = order.AppendUint16(file, 4)
			file = order.AppendUint32(file, 1)
			file = order.AppendUint32(file, entry[1])
		}
		pointer = len(file)
		file = order.AppendUint32(file, 0)
	}
	return file
}

// headFirst moves the first directory of a TIFF file to its front, then cuts
// half of the pixels off.
func headFirst(file []byte) []byte {
	order := binary.LittleEndian
	at := order.Uint32(file[4:])
	directory := bytes.Clone(file[at : int(at)+2+9*12])
	directory = append(directory, 0, 0, 0, 0)
	shift := uint32(len(directory))
	place := directory[2+5*12+8:] // the strip's place
	order.PutUint32(place, order.Uint32(place)+shift)
	moved := append([]byte("II*\x00\x08\x00\x00\x00"), directory...)
	return append(moved, file[8:at/2]...)
}

func encodePDF(t *testing.T, password string, pictures ...*image.Gray) []byte {
	t.Helper()
	var pdf gopdf.GoPdf
	config := gopdf.Config{PageSize: *gopdf.PageSizeA4}
	if password != "" {
		config.Protection = gopdf.PDFProtectionConfig{UseProtection: true, UserPass: []byte(password), OwnerPass: []byte("owner")}
	}
	pdf.Start(config)
	for _, picture := range pictures {
		pdf.AddPage()
		holder, err := gopdf.ImageHolderByBytes(encodeJPEG(t, picture))
		if err != nil {
			t.Fatal(err)
		}
		if err := pdf.ImageByHolder(holder, 0, 0, gopdf.PageSizeA4); err != nil {
			t.Fatal(err)
		}
	}
	content, err := pdf.GetBytesPdfReturnErr()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// close compares a decoded page with its picture; codecs may blur a little.
func checkPixels(t *testing.T, got *page.Image, want *image.Gray, tolerance float64) {
	t.Helper()
	if got.Width != want.Rect.Dx() || got.Height != want.Rect.Dy() {
		t.Fatalf("decoded %d × %d pixels, want %v", got.Width, got.Height, want.Rect.Size())
	}
	sum := 0.0
	for i, pixel := range got.Gray().Pix {
		difference := float64(pixel) - float64(want.Pix[i])
		sum += difference * difference
	}
	if mean := sum / float64(len(want.Pix)); mean > tolerance*tolerance {
		t.Errorf("pixels differ by %.1f in the mean square, want at most %.1f", mean, tolerance*tolerance)
	}
}

func decode(t *testing.T, data []byte, n int) (*page.Image, error) {
	t.Helper()
	document, err := page.Open(context.Background(), data)
	if err != nil {
		return nil, err
	}
	image, err := document.Decode(context.Background(), n)
	if err == nil {
		t.Cleanup(func() { image.Close() })
	}
	return image, err
}

func TestEveryFormatGivesItsPixels(t *testing.T) {
	first, second := drawing(620, 877), drawing(300, 400)
	a4 := drawing(1240, 1754)
	for name, test := range map[string]struct {
		data      []byte
		page      int
		want      *image.Gray
		tolerance float64
	}{
		"JPEG":             {encodeJPEG(t, first), 1, first, 6},
		"PNG":              {encodePNG(t, first), 1, first, 0},
		"TIFF first page":  {encodeTIFF(first, second), 1, first, 0},
		"TIFF second page": {encodeTIFF(first, second), 2, second, 0},
		"PDF second page":  {encodePDF(t, "", first, a4), 2, a4, 40},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decode(t, test.data, test.page)
			if err != nil {
				t.Fatal(err)
			}
			if name == "PDF second page" {
				if got.Width < 1239 || got.Width > 1241 || got.Height < 1753 || got.Height > 1755 {
					t.Errorf("PDF page has %d × %d pixels, want its picture's own resolution", got.Width, got.Height)
				}
				return
			}
			checkPixels(t, got, test.want, test.tolerance)
		})
	}
}

func TestFaultsAreNamed(t *testing.T) {
	picture := drawing(620, 877)
	whole := encodeJPEG(t, picture)
	damaged := bytes.Clone(whole)
	for i := len(damaged) / 2; i < len(damaged)/2+400; i++ {
		damaged[i] = 0x55
	}
	pngFile := encodePNG(t, picture)
	pngDamaged := bytes.Clone(pngFile)
	pngDamaged[len(pngDamaged)/2] ^= 0x10
	bomb := bytes.Clone(pngFile)
	binary.BigEndian.PutUint32(bomb[16:], 30_000)
	binary.BigEndian.PutUint32(bomb[20:], 30_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	jpegBomb := bytes.Clone(whole)
	frame := bytes.Index(jpegBomb, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint32(jpegBomb[frame+5:], 30_000<<16|30_000)
	tiffFile := encodeTIFF(picture, picture)
	for name, test := range map[string]struct {
		data []byte
		want *page.Error
	}{
		"empty file":              {nil, page.ErrEmpty},
		"text":                    {[]byte("this is a text that somebody renamed to .jpg"), page.ErrWrongType},
		"cut-off JPEG":            {whole[:len(whole)*2/3], page.ErrTruncated},
		"JPEG cut in its header":  {whole[:30], page.ErrTruncated},
		"cut JPEG with an end":    {append(bytes.Clone(whole[:len(whole)/2]), 0xff, 0xd9), page.ErrCorrupt},
		"JPEG without its end":    {whole[:len(whole)-2], page.ErrTruncated},
		"damaged JPEG":            {damaged, page.ErrCorrupt},
		"JPEG bomb":               {jpegBomb, page.ErrTooLarge},
		"cut-off PNG":             {pngFile[:len(pngFile)/2], page.ErrTruncated},
		"damaged PNG":             {pngDamaged, page.ErrCorrupt},
		"PNG bomb":                {bomb, page.ErrTooLarge},
		"speck":                   {encodePNG(t, drawing(20, 20)), page.ErrTooSmall},
		"cut-off TIFF":            {tiffFile[:1000], page.ErrTruncated},
		"TIFF cut in its pixels":  {headFirst(tiffFile), page.ErrTruncated},
		"PDF with a password":     {encodePDF(t, "secret", picture), page.ErrPassword},
		"PDF that is only a head": {[]byte("%PDF-1.7\n"), page.ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decode(t, test.data, 1)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if page.Message(err, "ja") != test.want.Japanese || page.Message(err, "en") != test.want.English {
				t.Errorf("message is not the fault's own")
			}
		})
	}
}

func TestBrokenSecondPageLeavesTheFirst(t *testing.T) {
	first, second := drawing(620, 877), drawing(300, 400)
	file := encodeTIFF(first, second)
	pages := map[string][]byte{
		"directory cut off": file[:len(file)-20],
		"strip elsewhere":   bytes.Clone(file),
	}
	// The strip's place is the sixth entry of the second directory.
	binary.LittleEndian.PutUint32(pages["strip elsewhere"][len(file)-4-4*12+8:], 1<<30)
	for name, data := range pages {
		t.Run(name, func(t *testing.T) {
			got, err := decode(t, data, 1)
			if err != nil {
				t.Fatalf("first page: %v", err)
			}
			checkPixels(t, got, first, 0)
			var fault *page.Error
			if _, err := decode(t, data, 2); !errors.As(err, &fault) {
				t.Errorf("second page: %v, want a named fault", err)
			}
		})
	}
}

func TestOrientationTagIsNotApplied(t *testing.T) {
	picture := drawing(300, 400)
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00")
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	plain := encodeJPEG(t, picture)
	tagged := append(append(bytes.Clone(plain[:2]), append(segment, exif...)...), plain[2:]...)
	got, err := decode(t, tagged, 1)
	if err != nil {
		t.Fatal(err)
	}
	checkPixels(t, got, picture, 6)
	shown, err := page.Show(context.Background(), tagged, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(shown, plain) {
		t.Error("the browser still gets the orientation tag")
	}
}

func TestShow(t *testing.T) {
	first, second := drawing(620, 877), drawing(300, 400)
	original := encodeJPEG(t, first)
	shown, err := page.Show(context.Background(), original, 1)
	if err != nil || !bytes.Equal(shown, original) {
		t.Errorf("an upright JPEG must be shown as it is: %v", err)
	}
	shown, err = page.Show(context.Background(), encodeTIFF(first, second), 2)
	if err != nil {
		t.Fatal(err)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(shown))
	if err != nil || config.Width != 300 || config.Height != 400 {
		t.Errorf("second TIFF page shows as %d × %d: %v", config.Width, config.Height, err)
	}
	if _, err := page.Show(context.Background(), original, 2); !errors.Is(err, page.ErrNoPage) {
		t.Errorf("page 2 of a JPEG: %v, want ErrNoPage", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"))
	f.Add(encodeTIFF(drawing(120, 130)))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("%PDF-")) {
			return // a child process each time is too slow to fuzz
		}
		document, err := page.Open(context.Background(), data)
		var fault *page.Error
		if err != nil {
			if !errors.As(err, &fault) {
				t.Fatalf("unnamed fault: %v", err)
			}
			return
		}
		image, err := document.Decode(context.Background(), document.Pages())
		if err != nil {
			if !errors.As(err, &fault) {
				t.Fatalf("unnamed fault: %v", err)
			}
			return
		}
		image.Close()
	})
}
