package real_test

import (
	"image"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"sesshu/ocr/real"
)

// qr draws a code with a quiet zone round it.
func qr(t *testing.T, content string) image.Image {
	t.Helper()
	matrix, err := qrcode.NewQRCodeWriter().Encode(content, gozxing.BarcodeFormat_QR_CODE, 240, 240, nil)
	if err != nil {
		t.Fatal(err)
	}
	return matrix
}

func TestCodes(t *testing.T) {
	dir := fstest.MapFS{
		"barcodes-zxing/NOTE.md":              text("a note"),
		"barcodes-zxing/qrcode-1/1.png":       pngOf(t, qr(t, "right")),
		"barcodes-zxing/qrcode-1/1.txt":       text("right\n"),
		"barcodes-zxing/qrcode-1/2.png":       pngOf(t, qr(t, "wrong")),
		"barcodes-zxing/qrcode-1/2.txt":       text("something else"),
		"barcodes-zxing/qrcode-1/3.png":       pngOf(t, sheet(200, 200)),
		"barcodes-zxing/qrcode-1/3.txt":       text("not read"),
		"barcodes-zxing/falsepositives/1.png": pngOf(t, qr(t, "in fact a code")),
		"barcodes-zxing/falsepositives/2.png": pngOf(t, sheet(200, 200)),
		"barcodes-zxing/rss14-1/1.png":        pngOf(t, sheet(200, 60)),
		"barcodes-zxing/rss14-1/1.txt":        text("04412345678909"),
		"barcodes-zxing/rss14-1/2.png":        pngOf(t, sheet(200, 60)),
		"barcodes-zxing/rss14-1/2.txt":        text("(01)04412345678908(10)A1"),
	}
	sets, strangers, missing, err := real.Codes(t.Context(), dir)
	if err != nil || len(missing) > 0 || len(sets) != 2 {
		t.Fatalf("%d sets, missing %v, error %v", len(sets), missing, err)
	}
	if set := sets[0]; set.Decoder != "QR" || set.N != 3 || set.Right != 1 || set.Wrong != 1 || set.Highest < 0.9 {
		t.Errorf("QR: %+v", set)
	}
	if set := sets[1]; set.Decoder != "" || set.N != 2 || set.GTINs != 2 || set.Valid != 1 {
		t.Errorf("DataBar: %+v", set)
	}
	for _, stranger := range strangers {
		switch want := []string{"falsepositives/1.png"}; stranger.Decoder {
		case "QR":
			if stranger.N != 4 || !slices.Equal(stranger.Read, want) || stranger.Highest < 0.9 {
				t.Errorf("QR among strangers: %+v", stranger)
			}
		default:
			if stranger.N != 7 || len(stranger.Read) != 0 {
				t.Errorf("%s among strangers: %+v", stranger.Decoder, stranger)
			}
		}
	}
	dir["barcodes-zxing/qrcode-1/1.png"] = text("no picture")
	if _, _, _, err := real.Codes(t.Context(), dir); err == nil {
		t.Error("a damaged picture is no error")
	}
}
