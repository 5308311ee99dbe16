package imprint

import "strings"

// digits and letters are what may stand in the place of one of them.
const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyz"
)

// shape is a text and what may stand in its place: a digit for a digit, a
// letter for a letter, the same mark for a mark. Spaces are left out, letters
// are small: endorsers space and write them as they like.
type shape struct {
	expected string
	text     []byte
	places   []string
	counted  bool // it ends in a digit
}

func shapeOf(expected string) shape {
	s := shape{expected: expected}
	for _, c := range []byte(expected) {
		switch {
		case c == ' ':
			continue
		case strings.IndexByte(digits, c) >= 0:
			s.places = append(s.places, digits)
		case strings.IndexByte(letters, c|0x20) >= 0:
			c |= 0x20
			s.places = append(s.places, letters)
		default:
			s.places = append(s.places, string(c))
		}
		s.text = append(s.text, c)
	}
	s.counted = s.tail() > 0
	return s
}

func (s shape) isDigit(place int) bool { return s.places[place] == digits }

// tail returns how many digits the text ends in, of its last word only.
func (s shape) tail() int {
	return len(s.expected) - len(strings.TrimRight(s.expected, digits))
}

// spelled writes a text of the shape as the expected one is spelled: with its
// spaces and capitals.
func (s shape) spelled(says string) string {
	out := []byte(s.expected)
	k := 0
	for i, c := range out {
		if c == ' ' {
			continue
		}
		if s.text[k] != says[k] {
			out[i] = says[k]
		}
		k++
	}
	return string(out)
}
