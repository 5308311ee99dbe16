package hand_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"sesshu/samples/hand"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// collections builds small collections in the shapes of the real ones. Every
// picture is a bar; its width tells the splits apart.
func collections(t *testing.T) fstest.MapFS {
	t.Helper()
	root := fstest.MapFS{}
	for name, count := range map[string]int{"train": 20, "t10k": 40} {
		pictures := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 3}, uint32(count))
		pictures = append(pictures, 0, 0, 0, 28, 0, 0, 0, 28)
		labels := binary.BigEndian.AppendUint32([]byte{0, 0, 8, 1}, uint32(count))
		for i := range count {
			picture := make([]byte, 28*28)
			for y := 4; y < 24; y++ {
				for x := 12; x < 15; x++ {
					picture[y*28+x] = 255
				}
			}
			pictures = append(pictures, picture...)
			labels = append(labels, byte(i%10))
		}
		root["mnist/"+name+"-images-idx3-ubyte.gz"] = &fstest.MapFile{Data: zipped(t, pictures)}
		root["mnist/"+name+"-labels-idx1-ubyte.gz"] = &fstest.MapFile{Data: zipped(t, labels)}
	}
	table := "file,label,session\n"
	for i, session := range []string{"1081_1", "1092_1", "1092_2", "1091_3"} {
		name := fmt.Sprintf("%08d.png", i)
		table += fmt.Sprintf("%s,%d,%s\n", name, i, session)
		picture := image.NewGray(image.Rect(0, 0, 28, 28))
		for p := range picture.Pix {
			picture.Pix[p] = 250
		}
		for y := 6; y < 22; y++ {
			picture.SetGray(14, y, color.Gray{Y: 120})
		}
		var file bytes.Buffer
		if err := png.Encode(&file, picture); err != nil {
			t.Fatal(err)
		}
		root["nsysu-digits/dev/"+name] = &fstest.MapFile{Data: file.Bytes()}
	}
	root["nsysu-digits/dev/labels.csv"] = &fstest.MapFile{Data: []byte(table)}
	return root
}

func zipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	writer := gzip.NewWriter(&file)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func faces(t *testing.T) []*typeface.Face {
	t.Helper()
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		t.Fatal(err)
	}
	return fonts.Faces(typeface.Japanese)
}

func TestCorpusOpensEverySplit(t *testing.T) {
	for _, split := range hand.Splits() {
		if _, err := hand.OpenCorpus(collections(t), split); err != nil {
			t.Errorf("%s: %v", split, err)
		}
	}
}

func TestCorpusRefusesDamage(t *testing.T) {
	for name, damage := range map[string]func(fstest.MapFS){
		"nothing there": func(root fstest.MapFS) { clear(root) },
		"cut short":     func(root fstest.MapFS) { root["mnist/t10k-images-idx3-ubyte.gz"].Data = zipped(t, []byte("short")) },
		"not zipped":    func(root fstest.MapFS) { root["mnist/t10k-labels-idx1-ubyte.gz"].Data = []byte("plain") },
		"no label": func(root fstest.MapFS) {
			root["nsysu-digits/dev/labels.csv"].Data = []byte("file,label,session\n00000002.png,x,1092_2\n")
		},
		"picture missing": func(root fstest.MapFS) { delete(root, "nsysu-digits/dev/00000002.png") },
	} {
		root := collections(t)
		damage(root)
		if _, err := hand.OpenCorpus(root, hand.Evaluate); err == nil {
			t.Errorf("%s: opened all the same", name)
		}
	}
}

func TestDigitsStayInTheirBoxes(t *testing.T) {
	corpus, err := hand.OpenCorpus(collections(t), hand.Evaluate)
	if err != nil {
		t.Fatal(err)
	}
	letters := faces(t)
	for _, kit := range []*hand.Kit{hand.NewKit(nil, letters), hand.NewKit(corpus, letters)} {
		for seed := range uint64(30) {
			random := rand.New(rand.NewPCG(seed, 2))
			writer := kit.NewWriter(random, 0.5)
			for digit := byte('0'); digit <= '9'; digit++ {
				canvas := ink.NewCanvas(18, 24, 200)
				writer.Digit(canvas, hand.Box{X: 6, Y: 8, Width: 6, Height: 8}, digit)
				inside, outside := 0, 0
				for y := range canvas.Image.Rect.Dy() {
					for x := range canvas.Image.Rect.Dx() {
						if canvas.Image.GrayAt(x, y).Y > 225 {
							continue
						}
						mmX, mmY := float64(x)/canvas.Scale, float64(y)/canvas.Scale
						if mmX > 5 && mmX < 13 && mmY > 6.5 && mmY < 17.5 {
							inside++
						} else {
							outside++
						}
					}
				}
				if inside < 40 || outside > inside/10 {
					t.Errorf("seed %d: digit %c leaves %d pixels in its box, %d outside", seed, digit, inside, outside)
				}
			}
		}
	}
}

func TestMarksLeaveInk(t *testing.T) {
	letters := faces(t)
	kit := hand.NewKit(nil, letters)
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 4))
		writer := kit.NewWriter(random, 0.5)
		stamp := kit.NewStamp(random, seed%2 == 0)
		for name, mark := range map[string]func(*ink.Canvas){
			"tick":   func(c *ink.Canvas) { writer.Tick(c, hand.Box{X: 18, Y: 8, Width: 3.6, Height: 3.6}) },
			"sign":   func(c *ink.Canvas) { writer.Sign(c, hand.Box{X: 2, Y: 4, Width: 36, Height: 10}, "佐藤　花子") },
			"scrawl": func(c *ink.Canvas) { writer.Scrawl(c, hand.Box{X: 2, Y: 4, Width: 36, Height: 10}) },
			"seal":   func(c *ink.Canvas) { stamp.Seal(c, letters[0], 20, 10, 10, "佐藤") },
			"lines":  func(c *ink.Canvas) { stamp.Lines(c, letters[0], 2, 8, 3, 36, "さくら医院") },
		} {
			canvas := ink.NewCanvas(40, 20, 200)
			mark(canvas)
			dark := 0
			for _, value := range canvas.Image.Pix {
				if value < 225 {
					dark++
				}
			}
			if dark < 50 {
				t.Errorf("seed %d: %s leaves %d dark pixels", seed, name, dark)
			}
		}
	}
}
