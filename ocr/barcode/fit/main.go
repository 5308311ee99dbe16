// Command fit measures ocr/barcode on codes that it draws and damages: how many
// are read, and how often, for each probability the readers give, the text is
// wrong. The numbers of probability.go come from it.
//
//	go run ./ocr/barcode/fit -count 4000
package main

import (
	"cmp"
	"flag"
	"fmt"
	"image"
	"log"
	"math"
	"math/rand/v2"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ocr/barcode"
	"sesshu/ocr/barcode/internal/draw"
)

// kinds of codes with their generator and reader. Modules are those of the
// narrow bar on slips; matrix codes have larger ones.
var kinds = []struct {
	name string
	draw func(draw.Setting, *rand.Rand) (string, *image.Gray, error)
	read func(*image.Gray) ([]slip.Candidate, error)
}{
	{"nw7", drawNW7, barcode.NW7},
	{"qr", func(s draw.Setting, r *rand.Rand) (string, *image.Gray, error) {
		s.Module *= 1.6 // a 10 mm code of version 1
		text := digits(r, 18)
		img, err := s.QR(text, r)
		return text, img, err
	}, barcode.QR},
	{"datamatrix", func(s draw.Setting, r *rand.Rand) (string, *image.Gray, error) {
		s.Module *= 1.6
		text := digits(r, 18)
		img, err := s.DataMatrix(text, r)
		return text, img, err
	}, barcode.DataMatrix},
}

func main() {
	count := flag.Int("count", 1000, "codes a kind and severity")
	seed := flag.Uint64("seed", 20210217, "of the generator")
	kind := flag.String("kind", "", "only this kind")
	flag.Parse()
	log.SetFlags(0)
	for i := range kinds {
		if *kind != "" && kinds[i].name != *kind {
			continue
		}
		if err := measure(i, *count, *seed); err != nil {
			log.Fatal(err)
		}
	}
}

// severities a kind is measured at; see degrade.Random.
var severities = []float64{0, 1, 2, 3}

// tally counts the readings of one probability.
type tally struct {
	p        float64
	n, wrong int
}

func measure(kind, count int, seed uint64) error {
	levels := make(map[float64]*tally)
	for _, severity := range severities {
		read, wrong := 0, 0
		for i := range count {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			truth, img, err := kinds[kind].draw(draw.Random(r, severity), r)
			if err != nil {
				return err
			}
			found, err := kinds[kind].read(img)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				continue
			}
			read++
			level := levels[found[0].P]
			if level == nil {
				level = &tally{p: found[0].P}
				levels[found[0].P] = level
			}
			level.n++
			if found[0].Text != truth {
				wrong++
				level.wrong++
			}
		}
		fmt.Printf("%-10s severity %.0f: %d codes, %d read, %d wrong\n", kinds[kind].name, severity, count, read, wrong)
	}
	for _, level := range sorted(levels) {
		fmt.Printf("%-10s p = %.4f: %5d read, %d wrong; wrong at most %.5f (95%%)\n",
			kinds[kind].name, level.p, level.n, level.wrong, upper(level.wrong, level.n))
	}
	return nil
}

func sorted(levels map[float64]*tally) []*tally {
	var all []*tally
	for _, level := range levels {
		all = append(all, level)
	}
	slices.SortFunc(all, func(a, b *tally) int { return cmp.Compare(b.p, a.p) })
	return all
}

// upper is the Clopper-Pearson 95 % upper bound on a share of which k in n were
// seen: the share at which k or fewer have a chance of 5 %.
func upper(k, n int) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		p := (low + high) / 2
		if chanceOfAtMost(k, n, p) > 0.05 {
			low = p
		} else {
			high = p
		}
	}
	return high
}

func chanceOfAtMost(k, n int, p float64) float64 {
	sum := 0.0
	logChoose := 0.0
	for i := 0; i <= k; i++ {
		sum += math.Exp(logChoose + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		logChoose += math.Log(float64(n-i)) - math.Log(float64(i+1))
	}
	return sum
}

func drawNW7(s draw.Setting, r *rand.Rand) (string, *image.Gray, error) {
	text := digits(r, []int{10, 10, 10, 11, 18, 19}[r.IntN(6)])
	if len(text) == 11 || len(text) == 19 { // a check character may be a symbol
		text = text[:len(text)-1] + string("0123456789-$:/.+"[r.IntN(16)])
	}
	img, err := s.NW7(text, "ABCD"[r.IntN(4)], "ABCD"[r.IntN(4)], r)
	return text, img, err
}

func digits(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = '0' + byte(r.IntN(10))
	}
	return string(text)
}
