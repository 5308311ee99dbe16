package calibrate_test

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sesshu/ledger/master"
	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ocr/bench"
	"sesshu/ocr/calibrate"
	"sesshu/ocr/decide"
)

// kept is the work folder of "sesshu accuracy", from whose readings the stored
// outcomes are written anew:
//
//	go test ./ocr/calibrate -run StoredReadings -kept DIR
//
// Those in testdata come from 520 clean and office slips that were read while the
// readers were made, most of them before they were at their best.
var kept = flag.String("kept", "", "work folder of sesshu accuracy, to write testdata/outcomes.txt from")

const outcomesFile = "testdata/outcomes.txt"

// stored is what became of one value of one slip that was really read.
type stored struct {
	value slip.Value
	p     float64
	wrong bool
}

// Real readings do not err as simulations do: few are wrong, some of them are
// sure of it, and many share one probability. Taking all that was read on slips
// as the whole truth, a thousand samples are drawn from it, a
// threshold is learned on each, and its share of wrong values among all is within
// the bound in at least 95 of 100.
func TestPromiseHoldsOnStoredReadings(t *testing.T) {
	if *kept != "" {
		writeOutcomes(t, *kept)
	}
	all := readOutcomes(t)
	populations := map[string][]stored{"all": all}
	for _, o := range all {
		if o.value == slip.VaccinationDate || o.value == slip.AmountML {
			populations[string(o.value)] = append(populations[string(o.value)], o)
		}
	}
	for name, population := range populations {
		for _, limit := range []float64{0.001, 0.0018, 0.0023} {
			t.Run(fmt.Sprintf("%s at %g", name, limit), func(t *testing.T) {
				replayStored(t, population, limit)
			})
		}
	}
}

func replayStored(t *testing.T, population []stored, limit float64) {
	t.Helper()
	const rounds = 1000
	thresholds := calibrate.Thresholds()
	// tally counts outcomes by the strictest threshold that accepts them, then adds
	// up: what a strict one accepts, a looser one accepts too.
	tally := func(outcomes int, next func(int) stored) []calibrate.Count {
		counts := make([]calibrate.Count, len(thresholds))
		for n := range outcomes {
			o := next(n)
			at, accepted := slices.BinarySearchFunc(thresholds, o.p, func(from, p float64) int { return cmp.Compare(p, from) })
			if !accepted && at == len(thresholds) {
				continue
			}
			counts[at].Accepted++
			if o.wrong {
				counts[at].Wrong++
			}
		}
		for i := 1; i < len(counts); i++ {
			counts[i].Accepted += counts[i-1].Accepted
			counts[i].Wrong += counts[i-1].Wrong
		}
		return counts
	}
	truth := tally(len(population), func(n int) stored { return population[n] })
	// Enough that the bound could be shown at the loosest threshold.
	size := int(3.5/limit) * len(population) / truth[len(truth)-1].Accepted
	random := rand.New(rand.NewPCG(6, 7))
	broken, shown := 0, 0
	for range rounds {
		counts := tally(size, func(int) stored { return population[random.IntN(len(population))] })
		chosen, ok := calibrate.Choose(counts, limit, 0.95)
		if ok {
			shown++
			if float64(truth[chosen].Wrong) > limit*float64(truth[chosen].Accepted) {
				broken++
			}
		}
	}
	t.Logf("%d outcomes, %d a sample: promised in %d, broken in %d of %d rounds", len(population), size, shown, broken, rounds)
	if broken > rounds*5/100 {
		t.Errorf("the promise is broken in %d of %d rounds", broken, rounds)
	}
}

func readOutcomes(t *testing.T) []stored {
	t.Helper()
	file, err := os.Open(outcomesFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []stored
	wrong := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var o stored
		var word string
		if _, err := fmt.Sscan(lines.Text(), &o.value, &o.p, &word); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if o.wrong = word == "wrong"; o.wrong {
			wrong++
		}
		all = append(all, o)
	}
	if len(all) < 1000 || wrong < 2 {
		t.Fatalf("%d outcomes with %d wrong test nothing", len(all), wrong)
	}
	return all
}

// writeOutcomes decides kept readings with the loosest thresholds and writes how
// probable each accepted value was, and whether it was right; never a value.
func writeOutcomes(t *testing.T, dir string) {
	t.Helper()
	forms, err := form.LoadAll(os.DirFS("../../samples/forms"))
	if err != nil {
		t.Fatal(err)
	}
	policy := decide.DefaultPolicy()
	policy.AcceptFrom = map[slip.Value]float64{}
	for _, value := range slip.Values() {
		policy.AcceptFrom[value] = calibrate.Thresholds()[len(calibrate.Thresholds())-1]
	}
	var text strings.Builder
	text.WriteString("# value, probability, right or wrong: of values accepted at the loosest thresholds; see stored_test.go\n")
	chunks, err := filepath.Glob(filepath.Join(dir, "*", "*.jsonl.gz"))
	if err != nil || len(chunks) == 0 {
		t.Fatalf("nothing is kept in %s: %v", dir, err)
	}
	for _, chunk := range chunks {
		sheets, err := bench.ReadKept(chunk)
		if err != nil {
			t.Fatal(err)
		}
		masters, err := master.Load(os.DirFS(strings.TrimSuffix(chunk, ".jsonl.gz")))
		if err != nil {
			t.Fatal(err)
		}
		for _, sheet := range sheets {
			for _, page := range sheet.Pages {
				in := decide.Input{Page: page, Masters: masters, Policy: policy}
				for _, f := range forms {
					if f.Name == page.Registration.Form {
						in.Form = f
					}
				}
				decision, err := decide.Slip(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				for _, value := range slip.Values() {
					decided, has := decision.Fields[value]
					if !has || decided.Outcome != slip.Accepted {
						continue
					}
					word, want := "right", sheet.Truth.Fields[value]
					if decided.Value != want && (value != slip.Manufacturer || !slip.SameManufacturer(decided.Value, want)) {
						word = "wrong"
					}
					fmt.Fprintf(&text, "%s %.7f %s\n", value, decided.P, word)
				}
			}
		}
	}
	if err := os.WriteFile(outcomesFile, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}
