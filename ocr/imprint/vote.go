package imprint

import (
	"errors"
	"fmt"
	"image"

	"sesshu/ledger/slip"
	"sesshu/ocr/internal/tess"
)

const (
	// mostLost is how much less likely than the network's own best a text of the
	// shape may be, natural logarithm a character.
	mostLost      = 1.6
	mostLostOther = 0.8 // where it is not the expected one
	// hopeless is the same where another look is not worth while: no such text.
	hopeless = 4.0
	// A character that is another than the expected one is read surely when the
	// network gives it sureP somewhere, and the expected one and what looks like
	// it againstP nowhere.
	sureP    = 0.9
	againstP = 0.03
	// secondP is the least calibrated probability that the second network must
	// give the digits of the text's last word; the expected ones may have againstP.
	secondP = 0.3
	// In another text of the shape these shares of all characters and of those
	// that are no digits must be the expected ones, each with likelyP.
	leastAlike = 0.6
	leastMarks = 0.75
	likelyP    = 0.5
)

// vote is what one look at one line says.
type vote struct {
	verdict slip.ImprintVerdict
	text    string  // that stands there, without spaces
	lost    float64 // see aligned
	down    bool    // upside down

	seconded bool // the other network reads the same number
}

// strip reads one strip, both ways up.
func (r *Reader) strip(page *image.Gray, candidate strip, scale float64, text shape) (vote, error) {
	unreadable := vote{verdict: slip.ImprintUnreadable}
	for _, down := range []bool{false, true} {
		said, err := r.looks(page, candidate, scale, text, down)
		if err != nil || said.verdict != slip.ImprintUnreadable {
			said.down = down
			return said, err
		}
	}
	return unreadable, nil
}

// looks reads a strip in every way. The expected text must be shown by two, or by
// one and the second network, and another by none. Another text must be shown
// alike by two, each with the second network, and contradicted by none.
func (r *Reader) looks(page *image.Gray, candidate strip, scale float64, text shape, down bool) (vote, error) {
	unreadable := vote{verdict: slip.ImprintUnreadable}
	same, others, seconded := 0, 0, false
	var other vote
	for _, as := range looks {
		img := cut(page, candidate, scale, as)
		if down {
			img = turned(img)
		}
		said, err := r.vote(img, text)
		if err != nil {
			return unreadable, err
		}
		switch {
		case said.verdict == slip.ImprintSame:
			same++
			seconded = seconded || said.seconded
		case said.verdict == slip.ImprintOther && others > 0 && said.text != other.text:
			return unreadable, nil
		case said.verdict == slip.ImprintOther:
			other = said
			others++
		case said.lost > hopeless:
			return unreadable, nil
		}
		if same > 0 && others > 0 {
			return unreadable, nil
		}
	}
	switch {
	case same > 1, same > 0 && seconded:
		return vote{verdict: slip.ImprintSame}, nil
	case others < 2:
		return unreadable, nil
	}
	return other, nil
}

func (r *Reader) vote(img *image.Gray, text shape) (vote, error) {
	line, err := r.engine.Line(img, 300)
	if errors.Is(err, tess.ErrRefused) {
		return vote{verdict: slip.ImprintUnreadable, lost: hopeless + 1}, nil
	}
	if err != nil {
		return vote{}, err
	}
	steps := stepsOf(line)
	best, ok := align(steps, text.places)
	if !ok {
		return vote{verdict: slip.ImprintUnreadable, lost: hopeless + 1}, nil
	}
	said := vote{verdict: slip.ImprintSame, text: string(best.text), lost: best.lost}
	if best.lost > mostLost {
		said.verdict = slip.ImprintUnreadable
		return said, nil
	}
	for k, c := range best.text {
		differs := c != text.text[k]
		surely := differs && !mayBeZero(text.text[k], c) && sure(steps, best, k, text.text[k])
		switch {
		case !differs, !surely && !text.isDigit(k):
		case !surely, !text.isDigit(k): // another letter is no other number: of which sheet, nobody can say
			said.verdict = slip.ImprintUnreadable
			return said, nil
		default:
			said.verdict = slip.ImprintOther
		}
	}
	if said.verdict == slip.ImprintSame {
		if !text.numberSeen(steps, best) {
			said.verdict = slip.ImprintUnreadable
			return said, nil
		}
		said.seconded, err = r.seconded(img, len(steps), best, text)
		return said, err
	}
	if best.lost > mostLostOther {
		said.verdict = slip.ImprintUnreadable
		return said, nil
	}
	// Letters that are not read surely count as the expected ones.
	for k := range best.text {
		if !text.isDigit(k) {
			best.text[k] = text.text[k]
		}
	}
	said.text = string(best.text)
	if !likeness(steps, best, text) {
		said.verdict = slip.ImprintUnreadable
		return said, nil
	}
	if said.seconded, err = r.seconded(img, len(steps), best, text); !said.seconded {
		said.verdict = slip.ImprintUnreadable
	}
	return said, err
}

// mayBeZero reports whether an expected zero is read as one of the digits that
// the networks see, surely, in a zero with a dot or a stroke in it.
func mayBeZero(expected, read byte) bool {
	return expected == '0' && (read == '6' || read == '8' || read == '9')
}

// seconded asks the other network for the digits at the text's end.
func (r *Reader) seconded(img *image.Gray, steps int, best aligned, text shape) (bool, error) {
	first := len(text.places) - text.tail()
	perStep := float64(img.Rect.Dx()) / float64(steps)
	from, to := float64(best.from[first])*perStep, float64(best.to[len(best.to)-1])*perStep
	room := (to - from) / float64(text.tail()) / 2
	if first > 0 { // not into the character in front
		from = max(from-room, (from+float64(best.to[first-1])*perStep)/2)
	}
	area := image.Rect(int(from), 0, int(to+room)+1, img.Rect.Dy()).Intersect(img.Rect)
	picture := image.NewGray(image.Rect(0, 0, area.Dx()+2*margin, area.Dy()))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for y := range area.Dy() {
		copy(picture.Pix[y*picture.Stride+margin:], img.Pix[y*img.Stride+area.Min.X:y*img.Stride+area.Max.X])
	}
	read, err := r.digits.Line(picture, digits, text.tail())
	if err != nil {
		return false, fmt.Errorf("read the digits again: %w", err)
	}
	other, expected := 0.0, 0.0
	for _, candidate := range read {
		switch candidate.Text {
		case string(best.text[first:]):
			other = candidate.P
		case string(text.text[first:]):
			expected = candidate.P
		}
	}
	// The texts may differ in front of these digits only.
	differ := string(best.text[first:]) != string(text.text[first:])
	return other >= secondP && (!differ || expected <= againstP), nil
}

// likeness reports whether enough of the expected text is there that another one
// of its shape is an endorser's and not some other print: of all characters, and
// of those that are no digits.
func likeness(steps []step, best aligned, text shape) bool {
	agree, marks, agreeing := 0, 0, 0
	for k := range text.text {
		p := text.seen(steps, best, k)
		if p >= likelyP {
			agree++
		}
		if !text.isDigit(k) {
			marks++
			if p >= likelyP {
				agreeing++
			}
		}
	}
	return float64(agree) >= leastAlike*float64(len(text.text)) && float64(agreeing) >= leastMarks*float64(marks)
}

// seen is the greatest probability that the network gives the expected character
// at its place, or what looks like it.
func (s shape) seen(steps []step, best aligned, place int) float64 {
	p := 0.0
	for t := best.from[place]; t < best.to[place]; t++ {
		p = max(p, steps[t].alike[s.text[place]])
	}
	return p
}

// numberSeen reports whether the network saw the expected digits at the text's
// end, and did not just find nothing that fits better.
func (s shape) numberSeen(steps []step, best aligned) bool {
	for k := len(s.text) - s.tail(); k < len(s.text); k++ {
		if s.seen(steps, best, k) < likelyP {
			return false
		}
	}
	return true
}

// sure reports whether the network saw this very character at a place, and
// nothing of the expected one.
func sure(steps []step, best aligned, place int, expected byte) bool {
	var p, against float64
	for t := max(0, best.from[place]-1); t < min(len(steps), best.to[place]+1); t++ {
		p = max(p, steps[t].exact[best.text[place]])
		against = max(against, steps[t].alike[expected])
	}
	return p >= sureP && against <= againstP
}
