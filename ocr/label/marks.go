package label

import (
	"cmp"
	"image"
	"math"
	"slices"
)

type point struct{ x, y float64 }

func (p point) turned(about point, sine, cosine float64) point {
	x, y := p.x-about.x, p.y-about.y
	return point{about.x + cosine*x - sine*y, about.y + sine*x + cosine*y}
}

// mark is one connected piece of ink: a character, a part of one, or a few that
// touch.
type mark struct {
	left, top, right, bottom float64 // millimetres
	pixels                   []point // its ink, millimetres, for turning
}

// turn turns the mark about a point and takes its new outline.
func (m *mark) turn(about point, sine, cosine float64) {
	m.left, m.top, m.right, m.bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, p := range m.pixels {
		p = p.turned(about, sine, cosine)
		m.pixels[i] = p
		m.left, m.right = min(m.left, p.x), max(m.right, p.x)
		m.top, m.bottom = min(m.top, p.y), max(m.bottom, p.y)
	}
}

func (m mark) height() float64 { return m.bottom - m.top }

// characters returns the connected pieces of ink that may be print, and the
// pixels of those that are not by their size: frames, rules, a streak with the
// character that it runs through. Dust is in neither.
func characters(ink *bitmap, scale float64) (marks []mark, other []point) {
	seen := make([]bool, len(ink.set))
	var queue []int
	for start := range ink.set {
		if !ink.set[start] || seen[start] {
			continue
		}
		queue = append(queue[:0], start)
		seen[start] = true
		minX, minY, maxX, maxY := ink.width, ink.height, 0, 0
		for head := 0; head < len(queue); head++ {
			x, y := queue[head]%ink.width, queue[head]/ink.width
			minX, maxX, minY, maxY = min(minX, x), max(maxX, x), min(minY, y), max(maxY, y)
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					nx, ny := x+dx, y+dy
					if nx < 0 || ny < 0 || nx >= ink.width || ny >= ink.height {
						continue
					}
					if next := ny*ink.width + nx; ink.set[next] && !seen[next] {
						seen[next] = true
						queue = append(queue, next)
					}
				}
			}
		}
		width, height := float64(maxX-minX+1)/scale, float64(maxY-minY+1)/scale
		if max(width, height) < smallest/2 || len(queue) < 3 || min(width, height) < thinnest {
			continue
		}
		m := mark{pixels: make([]point, len(queue))}
		for i, at := range queue {
			m.pixels[i] = point{(float64(at%ink.width) + 0.5) / scale, (float64(at/ink.width) + 0.5) / scale}
		}
		corner := float64(len(queue)) < 0.06*width*height*scale*scale // of a frame
		if height > tallest || width > widest || corner {
			other = append(other, m.pixels...)
			continue
		}
		m.turn(point{}, 0, 1)
		marks = append(marks, m)
	}
	return withoutStreaks(marks, other)
}

// withoutStreaks drops thin strokes much taller or wider than the characters:
// pieces of the line that a dirty roller draws along the page, of a frame or of
// the label's cut edge. They join the other ink.
func withoutStreaks(marks []mark, other []point) ([]mark, []point) {
	heights := make([]float64, len(marks))
	for i, m := range marks {
		heights[i] = m.height()
	}
	slices.Sort(heights)
	marks = slices.DeleteFunc(marks, func(m mark) bool {
		usual := max(heights[len(heights)*3/4], 1.5)
		width, height := m.right-m.left, m.height()
		streak := height > 1.6*usual && height > 6*width || width > 2*usual && width > 10*height
		if streak {
			other = append(other, m.pixels...)
		}
		return streak
	})
	return marks, other
}

// foreign keeps the marks that are not the form's own print: those whose
// surroundings do not look as on the blank. Ink that merely lies on the form's
// ink is not enough: a label's characters may lie over print that it hides.
func foreign(marks []mark, img, blank *image.Gray, scale float64) []mark {
	return slices.DeleteFunc(marks, func(m mark) bool {
		box := image.Rect(int(m.left*scale)-1, int(m.top*scale)-1, int(m.right*scale)+2, int(m.bottom*scale)+2)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if likeness(img, blank, box, image.Pt(dx, dy)) > ownPrint {
					return true
				}
			}
		}
		return false
	})
}

// ownPrint is the correlation from which a mark is the form's own.
const ownPrint = 0.75

// likeness correlates a box of one picture with the same box of another, moved
// a little.
func likeness(img, blank *image.Gray, box image.Rectangle, move image.Point) float64 {
	box = box.Intersect(img.Rect).Intersect(blank.Rect.Sub(move))
	var n, a, b, aa, bb, ab float64
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			p, q := float64(img.Pix[y*img.Stride+x]), float64(blank.Pix[(y+move.Y)*blank.Stride+x+move.X])
			n, a, b, aa, bb, ab = n+1, a+p, b+q, aa+p*p, bb+q*q, ab+p*q
		}
	}
	spread := (aa - a*a/n) * (bb - b*b/n)
	if n == 0 || spread <= 0 {
		return 0
	}
	return (ab - a*b/n) / math.Sqrt(spread)
}

// angle returns the turn, in degrees clockwise, at which the ink of the marks
// stands in the sharpest rows.
func angle(marks []mark) float64 {
	const bin = 0.2 // millimetres
	sharpness := func(degrees float64) float64 {
		sine, cosine := math.Sincos(-degrees * math.Pi / 180)
		const bins = 2048
		var counts [bins]float64
		for _, m := range marks {
			for _, p := range m.pixels {
				row := int(math.Floor((sine*p.x+cosine*p.y)/bin)) + bins/2
				if row >= 0 && row < bins {
					counts[row]++
				}
			}
		}
		sum := 0.0
		for _, count := range counts {
			sum += count * count
		}
		return sum
	}
	best, most := 0.0, -1.0
	try := func(from, to, step float64) {
		for degrees := from; degrees <= to+1e-9; degrees += step {
			if s := sharpness(degrees); s > most {
				best, most = degrees, s
			}
		}
	}
	try(-mostSkew, mostSkew, 1)
	try(best-0.8, best+0.8, 0.2)
	return best
}

// lines joins marks that stand beside each other.
func lines(marks []mark) []Line {
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.top, b.top)) })
	var rows []row
	for _, m := range marks {
		best, bestGap := -1, math.Inf(1)
		for i := range rows {
			if gap, ok := rows[i].takes(m); ok && gap < bestGap {
				best, bestGap = i, gap
			}
		}
		if best < 0 {
			rows = append(rows, row{mark: m, marks: []mark{m}})
			continue
		}
		rows[best].add(m)
	}
	rows = joinRows(rows)
	var found []Line
	for _, r := range rows {
		if line, ok := r.line(); ok {
			found = append(found, line)
		}
	}
	slices.SortFunc(found, func(a, b Line) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	return found
}

// row is a line of print while it grows; its mark is the outline.
type row struct {
	mark
	marks []mark
}

// takes reports whether a mark continues the row, and how far it stands off.
func (r row) takes(m mark) (gap float64, ok bool) {
	overlap := min(r.bottom, m.bottom) - max(r.top, m.top)
	gap = max(0, m.left-r.right)
	height := max(r.height(), m.height())
	return gap, overlap > 0.45*min(r.height(), m.height()) && gap < 1.6*max(height, 1.2) && height < 2.6*max(min(r.height(), m.height()), 0.8)
}

func (r *row) add(m mark) {
	r.marks = append(r.marks, m)
	r.left, r.right = min(r.left, m.left), max(r.right, m.right)
	r.top, r.bottom = min(r.top, m.top), max(r.bottom, m.bottom)
}

// joinRows joins rows that overlap: the upper and lower parts of kanji start
// rows of their own.
func joinRows(rows []row) []row {
	for joined := true; joined; {
		joined = false
		for i := 0; i < len(rows) && !joined; i++ {
			for j := 0; j < len(rows); j++ {
				if i == j {
					continue
				}
				a, b := rows[i], rows[j]
				down := min(a.bottom, b.bottom) - max(a.top, b.top)
				across := min(a.right, b.right) - max(a.left, b.left)
				if down > 0.5*min(a.height(), b.height()) && across > -0.8*max(a.height(), b.height()) && max(a.bottom, b.bottom)-min(a.top, b.top) < 1.5*max(a.height(), b.height()) {
					for _, m := range b.marks {
						rows[i].add(m)
					}
					rows = slices.Delete(rows, j, j+1)
					joined = true
					break
				}
			}
		}
	}
	return rows
}

// wordGap is the white between two words, in heights of the line. A blank is
// half an em or more, 0.6 to 0.8 heights; inside a word of a typewriter's face a
// narrow 1 leaves 0.45.
const wordGap = 0.55

// line turns a row into a line with words; false when it is no print.
func (r row) line() (Line, bool) {
	if r.height() < smallest || r.right-r.left < 1.2*smallest || r.height() > tallest {
		return Line{}, false
	}
	slices.SortFunc(r.marks, func(a, b mark) int { return cmp.Or(cmp.Compare(a.left, b.left), cmp.Compare(a.top, b.top)) })
	line := Line{Box: Box{r.left, r.top, r.right - r.left, r.height()}}
	first := 0
	end := r.marks[0].right // of the word so far
	for i, m := range r.marks {
		if i > first && m.left-end > wordGap*r.height() {
			line.add(r.marks[first:i])
			first, end = i, m.right
		}
		end = max(end, m.right)
	}
	line.add(r.marks[first:])
	return line, true
}

// What makes a gap inside a word stand out: heights of the line, and times the
// usual gap of the word. The widest few are told.
const (
	leastGap = 0.2
	gapRatio = 1.7
	mostGaps = 4
)

// add appends a word and its gaps.
func (l *Line) add(marks []mark) {
	l.Words = append(l.Words, outline(marks))
	var gaps []Gap
	var whites []float64
	end := marks[0].right
	for i, m := range marks[1:] {
		if white := m.left - end; white > 0 {
			whites = append(whites, white)
			if white > leastGap*l.Height {
				gaps = append(gaps, Gap{Left: end, Right: m.left, Before: outline(marks[:i+1]), After: outline(marks[i+1:])})
			}
		}
		end = max(end, m.right)
	}
	if len(gaps) == 0 {
		return
	}
	slices.Sort(whites)
	usual := whites[len(whites)/2]
	gaps = slices.DeleteFunc(gaps, func(g Gap) bool { return len(whites) > 2 && g.Right-g.Left < gapRatio*usual })
	slices.SortStableFunc(gaps, func(a, b Gap) int { return cmp.Compare(b.Right-b.Left, a.Right-a.Left) })
	l.Gaps = append(l.Gaps, gaps[:min(len(gaps), mostGaps)]...)
}

// outline returns the smallest box round marks.
func outline(marks []mark) Box {
	m := marks[0]
	for _, other := range marks[1:] {
		m.left, m.right = min(m.left, other.left), max(m.right, other.right)
		m.top, m.bottom = min(m.top, other.top), max(m.bottom, other.bottom)
	}
	return Box{m.left, m.top, m.right - m.left, m.height()}
}
