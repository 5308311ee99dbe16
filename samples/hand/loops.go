package hand

// leastLoop is the least area of a loop's inside, in pixels of the enlarged
// picture; smaller ones come and go with the noise.
const leastLoop = 10

// loops counts the areas of paper that ink encloses: none in a 1, one in a 6,
// two in an 8. A copy that has another number of them no longer says what its
// label says: an 8 whose upper loop fell open is a 6 to everybody.
func (f field) loops(level uint8) int {
	seen := make([]bool, len(f.ink))
	count := 0
	for start := range f.ink {
		if seen[start] || f.ink[start] >= level {
			continue
		}
		area, outside := 0, false
		open := []int{start}
		seen[start] = true
		for len(open) > 0 {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			area++
			x, y := i%f.width, i/f.width
			if x == 0 || y == 0 || x == f.width-1 || y == f.height-1 {
				outside = true
			}
			// Paper is four-connected, so that diagonal ink closes a loop.
			for _, next := range [...][2]int{{x - 1, y}, {x + 1, y}, {x, y - 1}, {x, y + 1}} {
				if next[0] < 0 || next[1] < 0 || next[0] >= f.width || next[1] >= f.height {
					continue
				}
				if j := next[1]*f.width + next[0]; !seen[j] && f.ink[j] < level {
					seen[j] = true
					open = append(open, j)
				}
			}
		}
		if !outside && area >= leastLoop {
			count++
		}
	}
	return count
}
