package decide

import (
	"cmp"
	"slices"
	"strings"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
)

// print is one place on the paper that shows a value: a witness, as far as the
// value goes. All readers of the place are combined in it.
type print struct {
	field  form.Field
	source slip.Source
	quad   slip.Quad
	read   bool    // a reader looked at it; without, the reading is incomplete
	texts  []text  // well-formed candidates of the value, best first
	other  bool    // something was read that is no such value
	empty  float64 // probability that nothing is written there
}

// text is one well-formed candidate.
type text struct {
	value string
	p     float64
}

// p returns the print's probability for a value: 0 when it is not among the
// candidates.
func (p print) p(value string) float64 {
	for _, t := range p.texts {
		if t.value == value {
			return t.p
		}
	}
	return 0
}

// shows reports whether a value is the only thing that the print shows.
func (p print) shows(value string) bool { return len(p.texts) == 1 && p.texts[0].value == value }

// silent reports whether the print says nothing about the value.
func (p print) silent() bool { return len(p.texts) == 0 || p.empty > 0.5 }

// prints gathers what the form's fields show of one value, in the form's order.
// A print that no reader looked at is among them, unread.
func (j *judge) prints(value slip.Value) []print {
	var prints []print
	for _, field := range j.in.Form.Fields {
		for _, gives := range field.Gives {
			if gives.Value == value {
				prints = append(prints, j.print(field, gives))
			}
		}
	}
	return prints
}

func (j *judge) print(field form.Field, gives form.Gives) print {
	result := print{field: field, source: field.Source()}
	name := field.Name
	if field.Type == form.Sticker {
		name += "/" + string(gives.Value)
	}
	var readers [][]text
	for _, reading := range j.in.Page.Readings {
		if reading.Field != name {
			continue
		}
		if !result.read {
			result.quad = reading.Quad
		}
		result.read = true
		result.empty = max(result.empty, reading.Empty)
		texts, other := wellFormed(field, gives, reading.Candidates)
		result.other = result.other || other
		if len(texts) > 0 {
			readers = append(readers, texts)
		}
	}
	result.texts = combine(readers)
	for i := range result.texts {
		result.texts[i].p = min(result.texts[i].p, j.in.Policy.ConfidenceCap)
	}
	return result
}

// wellFormed brings candidates into the value's normal form and adds up those
// that become the same. It reports whether any had to be left out.
func wellFormed(field form.Field, gives form.Gives, candidates []slip.Candidate) ([]text, bool) {
	var texts []text
	other := false
	for _, candidate := range candidates {
		value, ok := part(field, gives, candidate.Text)
		if ok {
			var err error
			value, err = slip.Normalise(gives.Value, value)
			ok = err == nil
		}
		if !ok || !(candidate.P >= 0) {
			other = true
			continue
		}
		texts = add(texts, value, candidate.P)
	}
	sortTexts(texts)
	return texts, other
}

// part cuts the piece that speaks of the value out of what was read. Bar codes
// carry the ten digits of the ticket number or the eighteen of the OCR line,
// with or without a check character: the form says what it expects, the length
// what it is.
func part(field form.Field, gives form.Gives, read string) (string, bool) {
	read = strings.TrimSpace(slip.HalfWidth(read))
	if field.Source() == slip.SourceBarcode || field.Source() == slip.SourceQR {
		read = slip.StripCodabar(read)
		if gives.Value == slip.TicketNumber {
			switch len(read) {
			case 10, 11:
				return read[:10], true
			case 18, 19:
				return read[8:18], true
			}
		}
	}
	packed := strings.Join(strings.Fields(read), "")
	if field.Type == form.OCRLine || field.Type == form.PrintedDigits || field.Type == form.QR || field.Type == form.DataMatrix || field.Type == form.Barcode {
		read = packed
	}
	if length := lineLength(field); length > 0 && gives.From > 0 && len([]rune(read)) != length {
		return "", false // a character lost or gained shifts all parts behind it
	}
	return gives.Part(read)
}

// lineLength returns how many characters a line of several parts must have: what
// the form says, else for print up to its last part. 0 means any.
func lineLength(field form.Field) int {
	if field.Length > 0 || field.Type != form.OCRLine && field.Type != form.PrintedDigits {
		return field.Length
	}
	length := 0
	for _, gives := range field.Gives {
		length = max(length, gives.To)
	}
	return length
}

// combine joins the readers of one place. They share its dirt, so agreement is
// worth no more than the surer of them, and a candidate that one of them
// doubts gets their mean. The result for a text depends on what the readers say
// of that text alone and grows with it.
func combine(readers [][]text) []text {
	if len(readers) == 0 {
		return nil
	}
	joined := readers[0]
	for i, reader := range readers[1:] {
		weight := float64(i + 1)
		var next []text
		for _, t := range union(joined, reader) {
			a, b := pOf(joined, t), pOf(reader, t)
			if a >= 0.5 && b >= 0.5 {
				next = add(next, t, max(a, b))
			} else {
				next = add(next, t, min((a*weight+b)/(weight+1), 0.5))
			}
		}
		joined = next
	}
	sortTexts(joined)
	return joined
}

func union(a, b []text) []string {
	var values []string
	for _, t := range slices.Concat(a, b) {
		if !slices.Contains(values, t.value) {
			values = append(values, t.value)
		}
	}
	return values
}

func pOf(texts []text, value string) float64 { return print{texts: texts}.p(value) }

func add(texts []text, value string, p float64) []text {
	for i := range texts {
		if texts[i].value == value {
			texts[i].p = min(1, texts[i].p+p)
			return texts
		}
	}
	return append(texts, text{value, min(1, p)})
}

func sortTexts(texts []text) {
	slices.SortStableFunc(texts, func(a, b text) int {
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(a.value, b.value))
	})
}

// separate reports whether two prints lie apart on the paper: two fields over
// the same place are one witness.
func separate(a, b print) bool {
	if a.field.Name == b.field.Name {
		return false
	}
	if a.field.Insert != b.field.Insert {
		return true
	}
	boxA, boxB := a.field.Box, b.field.Box
	width := min(boxA.X+boxA.Width, boxB.X+boxB.Width) - max(boxA.X, boxB.X)
	height := min(boxA.Y+boxA.Height, boxB.Y+boxB.Height) - max(boxA.Y, boxB.Y)
	return width <= 0 || height <= 0 || width*height < 0.1*min(boxA.Width*boxA.Height, boxB.Width*boxB.Height)
}
