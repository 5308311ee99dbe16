package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"slices"

	"sesshu/ledger/slip/form"
)

const (
	density = 6.0 // pixels a millimetre at which fields are compared: a pen's stroke has two or more
	margin  = 0.8 // millimetres round a field's box
	reach   = 4   // pixels (0.7 mm) by which a field may lie off after registration: paper stretches in a feeder
)

// region is a field that people fill.
type region struct {
	field         string
	left, top     float64 // millimetres, of the piece with its margin
	width, height int     // pixels of the piece
	free          []bool  // pixels away from the form's own print
}

// regionsOf lists a form's fields that people fill.
func regionsOf(f *form.Form) ([]region, error) {
	picture, err := png.Decode(bytes.NewReader(f.Blank))
	if err != nil {
		return nil, fmt.Errorf("decode blank form: %w", err)
	}
	blank := image.NewGray(image.Rectangle{Max: picture.Bounds().Size()})
	draw.Draw(blank, blank.Rect, picture, picture.Bounds().Min, draw.Src)
	scale := float64(blank.Rect.Dx()) / f.Width
	straight := [9]float64{scale, 0, 0, 0, scale, 0, 0, 0, 1}
	var regions []region
	for _, field := range f.Fields {
		switch field.Type {
		case form.BoxedDigits, form.CheckBox, form.Circle, form.Signature, form.Sticker:
		default:
			continue // printed from the register
		}
		if field.Insert != "" {
			continue // comes with the ticket
		}
		r := region{
			field: field.Name, left: field.Box.X - margin, top: field.Box.Y - margin,
			width:  int(math.Round((field.Box.Width + 2*margin) * density)),
			height: int(math.Round((field.Box.Height + 2*margin) * density)),
		}
		r.free = free(r.cut(blank, straight), r.width, r.height)
		regions = append(regions, r)
	}
	return regions, nil
}

// free tells which pixels are not near the form's print: a page may lie half a
// stroke off its registration.
func free(blank []float64, width, height int) []bool {
	const near = 2 // pixels
	result := make([]bool, len(blank))
	for i := range result {
		result[i] = true
	}
	for y := range height {
		for x := range width {
			if blank[y*width+x] > 200 {
				continue
			}
			for dy := max(0, y-near); dy <= min(height-1, y+near); dy++ {
				for dx := max(0, x-near); dx <= min(width-1, x+near); dx++ {
					result[dy*width+dx] = false
				}
			}
		}
	}
	return result
}

// cut takes the piece out of a page: each of its pixels is the mean of four
// places on the page. What lies beside the page is white.
func (r region) cut(page *image.Gray, toPage [9]float64) []float64 {
	pixels := make([]float64, r.width*r.height)
	for y := range r.height {
		for x := range r.width {
			sum := 0.0
			for _, offset := range [4][2]float64{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
				sum += sample(page, toPage, r.left+(float64(x)+offset[0])/density, r.top+(float64(y)+offset[1])/density)
			}
			pixels[y*r.width+x] = sum / 4
		}
	}
	return pixels
}

// sample interpolates the page at a place of the form, millimetres.
func sample(page *image.Gray, m [9]float64, x, y float64) float64 {
	w := m[6]*x + m[7]*y + m[8]
	px, py := (m[0]*x+m[1]*y+m[2])/w-0.5, (m[3]*x+m[4]*y+m[5])/w-0.5
	inside := px >= 0 && py >= 0 && px < float64(page.Rect.Dx()-1) && py < float64(page.Rect.Dy()-1)
	if !inside { // nor is what a degenerate map makes of it
		return 255
	}
	x0, y0 := int(px), int(py)
	fx, fy := px-float64(x0), py-float64(y0)
	at := page.Pix[y0*page.Stride+x0:]
	below := page.Pix[(y0+1)*page.Stride+x0:]
	return (float64(at[0])*(1-fx)+float64(at[1])*fx)*(1-fy) + (float64(below[0])*(1-fx)+float64(below[1])*fx)*fy
}

// ink is how dark what was added to the form is, pixel by pixel: 0 paper to 1.
type ink struct {
	width, height int
	dark          []float64
}

// ink returns what people added to a page in the region. The paper's own shade
// is taken from the piece, so light and contrast of the scan do not matter.
func (r region) ink(page Page) ink {
	pixels := r.cut(page.Image, page.Registration.Homography)
	levels := slices.Clone(pixels)
	slices.Sort(levels)
	paper, darkest := levels[len(levels)*9/10], levels[len(levels)/100]
	const faint = 0.2 // of the contrast: noise, and what shows through from the back
	contrast := max(60, paper-darkest)
	result := ink{width: r.width, height: r.height, dark: make([]float64, len(pixels))}
	for i, level := range pixels {
		if dark := (paper - level) / contrast; r.free[i] && dark > faint {
			result.dark[i] = min(1, (dark-faint)/(1-faint))
		}
	}
	return result.softened()
}

// softened averages each pixel with its neighbours, 1-2-1 both ways, so that a
// fraction of a pixel's displacement does not matter.
func (k ink) softened() ink {
	result := ink{width: k.width, height: k.height, dark: make([]float64, len(k.dark))}
	weights := [3]float64{0.25, 0.5, 0.25}
	for y := range k.height {
		for x := range k.width {
			sum := 0.0
			for dy := -1; dy <= 1; dy++ {
				row := min(max(y+dy, 0), k.height-1) * k.width
				for dx := -1; dx <= 1; dx++ {
					sum += weights[dy+1] * weights[dx+1] * k.dark[row+min(max(x+dx, 0), k.width-1)]
				}
			}
			result.dark[y*k.width+x] = sum
		}
	}
	return result
}

// amount returns the ink in square millimetres of full black.
func (k ink) amount() float64 {
	sum := 0.0
	for _, dark := range k.dark {
		sum += dark
	}
	return sum / (density * density)
}

// overlap is two pieces of ink laid over each other.
type overlap struct{ covariance, varianceA, varianceB float64 }

func (o overlap) correlation() float64 {
	product := o.varianceA * o.varianceB
	if product <= 0 {
		return 0
	}
	return o.covariance / math.Sqrt(product)
}

// align lays b over a where they agree best, within reach.
func (k ink) align(b ink) overlap {
	var best overlap
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			if at := k.over(b, dx, dy); best.varianceA == 0 || at.correlation() > best.correlation() {
				best = at
			}
		}
	}
	return best
}

// over compares a with b moved by so many pixels, where both have some.
func (k ink) over(b ink, dx, dy int) overlap {
	var n, sumA, sumB, sumAA, sumBB, sumAB float64
	for y := max(0, -dy); y < min(k.height, k.height-dy); y++ {
		x0, x1 := max(0, -dx), min(k.width, k.width-dx)
		rowA := k.dark[y*k.width+x0 : y*k.width+x1]
		rowB := b.dark[(y+dy)*k.width+x0+dx:][:len(rowA)]
		n += float64(len(rowA))
		for i, darkA := range rowA {
			darkB := rowB[i]
			sumA += darkA
			sumB += darkB
			sumAA += darkA * darkA
			sumBB += darkB * darkB
			sumAB += darkA * darkB
		}
	}
	if n == 0 {
		return overlap{}
	}
	return overlap{sumAB - sumA*sumB/n, sumAA - sumA*sumA/n, sumBB - sumB*sumB/n}
}
