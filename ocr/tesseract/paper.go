package tesseract

import (
	"image"
	"math"
)

// plane is an image of paper whiteness: 1 paper, 0 full ink.
type plane struct {
	width, height int
	at            []float32
}

// level divides by the paper's local brightness and stretches ink to 0. The
// contrast is that of the darkest percent against the paper.
func level(img *image.Gray) (*plane, float64) {
	bounds := img.Bounds()
	page := &plane{bounds.Dx(), bounds.Dy(), make([]float32, bounds.Dx()*bounds.Dy())}
	if bounds.Empty() {
		return page, 0
	}
	paper := paperOf(img)
	var histogram [256]int
	for y := range page.height {
		row := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):]
		for x := range page.width {
			white := float32(row[x]) / paper.at(x, y)
			page.at[y*page.width+x] = white
			histogram[int(min(1, white)*255)]++
		}
	}
	ink := float32(percentile(histogram, 0.01)) / 255
	contrast := 1 - float64(ink)
	for i, white := range page.at {
		page.at[i] = min(1, max(0, (white-ink)/max(0.01, 1-ink)))
	}
	return page, contrast
}

func percentile(histogram [256]int, share float64) int {
	total := 0
	for _, n := range histogram {
		total += n
	}
	sum := 0
	for value, n := range histogram {
		sum += n
		if float64(sum) >= share*float64(total) {
			return value
		}
	}
	return 255
}

// brightness holds the paper's level in tiles.
type brightness struct {
	columns, rows int
	tile          []float32
}

// tileSide is large against a stroke and small against a shadow.
const tileSide = 24

func paperOf(img *image.Gray) brightness {
	bounds := img.Bounds()
	b := brightness{columns: (bounds.Dx() + tileSide - 1) / tileSide, rows: (bounds.Dy() + tileSide - 1) / tileSide}
	raw := make([]float32, b.columns*b.rows)
	for row := range b.rows {
		for column := range b.columns {
			var histogram [256]int
			// a window of three tiles, so that a tile full of ink borrows its neighbours' paper
			for y := max(0, (row-1)*tileSide); y < min(bounds.Dy(), (row+2)*tileSide); y++ {
				line := img.Pix[img.PixOffset(bounds.Min.X, bounds.Min.Y+y):]
				for x := max(0, (column-1)*tileSide); x < min(bounds.Dx(), (column+2)*tileSide); x += 2 {
					histogram[line[x]]++
				}
			}
			raw[row*b.columns+column] = max(1, float32(percentile(histogram, 0.85)))
		}
	}
	b.tile = raw
	return b
}

// at interpolates between the tiles' middles.
func (b brightness) at(x, y int) float32 {
	fx := max(0, (float32(x)+0.5)/tileSide-0.5)
	fy := max(0, (float32(y)+0.5)/tileSide-0.5)
	x0, y0 := min(int(fx), b.columns-1), min(int(fy), b.rows-1)
	x1, y1 := min(x0+1, b.columns-1), min(y0+1, b.rows-1)
	fx, fy = min(1, fx-float32(x0)), min(1, fy-float32(y0))
	top := b.tile[y0*b.columns+x0]*(1-fx) + b.tile[y0*b.columns+x1]*fx
	bottom := b.tile[y1*b.columns+x0]*(1-fx) + b.tile[y1*b.columns+x1]*fx
	return top*(1-fy) + bottom*fy
}

// sample interpolates; outside is paper. x and y are in pixels, with pixel
// (0,0) covering 0 to 1.
func (p *plane) sample(x, y float64) float32 {
	x, y = x-0.5, y-0.5
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	return (p.pixel(x0, y0)*(1-fx)+p.pixel(x0+1, y0)*fx)*(1-fy) +
		(p.pixel(x0, y0+1)*(1-fx)+p.pixel(x0+1, y0+1)*fx)*fy
}

func (p *plane) pixel(x, y int) float32 {
	if x < 0 || y < 0 || x >= p.width || y >= p.height {
		return 1
	}
	return p.at[y*p.width+x]
}
