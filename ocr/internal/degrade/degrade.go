// Package degrade does to cleanly drawn print what presses, copiers, dirt and
// scanners do to it. Readers are calibrated and tested with it; nothing at run
// time imports it. A fault is values only, and everything random comes from
// the caller's generator, so the same seed draws the same picture.
package degrade

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Fault is one set of damages. The zero Fault changes nothing but the scale;
// lengths are pixels of the result.
type Fault struct {
	Turn     float64 // degrees, clockwise
	ShearX   float64 // x moved per y: a sheet fed askew
	Spread   float64 // ink gained (+) or lost (-) at every edge
	Ink      float64 // grey level of full ink, 0 (black) to 255
	Paper    float64 // grey level of the paper; 0 means 255
	Dropout  float64 // share of the ink's area eaten by specks of missing toner
	Dirt     float64 // dark specks per 10,000 pixels
	Gradient float64 // grey levels by which one side is darker than the other
	Blur     float64 // standard deviation
	Noise    float64 // standard deviation, grey levels
	JPEG     int     // quality 1 to 100; 0: not compressed
	Bilevel  bool    // black and white only, as a fax
}

// Random draws a fault. Severity 0 is a clean print from a good document
// scanner, 1 an ordinary office sheet, 2 a poor one, 3 hardly legible.
func Random(random *rand.Rand, severity float64) Fault {
	within := func(low, high float64) float64 { return low + (high-low)*random.Float64() }
	often := func(share float64) bool { return random.Float64() < share }
	fault := Fault{
		Turn:     within(-0.5, 0.5) * (0.2 + severity),
		Ink:      within(0, 30+35*severity),
		Paper:    255 - within(0, 6+14*severity),
		Spread:   within(-0.15, 0.2) * (0.5 + severity),
		Blur:     0.35 + within(0, 0.42)*severity,
		Noise:    1 + within(0, 6)*severity,
		Gradient: within(0, 14) * severity,
		JPEG:     int(within(92-14*severity, 96)),
	}
	if often(0.15 * severity) {
		fault.Dropout = within(0, 0.10) * severity
	}
	if often(0.2 * severity) {
		fault.Dirt = within(0, 5) * severity
	}
	if often(0.12 * severity) { // faint toner
		fault.Ink = within(90, 165)
	}
	if often(0.03 * severity) {
		fault.Bilevel = true
	}
	return fault
}

// Apply draws source, whose bounds begin at 0,0, shrunk by scale (source pixels per result pixel), with
// the fault on it. The result has the source's size divided by scale; what
// turning brings in from outside is paper.
func (f Fault) Apply(source *image.Gray, scale float64, random *rand.Rand) *image.Gray {
	bounds := source.Bounds()
	width := max(1, int(float64(bounds.Dx())/scale+0.5))
	height := max(1, int(float64(bounds.Dy())/scale+0.5))
	ink := f.resample(source, scale, width, height)
	f.spread(ink)
	f.dropout(ink, random)
	f.dirt(ink, random)
	ink.blur(f.Blur)
	return f.expose(ink, random)
}

// plane is an image of ink: 0 is paper, 1 full ink.
type plane struct {
	width, height int
	at            []float64
}

// resample turns and shrinks by averaging a grid of points in each pixel.
func (f Fault) resample(source *image.Gray, scale float64, width, height int) *plane {
	ink := &plane{width, height, make([]float64, width*height)}
	bounds := source.Bounds()
	sin, cos := math.Sincos(f.Turn * math.Pi / 180)
	grid := max(1, min(4, int(math.Ceil(scale))))
	middleX, middleY := float64(width)/2, float64(height)/2
	// one step right or down in the result moves so far in the source
	rightX, rightY := cos*scale, -sin*scale
	downX, downY := (cos*f.ShearX+sin)*scale, (cos-sin*f.ShearX)*scale
	originX, originY := middleX*scale-middleX*rightX-middleY*downX, middleY*scale-middleX*rightY-middleY*downY
	share := 1 / (255 * float64(grid*grid))
	for y := range height {
		for x := range width {
			sum := 0
			for i := range grid * grid {
				px := float64(x) + (float64(i%grid)+0.5)/float64(grid)
				py := float64(y) + (float64(i/grid)+0.5)/float64(grid)
				sx := int(originX + px*rightX + py*downX)
				sy := int(originY + px*rightY + py*downY)
				if uint(sx) < uint(bounds.Dx()) && uint(sy) < uint(bounds.Dy()) {
					sum += 255 - int(source.Pix[sy*source.Stride+sx])
				}
			}
			ink.at[y*width+x] = float64(sum) * share
		}
	}
	return ink
}

// spread grows or shrinks strokes by steepening the edge of a softened copy
// round another level than the middle.
func (f Fault) spread(ink *plane) {
	if f.Spread == 0 {
		return
	}
	ink.blur(0.6)
	for i, v := range ink.at {
		ink.at[i] = min(1, max(0, (v-0.5)*1.6+0.5+f.Spread*0.66))
		if v < 0.02 {
			ink.at[i] = 0
		}
	}
}

func (f Fault) dropout(ink *plane, random *rand.Rand) {
	specks := int(f.Dropout * float64(len(ink.at)) / 3)
	for range specks {
		ink.speck(random, 0)
	}
}

func (f Fault) dirt(ink *plane, random *rand.Rand) {
	specks := int(f.Dirt*float64(len(ink.at))/10000 + random.Float64())
	if f.Dirt == 0 {
		specks = 0
	}
	for range specks {
		ink.speck(random, 0.5+random.Float64()/2)
	}
}

// speck sets one to six neighbouring pixels.
func (p *plane) speck(random *rand.Rand, value float64) {
	x, y := random.IntN(p.width), random.IntN(p.height)
	for range 1 + random.IntN(6) {
		if x >= 0 && y >= 0 && x < p.width && y < p.height {
			p.at[y*p.width+x] = value
		}
		x += random.IntN(3) - 1
		y += random.IntN(3) - 1
	}
}

// blur is a Gaussian of the given standard deviation, cut at three of them.
func (p *plane) blur(sigma float64) {
	if sigma <= 0 {
		return
	}
	radius := int(math.Ceil(3 * sigma))
	kernel := make([]float64, 2*radius+1)
	sum := 0.0
	for i := range kernel {
		d := float64(i - radius)
		kernel[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += kernel[i]
	}
	row := make([]float64, p.width)
	for y := range p.height {
		line := p.at[y*p.width : (y+1)*p.width]
		for x := range row {
			total := 0.0
			for i, k := range kernel {
				total += k * line[min(max(x+i-radius, 0), p.width-1)]
			}
			row[x] = total / sum
		}
		copy(line, row)
	}
	column := make([]float64, p.height)
	for x := range p.width {
		for y := range column {
			total := 0.0
			for i, k := range kernel {
				total += k * p.at[min(max(y+i-radius, 0), p.height-1)*p.width+x]
			}
			column[y] = total / sum
		}
		for y, v := range column {
			p.at[y*p.width+x] = v
		}
	}
}

// expose turns ink into the scanner's grey levels.
func (f Fault) expose(ink *plane, random *rand.Rand) *image.Gray {
	paper := f.Paper
	if paper == 0 {
		paper = 255
	}
	img := image.NewGray(image.Rect(0, 0, ink.width, ink.height))
	slopeX := (random.Float64()*2 - 1) * f.Gradient / float64(ink.width)
	slopeY := (random.Float64()*2 - 1) * f.Gradient / float64(ink.height)
	for y := range ink.height {
		for x := range ink.width {
			i := y*ink.width + x
			level := paper + (f.Ink-paper)*ink.at[i] - math.Abs(slopeX)*float64(ink.width) +
				slopeX*float64(x) + slopeY*float64(y) + random.NormFloat64()*f.Noise
			if f.Bilevel {
				if level < (paper+f.Ink)/2 {
					level = 0
				} else {
					level = 255
				}
			}
			img.Pix[y*img.Stride+x] = uint8(min(255, max(0, level+0.5)))
		}
	}
	return compress(img, f.JPEG)
}

// compress stores and loads the image as a JPEG.
func compress(img *image.Gray, quality int) *image.Gray {
	if quality == 0 {
		return img
	}
	var file bytes.Buffer
	if jpeg.Encode(&file, img, &jpeg.Options{Quality: quality}) != nil {
		return img // only an image over 65,535 pixels a side, which no crop is
	}
	decoded, err := jpeg.Decode(&file)
	if err != nil {
		return img
	}
	if gray, ok := decoded.(*image.Gray); ok {
		return gray
	}
	return img
}
