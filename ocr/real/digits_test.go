package real_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"sesshu/ocr/digits"
	"sesshu/ocr/real"
	"sesshu/samples/hand"
)

func openDigits(t *testing.T) *digits.Reader {
	t.Helper()
	reader, err := digits.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

// true labels of the pictures that mnist draws
func written(i int) byte { return []byte{1, 4, 7}[i%3] }

// Three collections of which only the test writers count; one label is wrong.
func digitCollections(t *testing.T) fstest.MapFS {
	dir := fstest.MapFS{
		"nsysu-digits/dev/labels.csv": text("file,label,session\n00000001.png,7,1091_3A\n00000147.png,1,1091_3A\n00000002.png,4,1091_3B\n00000003.png,1,1081_1\n"),
		// The file of a session that trains is not there at all: it must not be asked for.
		"nsysu-digits/dev/00000001.png": pngOf(t, digit(7)),
		"nsysu-digits/dev/00000002.png": pngOf(t, digit(4)),
		"semeion/semeion.data":          text(semeion(1, false) + semeion(7, false)),
	}
	mnist(t, dir, 120, func(i int) byte {
		if i == 119 {
			return 3 // a 7 that is said to be a 3
		}
		return written(i)
	})
	return dir
}

func TestDigits(t *testing.T) {
	sets, missing, err := real.Digits(t.Context(), digitCollections(t), openDigits(t))
	if err != nil || len(missing) > 0 || len(sets) != 3 {
		t.Fatalf("%d sets, missing %v, error %v", len(sets), missing, err)
	}
	for i, want := range []struct{ n, right int }{{10, 9}, {2, 2}, {2, 2}} {
		if sets[i].N != want.n || sets[i].Right != want.right || len(sets[i].Judged) != want.n {
			t.Errorf("%s: %d of %d right, want %d of %d; mistakes %v", sets[i].Name, sets[i].Right, sets[i].N, want.right, want.n, sets[i].Mistook)
		}
	}
	if sets[0].Mistook["37"] != 1 {
		t.Errorf("mistakes are %v, want one 3 read as 7", sets[0].Mistook)
	}
	none, _ := sets[0].From(1.1)
	all, wrong := sets[0].From(0)
	if none != 0 || all != 10 || wrong != 1 || sets[0].Upper(0) < 0.1 {
		t.Errorf("from 0: %d, %d wrong, at most %v; from more than 1: %d", all, wrong, sets[0].Upper(0), none)
	}
}

func TestDamagedDigitCollections(t *testing.T) {
	reader := openDigits(t)
	for name, dir := range map[string]fstest.MapFS{
		"mnist's files do not fit":      {"mnist/train-images-idx3-ubyte.gz": packed(t, make([]byte, 40)), "mnist/train-labels-idx1-ubyte.gz": packed(t, make([]byte, 9))},
		"mnist is no gzip":              {"mnist/train-images-idx3-ubyte.gz": text("no")},
		"nsysu's label is no digit":     {"nsysu-digits/dev/labels.csv": text("file,label,session\na.png,x,1091_3\n")},
		"nsysu's picture is missing":    {"nsysu-digits/dev/labels.csv": text("file,label,session\na.png,1,1091_3\n")},
		"nsysu has no test session":     {"nsysu-digits/dev/labels.csv": text("file,label,session\na.png,1,1081_1\n")},
		"semeion's line is short":       {"semeion/semeion.data": text("1.0 0.0\n")},
		"semeion's digit has no label":  {"semeion/semeion.data": text(semeion(1, true))},
		"semeion's ink is not a number": {"semeion/semeion.data": text(strings.Replace(semeion(1, false), "0.0000", "x", 1))},
	} {
		if _, _, err := real.Digits(t.Context(), dir, reader); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := real.Digits(ended, digitCollections(t), reader); err == nil {
		t.Error("an ended context ends nothing")
	}
}

// Whoever is measured here must be nobody that any network was trained on: the
// division is the one of package hand, which draws the samples. Where a digit
// outside the test writers is unusable, both must be content; within, neither.
func TestTheWritersAreThoseOfTheTestSplit(t *testing.T) {
	reader := openDigits(t)
	const first = 110 // of 120: the last twelfth
	for at, fails := range map[int]bool{0: false, first - 1: false, first: true, 119: true} {
		dir := fstest.MapFS{}
		mnist(t, dir, 120, func(i int) byte {
			if i == at {
				return 11
			}
			return written(i)
		})
		_, err := hand.OpenCorpus(dir, hand.Test)
		_, _, ours := real.Digits(t.Context(), dir, reader)
		if (err != nil) != fails || (ours != nil) != fails {
			t.Errorf("MNIST's digit %d is no digit: samples say %v, we say %v", at, err, ours)
		}
	}
	for session, fails := range map[string]bool{"1091_3": true, "1091_3B": true, "1092_1": false, "1092_2": false, "1081_3": false, "1091_1": false} {
		dir := fstest.MapFS{
			"nsysu-digits/dev/labels.csv": text("file,label,session\ngood.png,7,1091_3\nmissing.png,4," + session + "\n"),
			"nsysu-digits/dev/good.png":   pngOf(t, digit(7)),
		}
		_, err := hand.OpenCorpus(dir, hand.Test)
		_, _, ours := real.Digits(t.Context(), dir, reader)
		if (err != nil) != fails || (ours != nil) != fails {
			t.Errorf("a picture of session %s is missing: samples say %v, we say %v", session, err, ours)
		}
	}
}
