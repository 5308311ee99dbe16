package samples

import (
	"fmt"
	"image"
	"math/rand/v2"
	"slices"

	"sesshu/ledger/slip"
	"sesshu/ledger/slip/form"
	"sesshu/ledger/slip/truth"
	"sesshu/samples/fiction"
	"sesshu/samples/hand"
	"sesshu/samples/page"
	"sesshu/samples/scan"
	"sesshu/samples/typeface"
)

// maker makes sheets. It is safe for concurrent use.
type maker struct {
	forms   []*form.Form
	fonts   *typeface.Library
	world   *fiction.World
	printer *page.Printer
	scanner *scan.Scanner
	seed    uint64
	dates   Dates
}

// newMaker prepares for so many sheets.
func newMaker(config Config) (*maker, error) {
	forms, err := loadForms(config.Forms)
	if err != nil {
		return nil, err
	}
	fonts, err := typeface.Open(typeface.Directories())
	if err != nil {
		return nil, err
	}
	var corpus *hand.Corpus
	if config.Handwriting != nil {
		if corpus, err = hand.OpenCorpus(config.Handwriting, config.Split); err != nil {
			return nil, err
		}
	}
	world, err := fiction.New(config.Seed, config.Count)
	if err != nil {
		return nil, err
	}
	words := fonts.Faces(typeface.Handwriting)
	if len(words) == 0 {
		words = fonts.Faces(typeface.Japanese)
	}
	printer, err := page.NewPrinter(forms, fonts, hand.NewKit(corpus, words))
	if err != nil {
		return nil, err
	}
	return &maker{
		forms: forms, fonts: fonts, world: world, printer: printer,
		scanner: scan.NewScanner(printer.Back()), seed: config.Seed, dates: config.Dates,
	}, nil
}

// hasTickets reports whether any of the forms carries a ticket.
func (m *maker) hasTickets() bool {
	return slices.ContainsFunc(m.forms, func(f *form.Form) bool { return f.Kind == "covid19" })
}

// order says what sheet to make.
type order struct {
	index int // from 0: picks the person and all chances
	kind  Kind
	tier  scan.Tier
	faint bool // toner at its end
}

// random returns the chances of one sheet, which depend on the seed and its
// index alone.
func (m *maker) random(index int) *rand.Rand {
	return rand.New(rand.NewPCG(m.seed, uint64(index)+0x5e55ee00))
}

// make returns a sheet's JPEG and truth; the caller names the file.
func (m *maker) make(order order) ([]byte, truth.Sheet, error) {
	random := m.random(order.index)
	sheet := truth.Sheet{Expect: order.kind.expect(), Fields: map[slip.Value]string{}}
	settings := scan.Draw(random, order.tier)
	var paper *image.Gray
	switch order.kind {
	case BlankSheet:
		paper = page.Blank()
		settings.Bleed, settings.Fold, settings.Specks = 0, 0, min(settings.Specks, 6)
	case ForeignSheet:
		paper = m.printer.Foreign(random)
	default:
		definition, filled := m.slip(random, order)
		var err error
		if paper, err = m.printer.Fill(random, definition.Name, filled); err != nil {
			return nil, truth.Sheet{}, fmt.Errorf("fill slip: %w", err)
		}
		if order.kind == HalfCovered {
			m.printer.Cover(random, paper)
		}
		sheet.Form, sheet.Fields = definition.Name, fields(definition, filled)
		hard := filled.LotByHand || filled.FirstYearWord || order.tier == scan.Fax || order.tier == scan.Phone
		if sheet.Expect == truth.Accept && hard { // legible to a person; a machine may ask
			sheet.Expect = truth.Any
		}
	}
	switch order.kind {
	case UpsideDown:
		settings.Turn = 180
	case Sideways:
		settings.Turn = 90 + 180*random.IntN(2)
	default: // fed upright
	}
	picture := m.scanner.Scan(random, paper, 300/25.4, settings)
	file, err := scan.JPEG(picture, settings.DPI, settings.Quality)
	return file, sheet, err
}
