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
	spread  float64 // of element widths, in the distance between narrow and wide
	count   int     // characters of payload
}

// nw7Probability is provisional until the command in fit/ has measured it: it
// never exceeds what a few thousand codes without a misread can show.
func nw7Probability(e evidence) float64 {
	if e.agree < 2 || e.against > 1 || e.margin < 2 {
		return 0.5
	}
	return 0.998
}
