package scan

import (
	"image"
	"math"
	"math/rand/v2"
)

// soften blurs by a 1-2-1 kernel in both directions, mixed in by part.
func soften(picture *image.Gray, part float64) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	blurred := make([]uint32, 3*width) // three rows, blurred along x, times 4
	line := func(y int) []uint32 { return blurred[(y%3)*width:][:width] }
	fill := func(y int) {
		row := picture.Pix[min(y, height-1)*picture.Stride:][:width]
		to := line(y)
		to[0], to[width-1] = 4*uint32(row[0]), 4*uint32(row[width-1])
		for x := 1; x < width-1; x++ {
			to[x] = uint32(row[x-1]) + 2*uint32(row[x]) + uint32(row[x+1])
		}
	}
	amount := uint32(part * 256)
	fill(0)
	copy(line(2), line(0)) // above the first row
	for y := range height {
		fill(y + 1)
		above, here, below := line(y+2), line(y), line(y+1)
		row := picture.Pix[y*picture.Stride:][:width]
		for x := range row {
			soft := above[x] + 2*here[x] + below[x] // times 16
			row[x] = uint8((uint32(row[x])*16*(256-amount) + soft*amount + 2048) >> 12)
		}
	}
}

// noiseTile is the size of the pattern that noise is cut from.
const noiseTile = 1 << 14

var noise = func() [noiseTile]int16 { // standard deviation 64
	random := rand.New(rand.NewPCG(7, 11))
	var tile [noiseTile]int16
	for i := range tile {
		tile[i] = int16(max(-255, min(255, 64*random.NormFloat64())))
	}
	return tile
}()

// light applies the lamp, the sensor's levels and its noise.
func light(random *rand.Rand, picture *image.Gray, with Settings) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	var levels [256]uint32 // times 256
	for i := range levels {
		levels[i] = uint32(with.Black)*256 + uint32(i)*uint32(with.White-with.Black)*256/255
	}
	across, along := falloff(random, width, with.Gradient), falloff(random, height, with.Gradient)
	edge := newShadow(random, width, height, with.Shadow)
	sigma := int32(with.Noise * 4) // noise × sigma / 256 has the wanted deviation
	for y := range height {
		row := picture.Pix[y*picture.Stride:][:width]
		start := random.IntN(noiseTile)
		gain := along[y]
		for x, value := range row {
			lit := levels[value] * across[x] >> 12 * gain >> 12 // times 256
			if edge.depth > 0 {
				lit = lit * edge.light(x, y) >> 12
			}
			row[x] = uint8(max(0, min(255, (int32(lit)+int32(noise[(start+x)&(noiseTile-1)])*sigma+128)>>8)))
		}
	}
}

// shadow is the soft-edged shadow that a hand or a telephone throws over one
// side of a photographed sheet.
type shadow struct {
	depth        int // 4096 takes all light
	x, y, offset int // the edge: x·X + y·Y = offset, in 1/1024
}

const softEdge = 220 // pixels over which a shadow's edge fades

func newShadow(random *rand.Rand, width, height int, depth float64) shadow {
	if depth == 0 {
		return shadow{}
	}
	sin, cos := math.Sincos(random.Float64() * 2 * math.Pi)
	middleX, middleY := float64(width)*(0.3+0.4*random.Float64()), float64(height)*(0.3+0.4*random.Float64())
	return shadow{int(4096 * depth), int(1024 * cos), int(1024 * sin), int(1024 * (cos*middleX + sin*middleY))}
}

// light returns how much light is left at a pixel, 4096 for all.
func (s shadow) light(x, y int) uint32 {
	inside := max(0, min(softEdge, (s.x*x+s.y*y-s.offset)>>10))
	return uint32(4096 - s.depth*inside/softEdge)
}

// falloff returns the light along a line, 4096 for all of it.
func falloff(random *rand.Rand, length int, gradient float64) []uint32 {
	gains := make([]uint32, length)
	phase, bend := random.Float64()*2*math.Pi, 0.5+random.Float64()
	for i := range gains {
		wave := 0.5 + 0.5*math.Sin(phase+bend*math.Pi*float64(i)/float64(length))
		gains[i] = uint32(4096 * (1 - gradient*wave))
	}
	return gains
}

// streaks draws what a grain of dirt on a feeder's glass leaves: a line over
// the whole length of the sheet.
func streaks(random *rand.Rand, picture *image.Gray, count int) {
	for range count {
		x, change := random.IntN(picture.Rect.Dx()-2), 25+random.IntN(80)
		if random.IntN(3) == 0 {
			change = -change
		}
		for y := range picture.Rect.Dy() {
			at := picture.Pix[y*picture.Stride+x:]
			at[0] = uint8(max(0, min(255, int(at[0])-change)))
			at[1] = uint8(max(0, min(255, int(at[1])-change/2)))
		}
	}
}

func threshold(picture *image.Gray, level uint8) {
	for i, value := range picture.Pix {
		if value < level {
			picture.Pix[i] = 0
		} else {
			picture.Pix[i] = 255
		}
	}
}
