package ocr

import (
	"slices"
	"strings"

	"sesshu/ledger/slip"
)

// lotCharacters is what Tesseract looks for in a lot; of O and I see
// stickerCharacters.
const lotCharacters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// How readily a character turns out to be the one that belongs in its place: an
// O is a 0 and an I a 1, for many typefaces draw them alike and the pattern
// decides; of the others the reader has seen a difference and was seldom wrong,
// and manufacturers use O and I seldom enough that the lot is as likely to have
// lost a character. noLot is how readily the text is nothing of the kind.
const (
	sameShape    = 0.995
	similarShape = 0.03
	noLot        = 0.02
)

// asLots keeps what is written the way some manufacturer writes its lots, alone
// or after its caption. In a place that holds digits only, an O was a 0, and in
// one of letters a 0 was an O: typefaces draw them alike, and the pattern knows
// better than the shape. Of digits alone no letter is ever made: the year of an
// expiry date would become a lot.
func asLots(candidates []slip.Candidate) []slip.Candidate {
	var lots []slip.Candidate
	add := func(text string, p float64) {
		if i := slices.IndexFunc(lots, func(c slip.Candidate) bool { return c.Text == text }); i >= 0 {
			lots[i].P += p
			return
		}
		lots = append(lots, slip.Candidate{Text: text, P: p})
	}
	for _, candidate := range candidates {
		text := strings.Join(strings.Fields(candidate.Text), "")
		if slip.ValidLot(text) && len(slip.LotMakers(text)) > 0 {
			add(text, candidate.P)
			continue
		}
		if rest := withoutCaption(text); slip.ValidLot(rest) && len(slip.LotMakers(rest)) > 0 {
			add(rest, candidate.P)
			continue
		}
		proposals := slices.DeleteFunc(slip.RepairLot("", text), func(lot string) bool { return !digitsKept(text, lot) })
		total := noLot
		for _, proposal := range proposals {
			total += readiness(text, proposal)
		}
		for _, proposal := range proposals {
			add(proposal, candidate.P*readiness(text, proposal)/total)
		}
	}
	return top(lots)
}

// readiness is the product over all changes from text to lot.
func readiness(text, lot string) float64 {
	share := 1.0
	for i := range len(text) {
		switch {
		case text[i] == lot[i]:
		case sameGlyph(text[i], lot[i]) && text[i] > '9':
			share *= sameShape
		default:
			share *= similarShape
		}
	}
	return share
}

// sameGlyph reports whether two characters are drawn alike.
func sameGlyph(a, b byte) bool {
	if a > b {
		a, b = b, a
	}
	return a == '0' && b == 'O' || a == '1' && b == 'I'
}

// digitsKept reports whether every digit of a text is still there in the lot
// that it was repaired to, but for those that are letters by their place.
func digitsKept(text, lot string) bool {
	lettered := strings.ContainsFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' && text[i] != lot[i] && (!lettered || !sameGlyph(text[i], lot[i])) {
			return false
		}
	}
	return true
}

// stumbles returns what the network also saw that is the best lot with one of
// two equal neighbours lost or doubled: N04A for N004A, the slip it makes most
// where characters stand close. It is no lot, and listed with the lots it says
// that this much of the doubt is about nothing else. It takes its share of what
// the lots leave over.
func stumbles(lots, texts []slip.Candidate) []slip.Candidate {
	best := slip.Reading{Candidates: lots}.Best()
	if best.P == 0 {
		return nil
	}
	var found []slip.Candidate
	left := 0.0 // what the network gave to other texts than the best
	for _, text := range texts {
		if text.Text == best.Text {
			continue
		}
		left += text.P
		if slip.ValidLot(text.Text) && len(slip.LotMakers(text.Text)) == 0 && (stumbled(best.Text, text.Text) || stumbled(text.Text, best.Text)) {
			found = append(found, text)
		}
	}
	rest := 1 - mass(lots)
	for i := range found {
		found[i].P *= min(1, rest/max(left, 1-best.P))
	}
	return found
}

// stumbled reports whether short is long without one of two equal neighbours.
func stumbled(long, short string) bool {
	for i := 1; i < len(long); i++ {
		if long[i] == long[i-1] && long[:i]+long[i+1:] == short {
			return true
		}
	}
	return false
}

// captions are what stands before a lot number without a gap that shows, as the
// network spells it.
var captions = []string{"L0TN0.", "L0TN0", "L0T.", "L0T-", "L0T", "N0.", "N0"}

// shortestAfterNo is how long a lot after a mere "No" must be: an N0 that was
// read into a lot must not leave a shorter lot.
const shortestAfterNo = 5

// withoutCaption returns what follows a caption that a text begins with; the
// text itself when there is none.
func withoutCaption(text string) string {
	for _, caption := range captions {
		if rest, ok := strings.CutPrefix(text, caption); ok && (caption[0] == 'L' || len(rest) >= shortestAfterNo) {
			return rest
		}
	}
	return text
}

// holdsLot reports whether any of the best texts has a lot within it.
func holdsLot(texts []slip.Candidate) bool {
	return slices.ContainsFunc(texts[:min(len(texts), 5)], func(c slip.Candidate) bool {
		for from := range len(c.Text) {
			for to := from + 4; to <= min(len(c.Text), from+8); to++ {
				if len(slip.LotMakers(c.Text[from:to])) > 0 {
					return true
				}
			}
		}
		return false
	})
}

// endsInDigits reports whether the likeliest text has the digits of a lot at
// its end, and is no date: a damaged 7 is a stroke to the network, but not two.
func endsInDigits(texts []slip.Candidate) bool {
	if len(texts) == 0 || strings.ContainsAny(texts[0].Text, "年月日") {
		return false
	}
	text := strings.NewReplacer(".", "/", "-", "/").Replace(texts[0].Text)
	if strings.Count(text, "/") > 1 {
		return false
	}
	digits := strings.ReplaceAll(text, "/", "")
	return len(digits)-len(strings.TrimRight(digits, "0123456789")) >= 3
}
