package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/image/tiff"

	"pgregory.net/rapid"

	"sesshu/scanner/internal/testcard"
)

// twoPages writes a TIFF of two pages, each one strip of its pixels, as capture
// programs append them: directory after strip, the chain's link last.
func twoPages() []byte {
	var file bytes.Buffer
	order := binary.LittleEndian
	put := func(values ...any) {
		for _, value := range values {
			_ = binary.Write(&file, order, value) // to memory
		}
	}
	put([]byte("II*\x00"), uint32(8+100))
	for page := range 2 {
		file.Write(testcard.Draw(page, 10, 10).Pix)
		next := uint32(0)
		strip := uint32(file.Len() - 100)
		if page == 0 {
			next = uint32(file.Len() + 2 + 5*12 + 4 + 100)
		}
		put(uint16(5),
			uint16(256), uint16(3), uint32(1), uint32(10),
			uint16(257), uint16(3), uint32(1), uint32(10),
			uint16(262), uint16(3), uint32(1), uint32(1),
			uint16(tagStripOffsets), uint16(4), uint32(1), strip,
			uint16(tagStripByteCounts), uint16(4), uint32(1), uint32(100),
			next)
	}
	return file.Bytes()
}

// samples are whole files of every format.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	both, err := Pair(testcard.JPEG(3), testcard.JPEG(4), 300)
	if err != nil {
		t.Fatal(err)
	}
	var encoded bytes.Buffer
	if err := tiff.Encode(&encoded, testcard.Draw(9, 60, 80), &tiff.Options{Compression: tiff.Deflate}); err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"jpeg": testcard.JPEG(1), "png": testcard.PNG(2, 40, 50), "pdf": both, "tiff": encoded.Bytes(), "tiff of two pages": twoPages(),
	}
}

func TestWholeFilesPass(t *testing.T) {
	want := map[string]string{"jpeg": JPEG, "png": PNG, "pdf": PDF, "tiff": TIFF, "tiff of two pages": TIFF}
	for name, data := range samples(t) {
		if kind, err := Check(data); err != nil || kind != want[name] {
			t.Errorf("%s: %s, %v", name, kind, err)
		}
	}
	padded := append(testcard.JPEG(1), 0, 0, 0, 0)
	if _, err := Check(padded); err != nil {
		t.Errorf("padded JPEG: %v", err)
	}
}

// A file that was cut off anywhere is never taken for whole.
func TestCutOffFilesAreRefused(t *testing.T) {
	for name, data := range samples(t) {
		end := len(data)
		if name == "pdf" {
			end-- // the line end after the end marker may be missing
		}
		for length := range end {
			if _, err := Check(data[:length]); err == nil {
				t.Fatalf("%s of %d bytes passes when cut to %d", name, len(data), length)
			}
		}
	}
}

func TestDamage(t *testing.T) {
	png := testcard.PNG(1, 30, 30)
	png[len(png)/2] ^= 1
	loop := twoPages()
	binary.LittleEndian.PutUint32(loop[len(loop)-4:], 8+100) // the second page links back to the first
	cases := map[string]struct {
		data []byte
		want error
	}{
		"nothing":                   {nil, ErrIncomplete},
		"text":                      {[]byte("this is no image"), ErrUnknown},
		"flipped bit in PNG":        {png, ErrDamaged},
		"two JPEGs in one":          {append(testcard.JPEG(1), testcard.JPEG(2)...), ErrDamaged},
		"TIFF chain without end":    {loop, ErrDamaged},
		"PDF pointing nowhere":      {[]byte("%PDF-1.4\nstartxref\n3\n%%EOF"), ErrDamaged},
		"PDF pointing behind":       {[]byte("%PDF-1.4\nstartxref\n999\n%%EOF"), ErrIncomplete},
		"JPEG that is only markers": {[]byte{0xff, 0xd8, 0xff, 0xd9}, ErrDamaged},
	}
	for name, c := range cases {
		if _, err := Check(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// The scanner's own bytes lie unchanged inside a pair.
func TestPairKeepsTheBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		front, back := testcard.JPEG(rapid.IntRange(0, 255).Draw(t, "front")), testcard.JPEG(rapid.IntRange(0, 255).Draw(t, "back"))
		both, err := Pair(front, back, rapid.IntRange(50, 1200).Draw(t, "dpi"))
		if err != nil {
			t.Fatal(err)
		}
		first := bytes.Index(both, front)
		if first < 0 || !bytes.Contains(both[first+len(front):], back) {
			t.Fatal("a side's bytes are not inside")
		}
		if _, err := Check(both); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := Pair(testcard.JPEG(1), testcard.PNG(1, 9, 9), 300); err == nil {
		t.Error("paired a PNG")
	}
}

func FuzzCheck(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, err := Check(data)
		if kind != TypeOf(data) {
			t.Errorf("says %s, is %s", kind, TypeOf(data))
		}
		if err != nil && !errors.Is(err, ErrIncomplete) && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnknown) {
			t.Errorf("error of no kind: %v", err)
		}
	})
}
