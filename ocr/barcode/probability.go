package barcode

// tableVersion changes with any number below.
const tableVersion = "0"

// qrRight and dataMatrixRight are the probabilities that a code that decodes
// is read rightly.
const (
	qrRight         = 0.999
	dataMatrixRight = 0.999
)

// evidence is what an NW-7 reading is judged by.
type evidence struct {
	margin  float64 // of the weakest character against its next best, log likelihood
	agree   int     // strips that read the same
	against int     // strips that read otherwise with as many characters
}

// nw7Levels divide NW-7 readings by how much speaks for them, best first. The
// probabilities come from the command in fit/.
var nw7Levels = []struct {
	agree   int     // at least
	against int     // at most
	margin  float64 // at least
	right   float64
}{
	{10, 0, 10, 0.99},
	{5, 0, 5, 0.98},
	{3, 0, 2, 0.97},
	{2, 1, 0, 0.96},
	{0, 99, -999, 0.5},
}

func nw7Probability(e evidence) float64 {
	for _, level := range nw7Levels {
		if e.agree >= level.agree && e.against <= level.against && e.margin >= level.margin {
			return level.right
		}
	}
	return 0
}
