package ink

import "math/rand/v2"

// textureSize is the edge of a texture, a power of two so that it repeats
// without a division.
const textureSize = 256

// Texture is a repeating pattern of unevenness, 255 where all ink gets
// through, 0 where none does.
type Texture struct {
	pixels [textureSize * textureSize]uint8
}

func (t *Texture) at(x, y int) uint8 {
	return t.pixels[(y&(textureSize-1))*textureSize+x&(textureSize-1)]
}

// NewTexture makes clouds of unevenness. Least is the least ink that gets
// through, 0 to 255; speckle is the share of pixels with none at all.
func NewTexture(random *rand.Rand, cell int, least uint8, speckle float64) *Texture {
	texture := &Texture{}
	knots := textureSize / cell
	values := make([]int, knots*knots)
	for i := range values {
		values[i] = int(least) + random.IntN(256-int(least))
	}
	at := func(x, y int) int { return values[(y%knots)*knots+x%knots] }
	for y := range textureSize {
		for x := range textureSize {
			cx, cy, fx, fy := x/cell, y/cell, x%cell, y%cell
			top := at(cx, cy)*(cell-fx) + at(cx+1, cy)*fx
			bottom := at(cx, cy+1)*(cell-fx) + at(cx+1, cy+1)*fx
			value := (top*(cell-fy) + bottom*fy) / (cell * cell)
			if speckle > 0 && random.Float64() < speckle {
				value = 0
			}
			texture.pixels[y*textureSize+x] = uint8(value)
		}
	}
	return texture
}
