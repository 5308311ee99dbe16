package panel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"

	"sesshu/scanner/media"
)

// The widths of pictures, in pixels. The small one is too coarse to read a name
// on an A4 page; the large one lets an operator find the paper in the stack.
const (
	smallWidth = 150
	largeWidth = 720
	// maxPixels bounds what is decoded: A3 at 600 dpi has 70 million.
	maxPixels = 100_000_000
)

// How many pictures are kept in memory, oldest forgotten first: about 6 KB and
// 100 KB each.
const (
	keptSmall = 2000
	keptLarge = 24
)

var errNoPicture = errors.New("sheet has no picture")

type pictureID struct {
	batch    string
	sequence int
}

// arrival is a sheet whose picture is to be drawn.
type arrival struct {
	id    pictureID
	image []byte
}

// drawing is the front of a sheet in both sizes, as JPEG.
type drawing struct{ small, large []byte }

// pictures is the memory of what was drawn.
type pictures struct {
	mu           sync.Mutex
	small, large map[pictureID][]byte
	order        []pictureID // of both, oldest first
}

func newPictures() *pictures {
	return &pictures{small: map[pictureID][]byte{}, large: map[pictureID][]byte{}}
}

func (p *pictures) put(id pictureID, drawn drawing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.small[id] == nil {
		p.order = append(p.order, id)
	}
	p.small[id], p.large[id] = drawn.small, drawn.large
	if len(p.order) > keptLarge {
		delete(p.large, p.order[len(p.order)-1-keptLarge])
	}
	if len(p.order) > keptSmall {
		delete(p.small, p.order[0])
		p.order = p.order[1:]
	}
}

// get returns the large picture when it is wanted and kept, the small one
// otherwise.
func (p *pictures) get(id pictureID, large bool) (picture []byte, wanted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if large && p.large[id] != nil {
		return p.large[id], true
	}
	return p.small[id], !large && p.small[id] != nil
}

// pictureLoop draws sheets as they arrive.
func (p *Panel) pictureLoop(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case sheet := <-p.arrived:
			if drawn, err := drawBoth(sheet.image); err == nil {
				p.pictures.put(sheet.id, drawn)
			} // else the tile says that there is no picture once the page has asked
			p.mu.Lock()
			if known := p.sheets[sheet.id.batch]; known != nil {
				p.revision++
				known.drawn(sheet.id.sequence, p.revision)
			}
			p.touch()
			p.mu.Unlock()
		}
	}
}

// picture returns a sheet's picture: from memory, or drawn from the spool.
func (p *Panel) picture(id pictureID, large bool) ([]byte, error) {
	kept, wanted := p.pictures.get(id, large)
	if wanted {
		return kept, nil
	}
	file, err := p.station.Image(id.batch, id.sequence)
	if err != nil {
		if kept != nil {
			return kept, nil // the small one is better than none
		}
		return nil, err
	}
	drawn, err := drawBoth(file)
	if err != nil {
		return nil, err
	}
	p.pictures.put(id, drawn)
	if large {
		return drawn.large, nil
	}
	return drawn.small, nil
}

// drawOne keeps drawing to one at a time: the feeder needs the other core.
var drawOne sync.Mutex

// drawBoth draws the front of a scanned file in both sizes.
func drawBoth(file []byte) (drawing, error) {
	drawOne.Lock()
	defer drawOne.Unlock()
	front, err := decodeFront(file)
	if err != nil {
		return drawing{}, fmt.Errorf("draw sheet: %w", err)
	}
	large := shrink(front, largeWidth)
	small := shrink(large, smallWidth)
	var drawn drawing
	if drawn.large, err = encode(large); err != nil {
		return drawing{}, err
	}
	drawn.small, err = encode(small)
	return drawn, err
}

func encode(picture *image.Gray) ([]byte, error) {
	var buffer bytes.Buffer
	if err := jpeg.Encode(&buffer, picture, &jpeg.Options{Quality: 75}); err != nil {
		return nil, fmt.Errorf("draw sheet: %w", err)
	}
	return buffer.Bytes(), nil
}

// decodeFront returns the first side of a file of any format that scanners
// deliver, in grey. Of a PDF it is the first JPEG inside: that is what scanners,
// and this station, put there.
func decodeFront(file []byte) (*image.Gray, error) {
	decode, measure := jpeg.Decode, jpeg.DecodeConfig
	switch media.TypeOf(file) {
	case media.JPEG:
	case media.PNG:
		decode, measure = png.Decode, png.DecodeConfig
	case media.TIFF:
		decode, measure = tiff.Decode, tiff.DecodeConfig
	case media.PDF:
		stream := bytes.Index(file, []byte("DCTDecode"))
		if stream < 0 {
			return nil, errNoPicture
		}
		start := bytes.Index(file[stream:], []byte{0xff, 0xd8, 0xff})
		if start < 0 {
			return nil, errNoPicture
		}
		file = file[stream+start:]
	default:
		return nil, errNoPicture
	}
	size, err := measure(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels/size.Height {
		return nil, fmt.Errorf("%d × %d pixels: %w", size.Width, size.Height, errNoPicture)
	}
	decoded, err := decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return grey(decoded), nil
}

// grey returns an image's lightness; without a copy where the format keeps it
// apart.
func grey(decoded image.Image) *image.Gray {
	switch decoded := decoded.(type) {
	case *image.Gray:
		return decoded
	case *image.YCbCr:
		return &image.Gray{Pix: decoded.Y, Stride: decoded.YStride, Rect: decoded.Rect}
	}
	bounds := decoded.Bounds()
	converted := image.NewGray(bounds)
	draw.Draw(converted, bounds, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(converted, bounds, decoded, bounds.Min, draw.Over)
	return converted
}

// shrink returns the image at a width, each pixel the mean of those it stands
// for: writing one pixel wide must not vanish. A smaller image stays as it is.
func shrink(from *image.Gray, width int) *image.Gray {
	size := from.Rect.Size()
	if size.X <= width {
		return from
	}
	height := max(1, size.Y*width/size.X)
	to := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		top, bottom := y*size.Y/height, max(y*size.Y/height+1, (y+1)*size.Y/height)
		for x := range width {
			left, right := x*size.X/width, (x+1)*size.X/width
			sum := 0
			for row := top; row < bottom; row++ {
				start := row * from.Stride
				for _, pixel := range from.Pix[start+left : start+right] {
					sum += int(pixel)
				}
			}
			to.Pix[y*to.Stride+x] = uint8(sum / ((bottom - top) * (right - left))) //nolint:gosec // a mean of bytes
		}
	}
	return to
}
