// Command fit trains and calibrates the networks of ocr/mark on marks it draws
// itself, and reports on marks drawn with seeds that trained nothing.
//
//	go run ./ocr/mark/fit -out ocr/mark/networks.json
//	go run ./ocr/mark/fit -report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"log"
	"math/rand/v2"
	"os"

	"sesshu/ocr/mark"
	"sesshu/ocr/mark/internal/draw"
)

// kinds of marks with their generator and reader.
var kinds = []struct {
	name string
	draw func(*rand.Rand, float64) draw.Sample
	read func(img, blank *image.Gray) float64
}{
	{"box", draw.Box, mark.Box},
	{"circle", draw.Circle, mark.Circled},
	{"signature", draw.Signature, mark.Signed},
}

func main() {
	out := flag.String("out", "", "write the networks to this file")
	report := flag.Bool("report", false, "measure the networks in use")
	count := flag.Int("count", 6000, "samples a kind")
	seed := flag.Uint64("seed", 20210217, "of the generator")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*out, *report, *count, *seed); err != nil {
		log.Fatal(err)
	}
}

func run(out string, report bool, count int, seed uint64) error {
	if report {
		for _, kind := range kinds {
			tell(kind.name, kind.draw, kind.read, count, seed+1)
		}
		return nil
	}
	if out == "" {
		return fmt.Errorf("say -out FILE or -report")
	}
	networks := make(map[string]mark.Network)
	for _, kind := range kinds {
		networks[kind.name] = train(draws(kind.draw, count, seed), seed)
		log.Printf("%s: trained on %d samples", kind.name, count)
	}
	file, err := json.Marshal(networks)
	if err != nil {
		return fmt.Errorf("write networks: %w", err)
	}
	return os.WriteFile(out, append(file, '\n'), 0o644)
}

// example is a sample measured.
type example struct {
	x      []float64
	marked float64
}

// doubtful tells examples that a person should look at.
func (e example) doubtful() bool { return e.marked == 0.5 }

func draws(draw func(*rand.Rand, float64) draw.Sample, count int, seed uint64) []example {
	examples := make([]example, 0, count)
	for i := range count {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		sample := draw(random, 2*random.Float64())
		if features, ok := mark.Features(sample.Image, sample.Blank); ok {
			examples = append(examples, example{features, sample.Marked})
		}
	}
	return examples
}

// tell prints, by what was drawn, how the answers spread.
func tell(name string, draw func(*rand.Rand, float64) draw.Sample, read func(img, blank *image.Gray) float64, count int, seed uint64) {
	type tally struct{ n, below, low, middle, high, above int }
	found := make(map[string]*tally)
	for i := range count {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		sample := draw(random, 2*random.Float64())
		t := found[sample.Kind]
		if t == nil {
			t = &tally{}
			found[sample.Kind] = t
		}
		t.n++
		switch p := read(sample.Image, sample.Blank); {
		case p < 0.01:
			t.below++
		case p < 0.1:
			t.low++
		case p <= 0.9:
			t.middle++
		case p <= 0.99:
			t.high++
		default:
			t.above++
		}
	}
	fmt.Printf("%-10s %-9s %6s %7s %7s %7s %7s %7s\n", name, "drawn", "n", "<0.01", "<0.1", "between", ">0.9", ">0.99")
	for _, kind := range []string{"empty", "stray", "doubtful", "marked"} {
		if t := found[kind]; t != nil {
			fmt.Printf("%-10s %-9s %6d %7d %7d %7d %7d %7d\n", "", kind, t.n, t.below, t.low, t.middle, t.high, t.above)
		}
	}
}
