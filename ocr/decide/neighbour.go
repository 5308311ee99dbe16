package decide

import "slices"

// maxNeighbours bounds how many numbers one decision asks the register for.
const maxNeighbours = 600

// neighbourhood lists the numbers that the prints show and those one
// substitution or swap away from the best of each.
func neighbourhood(prints []print) []string {
	numbers := make([]string, 0, maxNeighbours)
	listed := make(map[string]bool, maxNeighbours)
	add := func(number string) {
		if len(numbers) < maxNeighbours && !listed[number] {
			listed[number] = true
			numbers = append(numbers, number)
		}
	}
	for _, p := range prints {
		for _, t := range p.texts {
			add(t.value)
		}
	}
	for _, p := range prints {
		if p.silent() {
			continue
		}
		for _, near := range oneStep(p.texts[0].value) {
			add(near)
		}
	}
	return numbers
}

// oneStep lists the numbers one substituted digit or one swap of neighbours away.
func oneStep(number string) []string {
	var near []string
	digits := []byte(number)
	for i, digit := range digits {
		for other := byte('0'); other <= '9'; other++ {
			if other != digit {
				digits[i] = other
				near = append(near, string(digits))
			}
		}
		digits[i] = digit
		if i > 0 && digits[i-1] != digit {
			digits[i-1], digits[i] = digit, digits[i-1]
			near = append(near, string(digits))
			digits[i-1], digits[i] = digits[i], digits[i-1]
		}
	}
	return near
}

// steps counts the single-character changes between two texts: 0 when equal, 1
// for one substitution, one swap of neighbours, one loss or one gain, 2 for
// anything more.
func steps(a, b string) int {
	switch {
	case a == b:
		return 0
	case len(a) == len(b):
		var differ []int
		for i := range len(a) {
			if a[i] != b[i] {
				differ = append(differ, i)
			}
		}
		if len(differ) == 1 || len(differ) == 2 && differ[1] == differ[0]+1 && a[differ[0]] == b[differ[1]] && a[differ[1]] == b[differ[0]] {
			return 1
		}
	case len(a) == len(b)+1:
		return lost(a, b)
	case len(b) == len(a)+1:
		return lost(b, a)
	}
	return 2
}

// lost returns 1 when short is long without one character, else 2.
func lost(long, short string) int {
	for i := range len(long) {
		if long[:i]+long[i+1:] == short {
			return 1
		}
	}
	return 2
}

// lookalikes are the characters that print, pen and blur turn into each other.
var lookalikes = []string{"0ODQ8", "1I7L4", "2Z7", "38B", "49A", "56S", "6G8", "7T1", "8B0", "9G4"}

// confusable reports whether two characters look alike.
func confusable(a, b byte) bool {
	return slices.ContainsFunc(lookalikes, func(group string) bool {
		return containsByte(group, a) && containsByte(group, b)
	})
}

func containsByte(text string, c byte) bool {
	for i := range len(text) {
		if text[i] == c {
			return true
		}
	}
	return false
}
