package cell

import (
	"image"

	"sesshu/ocr/internal/plane"
)

// A frame line is straight, nearly parallel to the border, close to it, thin,
// and inked nearly all along.
const (
	lineCover  = 0.85 // share of its length that must be inked
	bandCover  = 0.55 // share at which a neighbouring row still belongs to it
	lineThick  = 6    // working pixels, 0.75 mm
	lineSlant  = 5    // working pixels of shear over the cell, about 3.5°
	lineFaint  = 9    // grey levels below paper that count as inked at all
	linesAside = 2    // lines looked for on one side: the neighbour's frame may be apart
	cleared    = 1    // working pixels of soft edge taken away with a line
	zonePixels = 14   // from the border, where lines are looked for: 1.75 mm
)

// removeFrame bridges frame lines near the four borders in place, and returns
// the rectangle inside the frame: the nominal one where no line was found.
func removeFrame(ink plane.Plane) image.Rectangle {
	margin := int(marginMM * workPerMM)
	inside := image.Rect(margin, margin, ink.W-margin, ink.H-margin)
	rows := lines{ink: ink, length: ink.W, depth: ink.H, along: 1, across: ink.W, shifts: shifts(ink.W)}
	columns := lines{ink: ink, length: ink.H, depth: ink.W, along: ink.W, across: 1, shifts: shifts(ink.H)}
	inside.Min.Y = rows.clear(false, inside.Min.Y)
	inside.Max.Y = rows.clear(true, inside.Max.Y)
	inside.Min.X = columns.clear(false, inside.Min.X)
	inside.Max.X = columns.clear(true, inside.Max.X)
	return inside
}

// lines sees a plane as rows along one of its two directions.
type lines struct {
	ink           plane.Plane
	length, depth int // pixels in a row; rows
	along, across int // index steps
	shifts        [2*lineSlant + 1][]int
}

// shifts returns, for every slant from -lineSlant on, how far a sheared row has
// moved at each of its pixels.
func shifts(length int) [2*lineSlant + 1][]int {
	var all [2*lineSlant + 1][]int
	for i := range all {
		all[i] = make([]int, length)
		for at := range length {
			all[i][at] = (2*at - length) * (i - lineSlant) / (2 * length)
		}
	}
	return all
}

// index returns the place of pixel i of the row at depth, sheared by slant
// pixels over the row's length; ok is false outside the plane.
func (l lines) index(i, depth, slant int) (place int, ok bool) {
	at := depth + l.shifts[slant+lineSlant][i]
	return i*l.along + at*l.across, at >= 0 && at < l.depth
}

// cover returns the share of a sheared row that is inked evenly. Only the part
// between the margins counts: a cell that stands alone has no more. A share that
// is certain to stay below least is returned as 0, as soon as that is known.
func (l lines) cover(depth, slant int, least float64) float64 {
	margin := int(marginMM * workPerMM)
	if l.length <= 2*margin {
		margin = 0
	}
	count := l.length - 2*margin
	missing := count - int(least*float64(count)) // more without ink are too many
	shift := l.shifts[slant+lineSlant]
	sum, faint := float32(0), 0
	for i := margin; i < l.length-margin; i++ {
		value := float32(0)
		if at := depth + shift[i]; at >= 0 && at < l.depth {
			value = l.ink.Pix[i*l.along+at*l.across]
		}
		sum += value
		if value <= lineFaint {
			if faint++; faint > missing {
				return 0
			}
		}
	}
	enough := max(lineFaint, 0.4*sum/float32(count))
	inked := 0
	for i := margin; i < l.length-margin; i++ {
		if at := depth + shift[i]; at >= 0 && at < l.depth && l.ink.Pix[i*l.along+at*l.across] > enough {
			inked++
		}
	}
	return float64(inked) / float64(count)
}

// clear removes the lines of one side, the low one or the far one, and returns
// where the inside begins there.
func (l lines) clear(far bool, nominal int) int {
	zone := min(zonePixels, l.depth/3)
	first, last := 0, zone
	if far {
		first, last = l.depth-1-zone, l.depth-1
	}
	border := nominal
	for range linesAside {
		depth, slant, best := 0, 0, 0.0
		for d := first; d <= last; d++ {
			for s := -lineSlant; s <= lineSlant; s++ {
				// Upright wins over slanted at equal cover.
				if cover := l.cover(d, s, max(best, lineCover)) - 0.002*float64(s*s); cover > best {
					depth, slant, best = d, s, cover
				}
			}
		}
		if best < lineCover {
			break
		}
		low, high := depth, depth
		for high-low < lineThick && l.cover(low-1, slant, bandCover) >= bandCover {
			low--
		}
		for high-low < lineThick && l.cover(high+1, slant, bandCover) >= bandCover {
			high++
		}
		if high-low >= lineThick {
			break // a bar, not a line: leave it to be seen
		}
		l.bridge(low-cleared, high+cleared, slant)
		if far {
			border = min(border, max(low-cleared, l.depth-1-zone))
		} else {
			border = max(border, min(high+1+cleared, zone))
		}
	}
	return border
}

// bridge replaces the rows from low to high by the straight way from the row
// before to the row after, wherever that is lighter: paper becomes paper, and a
// stroke that crosses the line stays.
func (l lines) bridge(low, high, slant int) {
	for i := range l.length {
		before, after := float32(0), float32(0)
		if place, ok := l.index(i, low-1, slant); ok {
			before = l.ink.Pix[place]
		}
		if place, ok := l.index(i, high+1, slant); ok {
			after = l.ink.Pix[place]
		}
		for depth := low; depth <= high; depth++ {
			if place, ok := l.index(i, depth, slant); ok {
				share := float32(depth-low+1) / float32(high-low+2)
				l.ink.Pix[place] = min(l.ink.Pix[place], before+(after-before)*share)
			}
		}
	}
}
