package worker

import (
	"context"
	"fmt"
	"log/slog"

	"sesshu/ledger/slip"
	"sesshu/ocr/paper"
)

// samePaper looks for an earlier sheet that is the same piece of paper: it names
// the same dose of the same person, and what people wrote, ticked and
// pasted on it is the same to the stroke. An operator feeds a sheet again after
// a jam; nobody should have to look at that. Whenever it is not plain the answer
// is no, and the sheet goes to a person beside the first.
func (d *Desk) samePaper(ctx context.Context, sheet slip.Sheet, file []byte, pages []slip.PageDecision) (first slip.SheetID, same bool, err error) {
	page, ok := onlySlip(pages)
	if !ok {
		return slip.SheetID{}, false, nil
	}
	values := map[slip.Value]string{}
	for value, field := range page.Decision.Fields {
		values[value] = field.Value
	}
	names := slip.DoseNames(values)
	if len(names) == 0 {
		return slip.SheetID{}, false, nil
	}
	earlier, err := d.Store.Earlier(ctx, sheet.SheetID, names[0])
	if err != nil {
		return slip.SheetID{}, false, fmt.Errorf("look for the same paper: %w", err)
	}
	for _, candidate := range earlier {
		other, err := d.fetch(ctx, candidate.Page.SHA256)
		if err != nil {
			return slip.SheetID{}, false, err
		}
		verdict, err := d.Reader.Compare(ctx,
			Scan{File: other, Page: candidate.Page.Page, Registration: candidate.Page.Registration},
			Scan{File: file, Page: page.Reading.Page, Registration: page.Reading.Registration})
		if ctx.Err() != nil {
			return slip.SheetID{}, false, ctx.Err()
		}
		if err != nil { // both were read before; a comparison that fails leaves a person to compare
			d.Logger.WarnContext(ctx, "papers not compared", slog.String("sheet", sheet.String()),
				slog.String("with", candidate.Sheet.String()), slog.Any("error", err))
			continue
		}
		d.Logger.InfoContext(ctx, "papers compared", slog.String("sheet", sheet.String()),
			slog.String("with", candidate.Sheet.String()), slog.String("verdict", verdict.String()))
		if verdict == paper.Same {
			return candidate.Sheet, true, nil
		}
	}
	return slip.SheetID{}, false, nil
}

// onlySlip returns the one page of a sheet that is a slip, when all its others
// are blank. A sheet with a slip on either side is too much for one comparison.
func onlySlip(pages []slip.PageDecision) (slip.PageDecision, bool) {
	at := -1
	for i, page := range pages {
		switch {
		case page.Reading.Blank:
		case at >= 0 || page.Decision.Outcome == slip.Rejected || page.Reading.Registration.Form == "":
			return slip.PageDecision{}, false
		default:
			at = i
		}
	}
	if at < 0 {
		return slip.PageDecision{}, false
	}
	return pages[at], true
}
