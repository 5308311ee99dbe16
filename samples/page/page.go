// Package page fills blank forms: it prints what a city prints, writes what
// people write and pastes what they paste, on a sheet that has not been near a
// scanner yet.
package page

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math/rand/v2"

	"sesshu/ledger/slip/form"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	"sesshu/samples/ink"
	"sesshu/samples/typeface"
)

// Way says how digits come into boxes.
type Way string

// The ways.
const (
	ByHand  Way = "hand"
	ByPrint Way = "print"
	ByStamp Way = "stamp"
)

// Slip says what a filled slip holds and how it came about.
type Slip struct {
	Holder  fiction.Holder
	Visit   fiction.Visit
	Consent string // "yes", "no", or empty when nobody ticked

	DateBy, FacilityBy, AmountBy Way

	Reference     string // the encrypted number of routine slips
	Parent        string // who signs a child's slip
	LotByHand     bool   // the lot is written where its sticker belongs
	FirstYearWord bool   // the first year of an era is written 元

	PlainLine bool   // the OCR line is not in the prescribed OCR-B
	WithoutQR bool   // tickets for doses 1 and 2 often have none
	OtherLine string // the QR code of somebody else's ticket instead of the own; empty as a rule

	CrossedDate bool // the date was crossed out and written again beside
	DoubleDigit bool // two digits stand in one box of the date

	Neat  float64 // of the hands, 0 to 1
	Toner float64 // of the printer, 0.3 (faint) to 1
	Gain  float64 // how much the print spread, 0 to 1
	Askew float64 // how far pasted pieces may lie off and turned, 0 to 1 of what the form allows
}

// Printer fills forms. It is safe for concurrent use.
type Printer struct {
	fonts *typeface.Library
	kit   *hand.Kit
	forms map[string]*stock
}

// stock is a form's paper.
type stock struct {
	definition *form.Form
	page       paper
	inserts    map[string]paper
}

// paper is a blank picture as printed well and as printed with toner spread by
// a dot.
type paper struct {
	plain, spread *image.Gray
	scale         float64 // pixels per millimetre
}

// NewPrinter takes blank forms in stock.
func NewPrinter(forms []*form.Form, fonts *typeface.Library, kit *hand.Kit) (*Printer, error) {
	printer := &Printer{fonts: fonts, kit: kit, forms: map[string]*stock{}}
	for _, definition := range forms {
		page, err := newPaper(definition.Blank, definition.Width)
		if err != nil {
			return nil, fmt.Errorf("form %s: %w", definition.Name, err)
		}
		stock := &stock{definition: definition, page: page, inserts: map[string]paper{}}
		for _, insert := range definition.Inserts {
			if stock.inserts[insert.Name], err = newPaper(insert.Picture, insert.Width); err != nil {
				return nil, fmt.Errorf("form %s: insert %s: %w", definition.Name, insert.Name, err)
			}
		}
		printer.forms[definition.Name] = stock
	}
	return printer, nil
}

func newPaper(file []byte, width float64) (paper, error) {
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return paper{}, fmt.Errorf("decode picture: %w", err)
	}
	plain := image.NewGray(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(plain, plain.Rect, picture, picture.Bounds().Min, draw.Src)
	return paper{plain: plain, spread: spread(plain), scale: float64(plain.Rect.Dx()) / width}, nil
}

// spread gives every pixel the darkest value of itself and its four neighbours.
func spread(plain *image.Gray) *image.Gray {
	result := image.NewGray(plain.Rect)
	copy(result.Pix, plain.Pix)
	for y := 1; y < plain.Rect.Dy()-1; y++ {
		row := plain.Pix[y*plain.Stride:]
		above, below := plain.Pix[(y-1)*plain.Stride:], plain.Pix[(y+1)*plain.Stride:]
		for x := 1; x < plain.Rect.Dx()-1; x++ {
			result.Pix[y*plain.Stride+x] = min(row[x], row[x-1], row[x+1], above[x], below[x])
		}
	}
	return result
}

// print returns a fresh copy, with toner from 0 to 1 and spread from 0 to 1.
func (p paper) print(toner, gain float64) *image.Gray {
	fresh := image.NewGray(p.plain.Rect)
	part := int(gain * 256)
	var faint [256]uint8
	for i := range faint {
		faint[i] = uint8(255 - float64(255-i)*toner)
	}
	if part == 0 {
		for i, value := range p.plain.Pix {
			fresh.Pix[i] = faint[value]
		}
		return fresh
	}
	for i, value := range p.plain.Pix {
		fresh.Pix[i] = faint[(int(value)*(256-part)+int(p.spread.Pix[i])*part)>>8]
	}
	return fresh
}

// job is one slip being filled.
type job struct {
	*Printer
	slip   Slip
	stock  *stock
	random *rand.Rand
	canvas *ink.Canvas
	toner  ink.Ink

	recipient *hand.Writer
	doctor    *hand.Writer
	clerk     *hand.Writer // fills the clinic's strip
}

// Fill fills a form.
func (p *Printer) Fill(random *rand.Rand, formName string, slip Slip) (*image.Gray, error) {
	stock, ok := p.forms[formName]
	if !ok {
		return nil, fmt.Errorf("no form %q in stock", formName)
	}
	picture := stock.page.print(slip.Toner, slip.Gain)
	j := &job{
		Printer: p, slip: slip, stock: stock, random: random,
		canvas:    ink.On(picture, stock.page.scale),
		toner:     ink.Ink{Shade: uint8(238 * slip.Toner)},
		recipient: p.kit.NewWriter(random, slip.Neat),
		doctor:    p.kit.NewWriter(random, slip.Neat*0.7),
		clerk:     p.kit.NewWriter(random, slip.Neat),
	}
	switch stock.definition.Kind {
	case "covid19":
		j.covid19()
	case "routine":
		j.routine()
	default:
		return nil, fmt.Errorf("nobody knows how to fill form %q", formName)
	}
	return picture, nil
}

// field returns a field of the form; the fillers ask only for those that their
// form has.
func (j *job) field(name string) form.Field {
	field, _ := j.stock.definition.Field(name)
	return field
}

// anyFace returns one of the printed typefaces that has all letters of text.
func (j *job) anyFace(text string) *typeface.Face {
	faces := append(append([]*typeface.Face(nil), j.fonts.Faces(typeface.Japanese)...), j.fonts.Faces(typeface.Latin)...)
	return j.pick(faces, text)
}

func (j *job) japaneseFace(text string) *typeface.Face {
	return j.pick(j.fonts.Faces(typeface.Japanese), text)
}

func (j *job) pick(faces []*typeface.Face, text string) *typeface.Face {
	start := j.random.IntN(len(faces))
	for i := range faces {
		if face := faces[(start+i)%len(faces)]; face.Has(text) {
			return face
		}
	}
	return j.fonts.Face(typeface.Form)
}

// print sets a line of type with its left end on the base line at (x, y), at
// most width wide.
func (j *job) print(canvas *ink.Canvas, face *typeface.Face, x, y, points, width float64, text string) float64 {
	style := face.Points(points).Fit(text, width)
	outline, length := style.Outline(text)
	canvas.Fill(outline, ink.Moved(x, y), j.toner)
	return x + length
}

// between returns a chance number.
func (j *job) between(least, most float64) float64 { return least + (most-least)*j.random.Float64() }

func (j *job) chance(share float64) bool { return j.random.Float64() < share }
